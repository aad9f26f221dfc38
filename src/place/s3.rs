//! `s3://BUCKET/KEY?…`: an object of S3, or of a store that speaks its protocol.

use std::fmt;

use super::endpoint::Endpoint;
use super::error::PlaceError;
use super::parts::{Parts, check_path};
use super::query::{self, Query};

/// An object of a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct S3Place {
    bucket: String,
    key: String,
    options: S3Options,
}

/// How a bucket is reached, and what its store does with an object.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct S3Options {
    /// The bucket's region.
    pub region: Option<String>,
    /// The store, where it is not Amazon's.
    pub endpoint: Option<Endpoint>,
    /// Where the bucket's name stands.
    pub style: Style,
    /// How the store is asked to encrypt objects.
    pub encryption: Option<Encryption>,
    /// Whether SHA-256 checksums go along.
    pub checksum: bool,
}

/// Where the bucket's name stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Style {
    /// In the path.
    Path,
    /// In the host.
    Virtual,
}

/// What the store is asked to encrypt objects with; a key by its id, alias or ARN.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Encryption {
    /// The store's own keys.
    Aes256,
    /// Keys of KMS.
    Kms(Option<String>),
    /// Keys of KMS, in two layers.
    DoubleKms(Option<String>),
}

impl S3Place {
    /// The bucket.
    pub(crate) fn bucket(&self) -> &str {
        &self.bucket
    }

    /// The object's key.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// Its options.
    pub(crate) fn options(&self) -> &S3Options {
        &self.options
    }

    pub(super) fn is_below(&self, pin: &Location) -> bool {
        let is_inside = if pin.is_folder() { self.key.starts_with(&pin.path) } else { self.key == pin.path };
        is_inside && self.bucket == pin.bucket && self.options == pin.options
    }
}

/// An object or a folder of a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Location {
    bucket: String,
    /// Plain segments; a folder's ends in `/` or is empty.
    path: String,
    options: S3Options,
}

impl Location {
    pub(super) fn parse(parts: &Parts<'_>) -> Result<Self, PlaceError> {
        if !is_bucket(parts.authority) {
            return Err(PlaceError::Bucket);
        }
        check_path(parts.path)?;
        let options = S3Options::parse(Query::parse(parts.query)?)?;
        Ok(Self { bucket: parts.authority.to_owned(), path: parts.path.to_owned(), options })
    }

    pub(super) fn is_folder(&self) -> bool {
        self.path.is_empty() || self.path.ends_with('/')
    }

    /// Itself, or the file of this name in it.
    pub(super) fn file(&self, default_name: &str) -> Result<S3Place, PlaceError> {
        let mut file = self.clone();
        if self.is_folder() {
            file.path.push_str(default_name);
            check_path(&file.path)?;
        }
        file.try_into()
    }
}

impl TryFrom<Location> for S3Place {
    type Error = PlaceError;

    fn try_from(location: Location) -> Result<Self, PlaceError> {
        match location {
            Location { path, .. } if path.is_empty() => Err(PlaceError::NoKey),
            Location { path, .. } if path.ends_with('/') => Err(PlaceError::Folder),
            Location { bucket, path, options } => Ok(Self { bucket, key: path, options }),
        }
    }
}

impl From<S3Place> for Location {
    fn from(S3Place { bucket, key, options }: S3Place) -> Self {
        Self { bucket, path: key, options }
    }
}

/// What S3 takes as the name of a bucket.
fn is_bucket(name: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
    let is_outer = |byte: Option<char>| byte.is_some_and(|c| c.is_ascii_alphanumeric());
    let ends = is_outer(name.chars().next()) && is_outer(name.chars().last());
    (3..=63).contains(&name.len()) && name.bytes().all(is_inner) && ends && !name.contains("..")
}

impl S3Options {
    fn parse(mut query: Query) -> Result<Self, PlaceError> {
        let is_region = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let region =
            checked(query.take("region"), "region", |region| region.len() <= 40 && region.chars().all(is_region))?;
        let style = match query.take("style").as_deref() {
            None | Some("path") => Style::Path,
            Some("virtual") => Style::Virtual,
            Some(_) => return Err(PlaceError::Value("style")),
        };
        let checksum = checked(query.take("checksum"), "checksum", |checksum| checksum == "sha256")?.is_some();
        let endpoint = query.take("endpoint").map(|text| Endpoint::parse(&text)).transpose()?;
        let encryption = Encryption::parse(query.take("sse").as_deref(), query.take("kms_key_id"))?;
        Ok(Self { region, endpoint, style, encryption, checksum })
    }

    /// The options that are not as they are without any.
    fn written(&self) -> Vec<(&'static str, String)> {
        let mut options = Vec::new();
        options.extend(self.region.clone().map(|region| ("region", region)));
        options.extend(self.endpoint.as_ref().map(|endpoint| ("endpoint", endpoint.to_string())));
        options.extend((self.style == Style::Virtual).then(|| ("style", "virtual".to_owned())));
        options.extend(self.encryption.as_ref().map(|encryption| ("sse", encryption.name().to_owned())));
        options.extend(self.encryption.as_ref().and_then(Encryption::key).map(|key| ("kms_key_id", key.to_owned())));
        options.extend(self.checksum.then(|| ("checksum", "sha256".to_owned())));
        options
    }
}

fn checked(
    value: Option<String>,
    name: &'static str,
    is_good: impl Fn(&str) -> bool,
) -> Result<Option<String>, PlaceError> {
    match value {
        Some(value) if !is_good(&value) => Err(PlaceError::Value(name)),
        value => Ok(value),
    }
}

impl Encryption {
    fn parse(sse: Option<&str>, key: Option<String>) -> Result<Option<Self>, PlaceError> {
        let is_key = |c: char| c.is_ascii_alphanumeric() || "-_:/".contains(c);
        let key = checked(key, "kms_key_id", |key| key.chars().all(is_key))?;
        match sse {
            Some("aws:kms") => Ok(Some(Self::Kms(key))),
            Some("aws:kms:dsse") => Ok(Some(Self::DoubleKms(key))),
            Some("AES256") | None if key.is_some() => Err(PlaceError::KeyWithoutKms),
            Some("AES256") => Ok(Some(Self::Aes256)),
            None => Ok(None),
            Some(_) => Err(PlaceError::Value("sse")),
        }
    }

    /// As S3 calls it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Aes256 => "AES256",
            Self::Kms(_) => "aws:kms",
            Self::DoubleKms(_) => "aws:kms:dsse",
        }
    }

    /// The key that is asked for.
    pub(crate) fn key(&self) -> Option<&str> {
        match self {
            Self::Aes256 => None,
            Self::Kms(key) | Self::DoubleKms(key) => key.as_deref(),
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.path)?;
        query::write(f, &self.options.written())
    }
}

impl fmt::Display for S3Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.key)?;
        query::write(f, &self.options.written())
    }
}

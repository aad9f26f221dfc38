//! The places of a remote state, as text and as values; purely: nothing is asked of any of them here.
//!
//! A place is one string, so that one string is compared, shown, pinned and remembered: [`Place`]'s `Display` is its
//! canonical form, and parsing that gives the same place. No variables and no credentials are in it.

mod endpoint;
mod error;
mod parts;
mod query;
mod s3;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

pub(crate) use endpoint::Endpoint;
pub(crate) use error::PlaceError;
pub(crate) use s3::{Encryption, S3Options, S3Place, Style};

use parts::Parts;
use s3::Location;

/// Where one state lives.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    /// An object of a bucket.
    S3(S3Place),
}

/// What a run trusts: one place, or all places below a folder.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Pin(Location);

impl Place {
    /// Whether the pin covers this place: it is the same place, or a folder that this place lies in, with the same
    /// scheme, bucket and options.
    pub(crate) fn is_below(&self, pin: &Pin) -> bool {
        let Self::S3(place) = self;
        place.is_below(&pin.0)
    }
}

impl Pin {
    /// Whether it is a folder: its path is empty or ends in `/`.
    pub(crate) fn is_folder(&self) -> bool {
        self.0.is_folder()
    }

    /// The place that it names: itself, or the file of this name in its folder.
    pub(crate) fn place(&self, default_name: &str) -> Result<Place, PlaceError> {
        self.0.file(default_name).map(Place::S3)
    }
}

impl From<Place> for Pin {
    fn from(place: Place) -> Self {
        let Place::S3(place) = place;
        Self(place.into())
    }
}

impl FromStr for Pin {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        let parts = Parts::of(text)?;
        Location::parse(&parts).map(Self)
    }
}

impl FromStr for Place {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        let Pin(location) = text.parse()?;
        S3Place::try_from(location).map(Self::S3)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::S3(place) = self;
        place.fmt(f)
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

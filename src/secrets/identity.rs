//! Who does read: age identities, private keys. Needed by the `secret` commands alone, never by plan or apply.

use age::secrecy::SecretString;

use super::Recipient;

/// Private keys that open sealed secrets. Its `Debug` shows how many, nothing more.
pub struct Identities(Vec<Box<dyn age::Identity>>);

/// A text that is no identity file.
#[derive(Debug, thiserror::Error)]
pub enum BadIdentity {
    /// A line is no identity.
    #[error("not an age identity file: {0}")]
    Malformed(String),
    /// The file holds no identity at all.
    #[error("no identity in it")]
    Empty,
}

impl Identities {
    /// Reads the text of an identity file: one `AGE-SECRET-KEY-1…` a line, `#` comments.
    pub fn parse(text: &str) -> Result<Self, BadIdentity> {
        // The reason names a line number, never the line: it may be a mistyped private key.
        let file = age::IdentityFile::from_buffer(text.as_bytes())
            .map_err(|e| BadIdentity::Malformed(crate::quote::escaped(&e.to_string())))?;
        let keys = file.into_identities().map_err(|e| BadIdentity::Malformed(crate::quote::escaped(&e.to_string())))?;
        if keys.is_empty() { Err(BadIdentity::Empty) } else { Ok(Self(keys.into_iter().map(|k| k as _).collect())) }
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &dyn age::Identity> {
        self.0.iter().map(AsRef::as_ref)
    }
}

impl std::fmt::Debug for Identities {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Identities({} redacted)", self.0.len())
    }
}

/// Makes a fresh X25519 identity and its recipient.
pub fn generate_identity() -> (SecretString, Recipient) {
    let identity = age::x25519::Identity::generate();
    let recipient = Recipient::parse(&identity.to_public().to_string()).expect("age prints what age reads");
    (identity.to_string(), recipient)
}

//! Who can read: age recipients. Identities (who does read) are next door.

use std::fmt;
use std::str::FromStr;

/// A public key that secrets are sealed to.
///
/// Ordered, compared and shown by its text.
#[derive(Clone)]
pub struct Recipient {
    text: String,
    key: age::x25519::Recipient,
}

/// A text that is no recipient.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadRecipient {
    /// An identity (a private key) where a recipient belongs.
    #[error("this is an age identity, a private key: it must not stand in this file")]
    Identity,
    /// A kind of recipient that this version does not take.
    #[error("{0} recipients are not supported by this version")]
    Unsupported(&'static str),
    /// No recipient at all.
    #[error("not an age recipient")]
    Malformed,
}

impl Recipient {
    /// Reads one recipient.
    pub fn parse(text: &str) -> Result<Self, BadRecipient> {
        let text = text.trim();
        if text.to_ascii_uppercase().starts_with("AGE-SECRET-KEY-") {
            return Err(BadRecipient::Identity);
        }
        if text.starts_with("ssh-") {
            return Err(BadRecipient::Unsupported("ssh"));
        }
        match age::x25519::Recipient::from_str(text) {
            Ok(key) => Ok(Self { text: text.to_owned(), key }),
            Err(_) if text.starts_with("age1") && text[4..].contains('1') => Err(BadRecipient::Unsupported("plugin")),
            Err(_) => Err(BadRecipient::Malformed),
        }
    }

    /// The recipient as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn key(&self) -> &dyn age::Recipient {
        &self.key
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recipient({})", self.text)
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for Recipient {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Recipient {}

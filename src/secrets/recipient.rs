//! Who can read: age recipients. Identities (who does read) are next door.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// A public key that secrets are encrypted to.
///
/// Ordered, compared and shown by its text; the comment after an ssh key is no part of it. Reading one runs nothing.
#[derive(Clone)]
pub struct Recipient {
    text: String,
    kind: Kind,
}

/// How a recipient is encrypted to.
#[derive(Clone)]
pub(super) enum Kind {
    /// By ourselves.
    Native(Arc<dyn age::Recipient + Send + Sync>),
    /// By ourselves, and beside other post-quantum keys alone.
    PostQuantum(Arc<dyn age::Recipient + Send + Sync>),
    /// By the plugin of this name.
    Plugin(String),
}

/// A text that is no recipient.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadRecipient {
    /// An identity (a private key) where a recipient belongs.
    #[error("this is an age identity, a private key: it must not stand in this file")]
    Identity,
    /// An ssh key of a kind that age cannot encrypt to.
    #[error("age cannot encrypt to ssh keys of the kind {0}")]
    Ssh(String),
    /// An RSA key that is too short to be safe, or too long to be taken.
    #[error("an ssh-rsa key has 2048 to 4096 bits")]
    RsaSize,
    /// No recipient at all.
    #[error("not an age recipient")]
    Malformed,
}

impl BadRecipient {
    /// Whether it is a sound ssh key that age cannot encrypt to: stock age passes over one in a file of recipients.
    pub fn is_other_ssh_key(&self) -> bool {
        matches!(self, Self::Ssh(_) | Self::RsaSize)
    }
}

impl Recipient {
    /// Reads one recipient.
    pub fn parse(text: &str) -> Result<Self, BadRecipient> {
        let text = text.trim();
        let upper = text.to_ascii_uppercase();
        if upper.starts_with("AGE-SECRET-KEY-") || upper.starts_with("AGE-PLUGIN-") || upper.contains("PRIVATE KEY") {
            return Err(BadRecipient::Identity);
        }
        if ["ssh-", "ecdsa-", "sk-"].iter().any(|start| text.starts_with(start)) {
            return ssh(text);
        }
        let native = |key| Self { text: text.to_owned(), kind: Kind::Native(key) };
        if let Ok(key) = age::x25519::Recipient::from_str(text) {
            return Ok(native(Arc::new(key)));
        }
        if let Ok(key) = age::tag::Recipient::from_str(text) {
            return Ok(native(Arc::new(key)));
        }
        if let Ok(key) = age::tagpq::Recipient::from_str(text) {
            return Ok(Self { text: text.to_owned(), kind: Kind::PostQuantum(Arc::new(key)) });
        }
        let plugin = age::plugin::Recipient::from_str(text).map_err(|_| BadRecipient::Malformed)?;
        Ok(Self { text: text.to_owned(), kind: Kind::Plugin(plugin.plugin().to_owned()) })
    }

    /// The recipient as it is stored and compared.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn kind(&self) -> &Kind {
        &self.kind
    }
}

fn ssh(text: &str) -> Result<Recipient, BadRecipient> {
    use age::ssh::ParseRecipientKeyError as Bad;
    let mut words = text.split_ascii_whitespace();
    let kind = words.next().unwrap_or_default();
    let bare = format!("{kind} {}", words.next().unwrap_or_default());
    match age::ssh::Recipient::from_str(&bare) {
        // What was read is written anew: a key that was cut, or has more behind it, is not taken for another.
        Ok(key) if key.to_string() == bare => Ok(Recipient { text: bare, kind: Kind::Native(Arc::new(key)) }),
        Err(Bad::RsaModulusTooLarge | Bad::RsaModulusTooSmall) => Err(BadRecipient::RsaSize),
        _ if !matches!(kind, "ssh-ed25519" | "ssh-rsa") && is_ssh_key(&bare) => {
            Err(BadRecipient::Ssh(crate::quote::escaped(kind)))
        }
        _ => Err(BadRecipient::Malformed),
    }
}

/// Whether a line `KIND BASE64` is a public key of ssh: what is encoded begins with the kind again.
fn is_ssh_key(bare: &str) -> bool {
    let Some((kind, encoded)) = bare.split_once(' ') else { return false };
    let Ok(bytes) = BASE64_STANDARD.decode(encoded) else { return false };
    let length = u32::try_from(kind.len()).unwrap_or(u32::MAX).to_be_bytes();
    bytes.strip_prefix(&length).is_some_and(|rest| rest.starts_with(kind.as_bytes()) && rest.len() > kind.len())
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

#[cfg(test)]
mod tests {
    use super::*;

    const ED25519: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN";
    const PLUGIN: &str = "age1test1qqqqqqqqgsf9kn";

    #[test]
    fn an_ssh_keys_comment_is_no_part_of_it() {
        let recipient = Recipient::parse(&format!("{ED25519} alice@laptop\n")).unwrap();
        assert_eq!(recipient.as_str(), ED25519);
        assert_eq!(recipient, Recipient::parse(ED25519).unwrap());
    }

    #[test]
    fn a_cut_key_and_a_kind_that_cannot_be_sealed_to_are_told_apart() {
        let bad = |text: &str| Recipient::parse(text).unwrap_err();
        assert_eq!(bad(&ED25519[..60]), BadRecipient::Malformed);
        assert_eq!(bad("ssh-ed25519"), BadRecipient::Malformed);
        for kind in ["ecdsa-sha2-nistp256", "sk-ssh-ed25519@openssh.com"] {
            let length = u32::try_from(kind.len()).unwrap().to_be_bytes();
            let key = BASE64_STANDARD.encode([&length, kind.as_bytes(), &[0; 40]].concat());
            assert_eq!(bad(&format!("{kind} {key} alice")), BadRecipient::Ssh(kind.into()));
            assert_eq!(bad(&format!("{kind} AAAA")), BadRecipient::Malformed, "a sound key says its kind within");
        }
        assert_eq!(bad("AGE-PLUGIN-TEST-1QQQ"), BadRecipient::Identity);
        assert_eq!(bad("-----BEGIN OPENSSH PRIVATE KEY-----"), BadRecipient::Identity);
    }

    #[test]
    fn a_plugin_recipient_is_read_though_the_plugin_does_not_exist() {
        assert_eq!(Recipient::parse(PLUGIN).unwrap().as_str(), PLUGIN);
        assert_eq!(Recipient::parse(&PLUGIN.replace("qqqq", "qqqp")).unwrap_err(), BadRecipient::Malformed);
    }
}

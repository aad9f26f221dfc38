//! Who can read: age recipients. Identities (who does read) are next door.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

/// A public key that secrets are sealed to.
///
/// Ordered, compared and shown by its text; the comment after an ssh key is no part of it. Reading one runs nothing.
#[derive(Clone)]
pub struct Recipient {
    text: String,
    kind: Kind,
}

/// The plugin that encrypts to the native post-quantum keys of age 1.3, `age1pq1…`: the crate does not know them yet.
const POST_QUANTUM_PLUGIN: &str = "pq";

/// How a recipient is sealed to.
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

    /// Whether it is known, without running a plugin, that age never mixes it with other kinds; `None` where only its
    /// plugin knows.
    fn is_post_quantum(&self) -> Option<bool> {
        match &self.kind {
            Kind::Native(_) => Some(false),
            Kind::PostQuantum(_) => Some(true),
            Kind::Plugin(name) => (name == POST_QUANTUM_PLUGIN).then_some(true),
        }
    }

    fn short(&self) -> String {
        let cut = self.text.char_indices().nth(24).map_or(self.text.len(), |(at, _)| at);
        let dots = if cut < self.text.len() { "…" } else { "" };
        format!("`{}{dots}`", crate::quote::escaped(&self.text[..cut]))
    }
}

/// Why nothing can be encrypted to a list of recipients, whoever tries: known without running a plugin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum CannotEncrypt {
    /// The list is empty.
    #[error("no recipients: nobody could ever read the secrets")]
    NoRecipients,
    /// Post-quantum keys beside others, which would undo their protection: age refuses the mixture.
    #[error(
        "the recipients cannot stand together: {post_quantum} is a post-quantum key and {other} is not, and whoever \
         breaks the weaker one reads what is encrypted to both"
    )]
    Mixed {
        /// One of the former, shortened.
        post_quantum: String,
        /// One of the latter, shortened.
        other: String,
    },
    /// A native post-quantum key of age 1.3, and no plugin to encrypt to it.
    #[error(
        "the recipient {0} is a post-quantum key of age 1.3, which hookwright encrypts to with a plugin alone, and \
         `age-plugin-pq` is in no folder of PATH"
    )]
    NoPostQuantumPlugin(String),
}

impl CannotEncrypt {
    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoRecipients => {
                "add [encryption] recipients = [\"age1…\"]; `hookwright init` makes an identity and its recipient"
            }
            Self::Mixed { .. } => "name post-quantum keys alone, or none",
            Self::NoPostQuantumPlugin(_) => {
                "install `age-plugin-pq`, or name an `age1…` recipient that `age-keygen` makes without -pq"
            }
        }
    }
}

/// Finds why nothing can be encrypted to these recipients. Runs nothing; `has_plugin` says whether one is installed.
pub fn cannot_encrypt(recipients: &[Recipient], has_plugin: impl Fn(&str) -> bool) -> Option<CannotEncrypt> {
    if recipients.is_empty() {
        return Some(CannotEncrypt::NoRecipients);
    }
    let first = |wanted: bool| recipients.iter().find(|one| one.is_post_quantum() == Some(wanted));
    if let (Some(post_quantum), Some(other)) = (first(true), first(false)) {
        return Some(CannotEncrypt::Mixed { post_quantum: post_quantum.short(), other: other.short() });
    }
    let of_plugin = |one: &&Recipient| matches!(&one.kind, Kind::Plugin(name) if name == POST_QUANTUM_PLUGIN);
    let pq = recipients.iter().find(of_plugin).filter(|_| !has_plugin(POST_QUANTUM_PLUGIN));
    pq.map(|one| CannotEncrypt::NoPostQuantumPlugin(one.short()))
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
    const NATIVE_PQ: &str = "age1pq1qurswpc8qursw2ylk0n";

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
    fn what_cannot_be_encrypted_to_is_known_without_a_plugin() {
        let read = |texts: &[&str]| texts.iter().map(|text| Recipient::parse(text).unwrap()).collect::<Vec<_>>();
        let why = |texts: &[&str]| cannot_encrypt(&read(texts), |_| false);
        let pq = Recipient::parse(include_str!("../../tests/keys/tagpq.pub")).unwrap();
        let native = NATIVE_PQ;
        assert_eq!(why(&[]), Some(CannotEncrypt::NoRecipients));
        assert_eq!(why(&[ED25519, PLUGIN]), None);
        assert_eq!(why(&[pq.as_str(), PLUGIN]), None, "only the plugin knows");
        assert!(matches!(why(&[ED25519, pq.as_str()]), Some(CannotEncrypt::Mixed { .. })));
        assert!(matches!(why(&[ED25519, native]), Some(CannotEncrypt::Mixed { .. })));
        let missing = why(&[native]).unwrap().to_string();
        assert!(missing.contains("post-quantum") && missing.contains("`age-plugin-pq`"), "{missing}");
        assert_eq!(cannot_encrypt(&read(&[native, pq.as_str()]), |name| name == "pq"), None);
    }

    #[test]
    fn a_plugin_recipient_is_read_though_the_plugin_does_not_exist() {
        assert_eq!(Recipient::parse(PLUGIN).unwrap().as_str(), PLUGIN);
        assert_eq!(Recipient::parse(&PLUGIN.replace("qqqq", "qqqp")).unwrap_err(), BadRecipient::Malformed);
    }
}

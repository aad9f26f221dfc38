//! Why nothing can be encrypted to a list of recipients, whoever tries: known without running a plugin.

use serde::{Deserialize, Serialize};

use super::Recipient;
use super::recipient::Kind;

/// The plugin that encrypts to the native post-quantum keys of age 1.3, `age1pq1…`: the crate does not know them yet.
const POST_QUANTUM_PLUGIN: &str = "pq";

/// Why nothing can be encrypted to a list of recipients, whoever tries: known without running a plugin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum CannotEncrypt {
    /// The list is empty.
    #[error("no recipients: nobody could ever read the secrets")]
    NoRecipients,
    /// Post-quantum keys beside others, which would undo their protection: age refuses the mixture.
    #[error(
        "the recipients cannot stand together: {post_quantum} is a post-quantum key and {other} is not, and a reader who \
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
pub(crate) fn cannot_encrypt(recipients: &[Recipient], has_plugin: impl Fn(&str) -> bool) -> Option<CannotEncrypt> {
    if recipients.is_empty() {
        return Some(CannotEncrypt::NoRecipients);
    }
    let first = |wanted: bool| recipients.iter().find(|one| is_post_quantum(one) == Some(wanted));
    if let (Some(post_quantum), Some(other)) = (first(true), first(false)) {
        return Some(CannotEncrypt::Mixed { post_quantum: short(post_quantum), other: short(other) });
    }
    let of_plugin = |one: &&Recipient| matches!(one.kind(), Kind::Plugin(name) if name == POST_QUANTUM_PLUGIN);
    let pq = recipients.iter().find(of_plugin).filter(|_| !has_plugin(POST_QUANTUM_PLUGIN));
    pq.map(|one| CannotEncrypt::NoPostQuantumPlugin(short(one)))
}

/// Whether it is known, without running a plugin, that age never mixes it with other kinds; `None` where only its
/// plugin knows.
fn is_post_quantum(recipient: &Recipient) -> Option<bool> {
    match recipient.kind() {
        Kind::Native(_) => Some(false),
        Kind::PostQuantum(_) => Some(true),
        Kind::Plugin(name) => (name == POST_QUANTUM_PLUGIN).then_some(true),
    }
}

/// The beginning of a recipient, for a message.
fn short(recipient: &Recipient) -> String {
    let text = recipient.as_str();
    let cut = text.char_indices().nth(24).map_or(text.len(), |(at, _)| at);
    let dots = if cut < text.len() { "…" } else { "" };
    format!("`{}{dots}`", crate::quote::escaped(&text[..cut]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ED25519: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN";
    const PLUGIN: &str = "age1test1qqqqqqqqgsf9kn";
    const NATIVE_PQ: &str = "age1pq1qurswpc8qursw2ylk0n";

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
}

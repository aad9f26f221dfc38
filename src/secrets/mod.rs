//! Secrets: plain ones that cannot be printed, encrypted ones that can be stored, recipients and identities.
//! The one user of `age`. A plain secret is a [`SecretString`]: zeroised on drop, redacted in `Debug`, not serialisable.

mod cannot_encrypt;
mod encrypt;
mod export;
mod identity;
mod plugin;
mod recipient;

pub use age::secrecy::{ExposeSecret, SecretString};
pub(crate) use cannot_encrypt::{CannotEncrypt, cannot_encrypt};
pub use encrypt::{Binding, Ciphertext, SecretEncryptor};
pub(crate) use encrypt::{DecryptError, decrypt};
pub(crate) use export::ExportForm;
pub use identity::generate_identity;
pub(crate) use identity::{BadIdentity, Identities};
pub use plugin::Plugins;
pub(crate) use plugin::Prompt;
pub(crate) use recipient::BadRecipient;
pub use recipient::Recipient;

/// The last four characters of a secret: what the API shows of it ever after.
pub(crate) fn last4(secret: &str) -> String {
    let start = secret.char_indices().rev().nth(3).map_or(0, |(at, _)| at);
    secret[start..].to_owned()
}

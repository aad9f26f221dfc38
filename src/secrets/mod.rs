//! Secrets: plain ones that cannot be printed, sealed ones that can be stored, recipients and identities.
//! The one user of `age`. A plain secret is a [`SecretString`]: zeroised on drop, redacted in `Debug`, not serialisable.

mod export;
mod identity;
mod pkcs8;
mod plugin;
mod recipient;
mod seal;
mod talk;
mod watch;

pub use age::secrecy::{ExposeSecret, SecretString};
pub use export::{ExportError, ExportForm};
pub use identity::{BadIdentity, Identities, generate_identity};
pub use plugin::{PluginError, Plugins, Prompt};
pub use recipient::{BadRecipient, CannotEncrypt, Recipient, cannot_encrypt};
pub use seal::{Binding, OpenError, SealError, Sealed, Sealer, open};

/// The last four characters of a secret: what the API shows of it ever after.
pub fn last4(secret: &str) -> String {
    let start = secret.char_indices().rev().nth(3).map_or(0, |(at, _)| at);
    secret[start..].to_owned()
}

//! Secrets: plain ones that cannot be printed, sealed ones that can be stored, recipients and identities.
//! The one user of `age`. A plain secret is a [`SecretString`]: zeroised on drop, redacted in `Debug`, not serialisable.

mod export;
mod identity;
mod plugin;
mod recipient;
mod seal;
mod talk;

pub use age::secrecy::{ExposeSecret, SecretString};
pub use export::{ExportError, ExportForm};
pub use identity::{BadIdentity, Identities, generate_identity};
pub use plugin::{PluginError, Plugins, Prompt};
pub use recipient::{BadRecipient, Recipient};
pub use seal::{Binding, OpenError, SealError, Sealed, Sealer, open};

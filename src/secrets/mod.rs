//! Secrets: plain ones that cannot be printed, sealed ones that can be stored, recipients and identities.
//! The one user of `age`.

mod recipient;

pub use recipient::{BadRecipient, Recipient};

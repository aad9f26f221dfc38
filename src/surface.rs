//! What the model of recovery, the end-to-end tests and the benchmark drive from outside the library: no stable API.
//!
//! Nothing else is public, so the compiler finds what is not used any more.

pub use crate::config::{BaseUrl, Desired, Entry, Inputs, Lifecycle, ReplaceOrder, Safety, parse};
pub use crate::diagnostic::Sources;
pub use crate::endpoint::{EndpointId, Name, Observed, Spec, Wanted};
pub use crate::plan::{
    Action, Candidates, Change, Choices, Ledger, Make, Next, Order, Plan, Update, World, needs_second_look, plan,
};
pub use crate::quote::acts;
pub use crate::render::{Colour, gitlab_report, json, markdown, terraform_json, text};
pub use crate::secrets::{
    Binding, Ciphertext, ExposeSecret, Plugins, Recipient, SecretEncryptor, SecretString, generate_identity,
};
pub use crate::state::{Ended, Guards, Intent, Managed, Receipt, Record, Slot, State, Store};
pub use crate::timestamp::Timestamp;

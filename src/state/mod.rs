//! What hookwright remembers between runs.
//!
//! From the ground up: `model` (values and their transitions) · `format` (bytes in, bytes out) · `backend` (where a
//! state lives: a document and a log) · `journal` (records into a log) · `session` (the one writer) · `store` (which
//! backend a project has).

mod backend;
mod error;
mod format;
#[cfg(test)]
mod fuzz;
mod holder;
mod journal;
mod model;
mod remote;
mod replayed;
mod session;
mod store;
#[cfg(test)]
mod tests;

pub(crate) use backend::{
    Answer, BackendError, FailureKind, Listed, Listing, Objects, Replaced, StoreFailure, Stored, Tag, is_key,
};
#[cfg(test)]
pub(crate) use backend::{Created, objects_suite};
pub(crate) use backend::{LockError, Rescue};
#[cfg(test)]
pub(crate) use backend::{faulty, memory};
pub(crate) use error::{RemoteError, StoreError};
pub(crate) use format::{DocumentError, JournalError, document_bytes, parse_document as parse_state, salvage};
pub(crate) use holder::Holder;
pub(crate) use journal::{Durable, WriteFailed};
pub(crate) use model::{Applied, Deletion, Untaken, answered};
pub use model::{Ended, Guards, Intent, Managed, Receipt, Record, Slot, State};
pub(crate) use remote::Remote;
pub(crate) use session::{Recording, Session};
pub use store::Store;

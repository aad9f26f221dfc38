//! What hookwright remembers between runs.
//!
//! From the ground up: `model` (values and their transitions) · `format` (bytes in, bytes out) · `backend` (where a
//! state lives: a document and a log) · `journal` (records into a log) · `session` (the one writer) · `store` (which
//! backend a project has).

mod backend;
mod format;
#[cfg(test)]
mod fuzz;
mod journal;
mod model;
mod session;
mod store;
#[cfg(test)]
mod tests;

pub use backend::{BackendError, Holder, LockError, Rescue, Stamp};
#[cfg(test)]
pub use backend::{faulty, memory};
pub use format::{DocumentError, Head, JournalError, parse_document as parse_state, salvage};
pub use journal::{BeginFailed, Durable, WriteFailed};
pub use model::{
    Applied, Deletion, Ended, Folded, Guards, Intent, Managed, Receipt, Record, Slot, State, Untaken, VERSION, answered,
};
pub use session::{Recording, Session, StoreError, Unsaved};
pub use store::Store;

//! What hookwright remembers between runs: the model and its pure transitions, the file, the journal, the lock.

mod file;
#[cfg(test)]
mod fuzz;
mod journal;
mod lock;
mod model;
mod record;
mod store;
#[cfg(test)]
mod tests;

pub use file::{FileError, parse as parse_state};
pub use journal::{Durable, Head, JournalError, WriteFailed, parse as parse_journal, salvage};
pub use lock::{Holder, LockError};
pub use model::{Applied, Folded, Guards, Intent, Managed, State, VERSION, Wanted, answered};
pub use record::{Receipt, Record};
pub use store::{Rescue, Stamp, Store, StoreError, Writer};

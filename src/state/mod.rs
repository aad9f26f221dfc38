//! What hookwright remembers between runs: the model and its pure transitions, the file, the journal, the lock.

mod file;
#[cfg(test)]
mod fuzz;
mod intent;
mod journal;
mod lock;
mod model;
mod record;
mod replay;
mod slot;
mod store;
#[cfg(test)]
mod tests;

pub use file::{FileError, parse as parse_state};
pub use intent::{Deletion, Intent};
pub use journal::{Durable, Head, JournalError, WriteFailed, parse as parse_journal, salvage};
pub use lock::{Holder, LockError};
pub use model::{Applied, Ended, Folded, Guards, Managed, State, VERSION, Wanted, answered};
pub use record::{Receipt, Record};
pub use replay::Untaken;
pub use slot::Slot;
pub use store::{Rescue, Stamp, Store, StoreError, Writer};

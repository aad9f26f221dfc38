//! The model: what hookwright remembers, and what each record does to it. Values alone: no disk, no clock, no file form.

mod applied;
mod intent;
mod managed;
mod record;
mod recover;
mod replay;
mod slot;
mod state;

pub use applied::{Applied, Folded, Guards};
pub use intent::{Deletion, Intent};
pub use managed::{Ended, Managed, answered};
pub use record::{Receipt, Record};
pub use recover::Untaken;
pub use slot::Slot;
pub use state::{MOST_SERIAL, OLDEST, State, VERSION};

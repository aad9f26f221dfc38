//! The model: what hookwright remembers, and what each record does to it. Values alone: no disk, no clock, no file form.

mod applied;
mod intent;
mod managed;
mod record;
mod recover;
mod replay;
mod slot;
mod state;

pub use applied::Guards;
pub(crate) use applied::{Applied, Folded};
pub(crate) use intent::Deletion;
pub use intent::Intent;
pub(crate) use managed::answered;
pub use managed::{Ended, Managed};
pub use record::{Receipt, Record};
pub(crate) use recover::Untaken;
pub use slot::Slot;
pub use state::State;
pub(crate) use state::{MOST_SERIAL, OLDEST, VERSION};

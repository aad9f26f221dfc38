//! The clock of this machine, which tests pin.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::stopwatch::Stopwatch;
use crate::timestamp::Timestamp;
use crate::videogen::steady;

/// The time by this machine's clock.
pub(super) fn now() -> Timestamp {
    pinned().unwrap_or_else(|| Timestamp::of(SystemTime::now()))
}

/// The moment that a test pins, so that due dates and overlaps are the same on every day.
pub(super) fn pinned() -> Option<Timestamp> {
    let pinned = std::env::var("HOOKWRIGHT_NOW").ok().filter(|_| cfg!(debug_assertions))?;
    humantime::parse_rfc3339(&pinned).ok().map(Timestamp::of)
}

/// Tells how much time passes: by a clock that goes on while the machine sleeps, and by the wall clock.
pub(super) fn stopwatch() -> Stopwatch {
    Stopwatch::new(|| [steady(), SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()])
}

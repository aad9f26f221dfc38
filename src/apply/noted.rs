//! How long a note counts: a request leaves soon after its note was begun, or is noted anew.
//!
//! A writer that was frozen, or whose disk or store took long, may have a successor by now, who has read its notes and
//! judged what became of them. What leaves long after its note would surprise that judgement.

use std::sync::Arc;
use std::time::Duration;

use crate::timestamp::protocol;

/// The longest time between the first attempt to store a note and the request that it announces.
const FRESH: Duration = Duration::from_secs(30);

/// Two clocks of this machine: one counts the time that the machine sleeps, the other is the wall clock, which goes on
/// where a virtual machine is stopped.
#[derive(Clone)]
pub(crate) struct Stopwatch(Arc<dyn Fn() -> [Duration; 2] + Send + Sync>);

impl Stopwatch {
    /// A stopwatch that reads its clocks so: the time since a fixed moment, by each.
    pub(crate) fn new(read: impl Fn() -> [Duration; 2] + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    /// Starts: what is noted from here on is as old as this.
    pub(super) fn start(&self) -> Noted {
        Noted((self.0)())
    }

    /// Whether the note is young by both clocks.
    pub(super) fn is_fresh(&self, noted: &Noted) -> bool {
        let young = |(now, then): (Duration, Duration)| now.saturating_sub(then) <= protocol(FRESH);
        (self.0)().into_iter().zip(noted.0).all(young)
    }
}

impl std::fmt::Debug for Stopwatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Stopwatch")
    }
}

/// The moment of the first attempt to store a note.
#[derive(Debug, Clone, Copy)]
pub(super) struct Noted([Duration; 2]);

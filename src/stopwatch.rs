//! How long ago something was, by two clocks of this machine; reads no clock itself.

use std::sync::Arc;
use std::time::Duration;

/// Two clocks: one counts the time that the machine sleeps too, the other is the wall clock, which goes on where a virtual
/// machine is stopped.
#[derive(Clone)]
pub(crate) struct Stopwatch(Arc<dyn Fn() -> [Duration; 2] + Send + Sync>);

impl Stopwatch {
    /// A stopwatch that reads its clocks so: the time since a fixed moment, by each.
    pub(crate) fn new(read: impl Fn() -> [Duration; 2] + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    /// A stopwatch that stands still.
    #[cfg(test)]
    pub(crate) fn stopped() -> Self {
        Self::new(|| [Duration::ZERO; 2])
    }

    /// This moment.
    pub(crate) fn start(&self) -> Started {
        Started((self.0)())
    }

    /// Whether a moment is at most so long ago, by both clocks.
    pub(crate) fn is_within(&self, span: Duration, started: &Started) -> bool {
        let short = |(now, then): (Duration, Duration)| now.saturating_sub(then) <= span;
        (self.0)().into_iter().zip(started.0).all(short)
    }
}

impl std::fmt::Debug for Stopwatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Stopwatch")
    }
}

/// A moment by both clocks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Started([Duration; 2]);

//! Named moments at which the fault-injection tests kill the process. Does nothing in a release build.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

static ARMED: OnceLock<(String, AtomicU32)> = OnceLock::new();

/// Arms the moment `point`: the process dies when it comes by for the `nth` time. `point:nth`, or `point` for the first.
pub(crate) fn arm(word: &str) {
    let (point, nth) = word.split_once(':').unwrap_or((word, "1"));
    let _ = ARMED.set((point.to_owned(), AtomicU32::new(nth.parse().unwrap_or(1))));
}

/// Dies here, as by `kill -9`, if this moment is armed and its time has come.
pub(crate) fn here(point: &str) {
    if !cfg!(debug_assertions) {
        return;
    }
    if let Some((armed, left)) = ARMED.get()
        && armed == point
        && left.fetch_sub(1, Ordering::SeqCst) == 1
    {
        std::process::abort();
    }
}

//! The durations of the protocol. None is compared with another machine's clock.

use std::time::Duration;

use crate::timestamp::protocol;

/// How long a holder must have been silent before its journal is taken over.
pub(super) fn silence() -> Duration {
    protocol(Duration::from_secs(45))
}

/// The time between two looks at a holder.
pub(super) fn look() -> Duration {
    protocol(Duration::from_secs(5))
}

/// After this an idle writer appends an empty segment: three of them fit into the silence.
pub(super) fn keep_alive() -> Duration {
    protocol(Duration::from_secs(15))
}

/// How long one write is tried.
pub(super) fn trying() -> Duration {
    protocol(Duration::from_secs(30))
}

/// How long a segment waits for more records.
pub(super) fn linger() -> Duration {
    Duration::from_millis(10)
}

/// A writer whose last durable segment was begun longer ago than this has a successor, for all it knows.
pub(super) fn outlived() -> Duration {
    protocol(Duration::from_secs(600))
}

/// How long a [`Record::Begin`](crate::state::model::Record::Begin) that took a journal over is kept: so long the create
/// of a frozen writer must meet it.
pub(super) fn tombstone() -> Duration {
    protocol(Duration::from_secs(30 * 24 * 3600))
}

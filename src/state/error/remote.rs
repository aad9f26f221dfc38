//! Why a remote state was not read or written.

use crate::quote::escaped;
use crate::state::holder::Holder;

/// Why a remote state was not read or written.
#[derive(Debug, Clone, thiserror::Error)]
pub enum RemoteError {
    /// Another writer holds the state, and is alive.
    #[error("the state is locked by {holder}{}", silent(*.silent_seconds))]
    Held {
        /// Who.
        holder: Holder,
        /// Seconds since its last sign of life, by the store's clock, where that tells.
        silent_seconds: Option<u64>,
    },
    /// An old version of the document was put back: its journals are later than it is.
    #[error(
        "the state `{}` (serial {serial}) is older than its journals in the store: an old version was put back",
        escaped(state)
    )]
    RolledBack {
        /// The state, as people name it.
        state: String,
        /// Its serial.
        serial: u64,
    },
    /// There are journals and no document.
    #[error("the state `{}` is missing, and its journals are there", escaped(state))]
    Missing {
        /// The state, as people name it.
        state: String,
    },
    /// Another writer took over while this one was at work.
    #[error("another writer has taken over the state `{}`", escaped(state))]
    TakenOver {
        /// The state, as people name it.
        state: String,
    },
    /// The store lets two writers win.
    #[error("the store of `{}` ignores the conditions of a write: two writers could both win", escaped(state))]
    IgnoresConditions {
        /// The state, as people name it.
        state: String,
    },
    /// The state's lineage cannot stand in a key.
    #[error("the lineage of the state `{}` is not one that hookwright writes", escaped(state))]
    Lineage {
        /// The state, as people name it.
        state: String,
    },
}

fn silent(seconds: Option<u64>) -> String {
    seconds.map(|seconds| format!(", last seen {seconds}s ago")).unwrap_or_default()
}

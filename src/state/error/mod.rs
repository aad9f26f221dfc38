//! Why a state was not loaded or written.

mod remote;

use crate::quote::escaped;
use crate::state::backend::{BackendError, LockError};
use crate::state::format::{DocumentError, JournalError};

pub(crate) use remote::RemoteError;

/// Why a state was not loaded or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// What the state says.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// What the journal says.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The lock.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The place where it is.
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// A remote state.
    #[error(transparent)]
    Remote(#[from] RemoteError),
    /// No journal could be begun.
    #[error(transparent)]
    Begin(#[from] BeginFailed),
    /// Something that does not hold the lock replaced the state.
    #[error("the state `{}` changed while this command was at work, and was not overwritten", escaped(state))]
    Changed {
        /// The state, as people name it.
        state: String,
    },
    /// State and journal do not belong together.
    #[error("{}", mismatch(*.state_serial, *.journal_serial, state, journal))]
    Mismatch {
        /// The state, as people name it.
        state: String,
        /// The journal, likewise.
        journal: String,
        /// The state's serial; `None` where there is no state of that lineage.
        state_serial: Option<u64>,
        /// The serial that the journal was begun on.
        journal_serial: u64,
    },
}

fn mismatch(state_serial: Option<u64>, journal_serial: u64, state: &str, journal: &str) -> String {
    let (state, journal) = (escaped(state), escaped(journal));
    match state_serial {
        None => format!(
            "journal `{journal}` does not belong to state `{state}`: their lineages differ, or there is no state"
        ),
        Some(serial) => {
            let older = if serial < journal_serial { "older" } else { "newer" };
            format!(
                "the state `{state}` (serial {serial}) is {older} than its journal `{journal}` (begun on serial {journal_serial})"
            )
        }
    }
}

/// Why no journal was begun.
#[derive(Debug, thiserror::Error)]
pub enum BeginFailed {
    /// The backend's own words.
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// Somebody else began one.
    #[error("the journal `{}` was begun by another writer", escaped(journal))]
    Exists {
        /// The journal, as people name it.
        journal: String,
    },
}

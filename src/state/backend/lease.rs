//! The lease: what keeps a second writer away.

use std::path::PathBuf;
use std::pin::Pin;

use serde::{Deserialize, Serialize};

use super::answer::BackendError;
use crate::quote::escaped;

/// Held by the one writer of a state, and released when it is dropped.
///
/// Implementers: it ends with its holder, whatever the holder dies of. A place without locks makes it of its log: the
/// first object of a journal says who writes, and a number that another writer took ends the lease of the one before,
/// who learns it from his next create or replacement.
pub trait Lease: std::fmt::Debug + Send + Sync {}

/// A lease, or why there is none, once it is awaited.
pub(crate) type Leased<'a> = Pin<Box<dyn Future<Output = Result<Box<dyn Lease>, LockError>> + Send + 'a>>;

/// Who holds the lease.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// `user@host`.
    pub who: String,
    /// The process.
    pub pid: u32,
    /// RFC 3339.
    pub since: String,
    /// `apply`, `state mv`, …
    pub command: String,
    /// The CI run's address, where the environment tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
}

/// Why the lease was not taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Somebody else is writing.
    #[error("the state is locked by {}", describe(holder.as_ref()))]
    Held {
        /// Who, where that can be read.
        holder: Option<Holder>,
    },
    /// Another user's, who lets nobody else use it.
    #[error("the lock `{}` belongs to user {owner}, and this user may not open it", escaped(&path.display().to_string()))]
    OtherUser {
        /// The file.
        path: PathBuf,
        /// The user's number.
        owner: u32,
    },
    /// The backend's own words.
    #[error(transparent)]
    Backend(#[from] BackendError),
}

fn describe(holder: Option<&Holder>) -> String {
    let Some(Holder { who, pid, since, command, run }) = holder else { return "another process".to_owned() };
    let run = run.as_ref().map(|run| format!(", {run}")).unwrap_or_default();
    escaped(&format!("{who} (process {pid}, `{command}`, since {since}{run})"))
}

//! The lease: what keeps a second writer away.

use std::path::PathBuf;
use std::pin::Pin;

use super::answer::BackendError;
use crate::quote::escaped;
use crate::state::holder::Holder;

/// Held by the one writer of a state, and released when it is dropped.
///
/// Implementers: it ends with its holder, whatever the holder dies of. A place without locks makes it of its log: the
/// first object of a journal says who writes, and a number that another writer took ends the lease of the one before,
/// who learns it from his next create or replacement.
pub trait Lease: std::fmt::Debug + Send + Sync {}

/// A lease, or why there is none, once it is awaited.
pub(crate) type Leased<'a> = Pin<Box<dyn Future<Output = Result<Box<dyn Lease>, LockError>> + Send + 'a>>;

/// Why the lease was not taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Somebody else is writing.
    #[error("the state is locked by {}", holder.as_ref().map_or_else(|| "another process".to_owned(), ToString::to_string))]
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

//! What every call of a backend comes to: a value, a failure, or an outcome that nobody knows.

use std::pin::Pin;
use std::sync::Arc;

use super::failure::StoreFailure;
use crate::disk::DiskError;

/// The answer to a call, once it is awaited.
pub(crate) type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, BackendError>> + Send + 'a>>;

/// Why a call to a backend has no answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum BackendError {
    /// The disk's own words, with the path. Nothing changed, as far as the disk tells.
    #[error(transparent)]
    Disk(Arc<DiskError>),
    /// A write of the journal failed, in the system's own words. What the disk holds of it is not known, and nothing is
    /// written behind it.
    #[error(transparent)]
    Append(Arc<std::io::Error>),
    /// The request was sent and its answer was lost: what it asks for may have happened, and may still happen.
    #[error("whether `{what}` was written is unknown{}", why(.cause.as_deref()))]
    Unknown {
        /// What was to be written.
        what: String,
        /// What came instead of an answer, where more is known than that none came.
        cause: Option<Arc<StoreFailure>>,
    },
    /// A store did not do what it was asked. Nothing was written, and this request never will.
    #[error(transparent)]
    Store(Arc<StoreFailure>),
}

impl From<StoreFailure> for BackendError {
    fn from(failure: StoreFailure) -> Self {
        Self::Store(Arc::new(failure))
    }
}

fn why(cause: Option<&StoreFailure>) -> String {
    cause.map_or_else(String::new, |cause| format!(": {cause}"))
}

impl From<DiskError> for BackendError {
    fn from(error: DiskError) -> Self {
        Self::Disk(Arc::new(error))
    }
}

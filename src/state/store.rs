//! Where the state of a project is, for whoever loads it or opens a session.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::backend::{BackendError, Local, Stamp};
use super::model::State;
use super::session::{Session, StoreError, load};
use crate::state::holder::Holder;

/// Where a state lives.
#[derive(Debug, Clone)]
pub struct Store {
    local: Arc<Local>,
}

impl Store {
    /// The store of a state file.
    pub fn at(path: &Path) -> Self {
        Self { local: Arc::new(Local::at(path)) }
    }

    /// The state file; no link is in its path.
    pub fn path(&self) -> &Path {
        self.local.path()
    }

    /// Every file that belongs to the state, there or not there yet.
    pub fn files(&self) -> [PathBuf; 4] {
        [self.path().to_owned(), self.local.journal(), self.local.errored(), self.local.lock()]
    }

    /// What differs whenever the state or its journal was written between two calls.
    pub fn stamp(&self) -> Stamp {
        self.local.stamp()
    }

    /// The state with its journal replayed; `None` where there is neither. Takes no lease and writes nothing.
    pub async fn load(&self) -> Result<Option<State>, StoreError> {
        Ok(load(&*self.local).await?.state)
    }

    /// Opens a session, waiting at most so long for another writer. The folder is made where it does not exist.
    pub async fn open(&self, holder: &Holder, timeout: Duration) -> Result<Session, StoreError> {
        self.local.make_folder().map_err(BackendError::from)?;
        // A folder that could not be resolved before it was made can be now.
        Session::open(Self::at(self.path()).local, holder, timeout).await
    }
}

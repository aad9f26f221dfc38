//! The first backend: a state file, with its journal and its lock beside it.
//!
//! The kernel gives what the protocol of a bucket has to build from its log: a lock that ends with its holder, whatever
//! the holder dies of. So the lease is that lock, and the log is one file that is appended to: a sync for each group of
//! writers is as fast as a disk gets, where a file for each object would cost two syncs apiece.

mod document;
mod file_log;
mod lock;
mod sync;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::{Backend, Base, Document, Lease, Leased, LockError, Log, Rescue, rescue_beside};
use crate::disk::{self, DiskError, beside};
use crate::state::holder::Holder;
use document::{FileDocument, Identity, identity};
use file_log::FileLog;
use lock::Lock;

/// A state file and what stands beside it.
#[derive(Debug)]
pub(crate) struct Local {
    document: FileDocument,
}

/// What state and journal looked like at one moment.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Stamp([Option<Identity>; 2]);

impl Local {
    /// The place of a state file; links in its path are resolved, so that one state has one lock and one journal. A
    /// link to what is not there yet is one to where the state is made.
    pub(crate) fn at(path: &Path) -> Self {
        Self { document: FileDocument::at(disk::resolve(path).unwrap_or_else(|_| path.to_owned())) }
    }

    /// The state file.
    pub(crate) fn path(&self) -> &Path {
        self.document.path()
    }

    /// The journal beside it.
    pub(crate) fn journal(&self) -> PathBuf {
        beside(self.path(), ".journal")
    }

    /// The file for receipts that the journal did not take.
    pub(crate) fn errored(&self) -> PathBuf {
        beside(self.path(), ".errored")
    }

    /// The lock beside it.
    pub(crate) fn lock(&self) -> PathBuf {
        beside(self.path(), ".lock")
    }

    /// What differs whenever the state or its journal was written between two calls.
    pub(crate) fn stamp(&self) -> Stamp {
        Stamp([identity(self.path()), identity(&self.journal())])
    }

    /// Who is writing the state, where somebody is.
    pub(crate) fn holder(&self) -> Result<Option<Holder>, LockError> {
        Lock::holder(&self.lock())
    }

    /// Makes the folder that the state is in.
    pub(crate) fn make_folder(&self) -> Result<(), DiskError> {
        disk::make_folder(disk::folder_of(self.path()))
    }
}

impl Backend for Local {
    fn lease<'a>(&'a self, holder: &'a Holder, timeout: Duration) -> Leased<'a> {
        Box::pin(async move {
            let lock = Lock::take(&self.lock(), self.path(), holder, timeout).await?;
            Ok(Box::new(lock) as Box<dyn Lease>)
        })
    }

    fn document(&self) -> &dyn Document {
        &self.document
    }

    fn log(&self, _: &Base) -> Arc<dyn Log> {
        Arc::new(FileLog::at(self.journal(), self.path().to_owned()))
    }

    fn rescue(&self, bytes: &[u8]) -> Rescue {
        rescue_beside(&self.errored(), bytes)
    }
}

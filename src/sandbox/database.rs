//! The account in a file: read at the start, replaced in the background after changes, complete after a stop.

use std::fs::{File, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::Error;
use super::account::Account;
use crate::disk::{self, DiskError, Mode};

const WARNING: &str = "The database of hookwright's sandbox, a toy of the VideoGen API. As the API itself does, it \
                       holds signing secrets in plain text. Never point real consumers at them.";
/// Between two writes: changes in between share one.
const PAUSE: Duration = Duration::from_millis(100);
/// How long another sandbox may hold the file: one that runs inside a command is soon done.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Serialize)]
struct Written<'a> {
    _warning: &'static str,
    #[serde(flatten)]
    account: &'a Account,
}

/// Locks the file against other sandboxes. The lock lies in a file of its own, for the database is replaced.
pub(super) async fn lock(path: &Path, patience: Duration) -> Result<File, Error> {
    let lock_path = disk::beside(path, ".lock");
    let unwritable = |source| Error::DatabaseUnwritable { source: DiskError::of("open the lock", &lock_path)(source) };
    let mut options = disk::options();
    options.create(true).append(true).mode(0o600);
    let file = disk::open(&lock_path, &options).map_err(unwritable)?;
    disk::keep_like(&file, path);
    let end = Instant::now() + patience;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if Instant::now() < end => tokio::time::sleep(PAUSE / 4).await,
            Err(TryLockError::WouldBlock) => return Err(Error::DatabaseInUse { path: path.to_owned() }),
            Err(TryLockError::Error(source)) => return Err(unwritable(source)),
        }
    }
}

/// Reads the account; a file that does not exist is an empty one.
pub(super) fn read(path: &Path) -> Result<Account, Error> {
    let text = match disk::read(path, disk::LARGEST) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Account::default()),
        Err(source) => return Err(Error::DatabaseUnreadable { path: path.to_owned(), source }),
    };
    serde_json::from_slice(&text).map_err(|source| Error::DatabaseMalformed { path: path.to_owned(), source })
}

/// Replaces the file, so that a crash leaves the old one or the new one. Readable by its owner alone.
pub(super) fn write(path: &Path, account: &Account) -> Result<(), Error> {
    let mut bytes = serde_json::to_vec_pretty(&Written { _warning: WARNING, account })
        .expect("an account has string keys and no failing parts");
    bytes.push(b'\n');
    disk::replace(path, &bytes, Mode::Private).map_err(|source| Error::DatabaseUnwritable { source })
}

/// What the writer is told.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Need {
    changes: u64,
    last: bool,
}

/// Notes changes that are to be written.
#[derive(Debug, Clone)]
pub(super) struct Changes(Arc<watch::Sender<Need>>);

impl Changes {
    /// Notes that the account has changed; returns at once.
    pub(super) fn note(&self) {
        self.0.send_modify(|need| need.changes += 1);
    }
}

/// Writes the account whenever it has changed, until it is stopped.
#[derive(Debug)]
pub(super) struct Saver {
    changes: Changes,
    task: JoinHandle<Result<(), Error>>,
}

impl Saver {
    pub(super) fn start(path: PathBuf, account: Arc<Mutex<Account>>, lock: File) -> Self {
        let (sender, needs) = watch::channel(Need::default());
        let task = tokio::spawn(keep_written(path, account, lock, needs));
        Self { changes: Changes(Arc::new(sender)), task }
    }

    pub(super) fn changes(&self) -> Changes {
        self.changes.clone()
    }

    /// Returns when everything is written; the error is that of the first write that failed.
    pub(super) async fn stop(self) -> Result<(), Error> {
        self.changes.0.send_modify(|need| need.last = true);
        self.task.await.map_err(|source| Error::Crashed { source })?
    }
}

async fn keep_written(
    path: PathBuf,
    account: Arc<Mutex<Account>>,
    _lock: File,
    mut needs: watch::Receiver<Need>,
) -> Result<(), Error> {
    while needs.changed().await.is_ok() {
        let last = needs.borrow_and_update().last;
        let copy = account.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let path = path.clone();
        let written = tokio::task::spawn_blocking(move || write(&path, &copy)).await;
        written.map_err(|source| Error::Crashed { source })??;
        if last {
            break;
        }
        // Waiting on a copy, for it marks what it has seen. An early end is the last change, or that nobody is left.
        let mut end = needs.clone();
        let _ = tokio::time::timeout(PAUSE, end.wait_for(|need| need.last)).await;
    }
    Ok(())
}

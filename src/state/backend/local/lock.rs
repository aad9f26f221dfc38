//! The lock beside the state: one writer at a time, its holder readable, released by the kernel when it dies.

use std::fs::{File, TryLockError};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::disk::{self, DiskError};
use crate::state::backend::{BackendError, Lease, LockError};
use crate::state::holder::Holder;

/// The lock, held until dropped. Its file stays: removing it would let two hold it.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
}

impl Lock {
    /// Takes the lock file at `path`, waiting at most `timeout` for its holder. It has the owner and the mode of the
    /// state.
    pub(super) async fn take(path: &Path, state: &Path, holder: &Holder, timeout: Duration) -> Result<Self, LockError> {
        let (file, is_ours) = open(path)?;
        // None: a time that no clock reaches.
        let deadline = Instant::now().checked_add(timeout);
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if deadline.is_none_or(|deadline| Instant::now() < deadline) => {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                Err(TryLockError::WouldBlock) => return Err(LockError::Held { holder: read_holder(file) }),
                Err(TryLockError::Error(e)) => return Err(failed("lock", path)(e)),
            }
        }
        let mut lock = Self { file };
        if is_ours {
            disk::keep_like(&lock.file, state);
            lock.write(holder).map_err(failed("write the lock", path))?;
        }
        Ok(lock)
    }

    /// Who holds the lock at `path`, where somebody does; writes nothing.
    pub(super) fn holder(path: &Path) -> Result<Option<Holder>, LockError> {
        let file = match disk::open(path, disk::options().read(true)) {
            Ok(file) => file,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(failed("open the lock", path)(e)),
        };
        let lock = file.try_clone().map_err(failed("open the lock", path))?;
        // Whoever releases the lock empties it. Only what a holder left that was killed is told apart by locking.
        let Some(holder) = read_holder(file) else { return Ok(None) };
        match lock.try_lock_shared() {
            Ok(()) => Ok(None),
            Err(TryLockError::WouldBlock) => Ok(Some(holder)),
            Err(TryLockError::Error(e)) => Err(failed("lock", path)(e)),
        }
    }

    fn write(&mut self, holder: &Holder) -> std::io::Result<()> {
        self.file.set_len(0)?;
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(serde_json::to_string(holder)?.as_bytes())
    }
}

impl Lease for Lock {}

impl Drop for Lock {
    fn drop(&mut self) {
        // Best effort: the kernel releases it anyway when the file closes.
        let _ = self.file.set_len(0);
        let _ = self.file.unlock();
    }
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> LockError {
    let failed = DiskError::of(action, path);
    move |e| LockError::Backend(BackendError::from(failed(e)))
}

/// Opens a lock, and says whether its holder can be written into it: one that another user left can be locked by
/// whoever may read it.
fn open(path: &Path) -> Result<(File, bool), LockError> {
    let mut options = disk::options();
    options.read(true).write(true).create(true).truncate(false).mode(0o600);
    let denied = match disk::open(path, &options) {
        Ok(file) => return Ok((file, true)),
        Err(e) if e.kind() == ErrorKind::PermissionDenied => e,
        Err(e) => return Err(failed("open the lock", path)(e)),
    };
    let readable = disk::open(path, disk::options().read(true)).map(|file| (file, false));
    readable.map_err(|_| match path.symlink_metadata() {
        Ok(meta) => LockError::OtherUser { path: path.to_owned(), owner: meta.uid() },
        Err(_) => failed("open the lock", path)(denied),
    })
}

/// The most bytes that a holder is read of.
const MOST_HOLDER: u64 = 1 << 16;

fn read_holder(file: File) -> Option<Holder> {
    let mut text = String::new();
    file.take(MOST_HOLDER).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn its_holder_is_read_as_long_as_it_lives_and_no_longer() {
        let folder = tempfile::tempdir().unwrap();
        let (state, path) = (folder.path().join("s"), folder.path().join("s.lock"));
        let holder = Holder { who: "a@b".into(), pid: 7, since: "now".into(), command: "apply".into(), run: None };
        assert_eq!(Lock::holder(&path).unwrap(), None);
        assert!(!path.exists(), "looking makes no lock");
        let lock = Lock::take(&path, &state, &holder, Duration::ZERO).await.unwrap();
        assert_eq!(Lock::holder(&path).unwrap(), Some(holder.clone()));
        drop(lock);
        assert_eq!(Lock::holder(&path).unwrap(), None);
        // A holder that was killed leaves its name.
        std::fs::write(&path, serde_json::to_string(&holder).unwrap()).unwrap();
        assert_eq!(Lock::holder(&path).unwrap(), None);
    }

    #[tokio::test]
    async fn a_link_in_the_locks_place_is_refused_and_its_target_untouched() {
        let folder = tempfile::tempdir().unwrap();
        let (target, path) = (folder.path().join("target"), folder.path().join("s.lock"));
        std::fs::write(&target, "precious").unwrap();
        std::os::unix::fs::symlink(&target, &path).unwrap();
        let holder = Holder { who: "a@b".into(), pid: 7, since: "now".into(), command: "apply".into(), run: None };
        assert!(matches!(Lock::take(&path, &path, &holder, Duration::ZERO).await, Err(LockError::Backend(_))));
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "precious");
    }

    #[tokio::test]
    async fn a_second_taker_is_told_who_holds_it_and_gets_it_after_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.lock");
        let holder = Holder { who: "a@b".into(), pid: 7, since: "now".into(), command: "apply".into(), run: None };
        let first = Lock::take(&path, &path, &holder, Duration::ZERO).await.unwrap();
        let refused = Lock::take(&path, &path, &holder, Duration::ZERO).await.unwrap_err();
        assert_eq!(refused.to_string(), "the state is locked by a@b (process 7, `apply`, since now)");
        drop(first);
        Lock::take(&path, &path, &holder, Duration::ZERO).await.unwrap();
    }
}

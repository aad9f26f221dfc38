//! The journal file as a log: object *n* is the *n*th group of bytes that is appended to it.
//!
//! Where a group ends is not in the file, whose format is older than the groups: only the handle that created them
//! tells them apart, and to every other one the whole file is object 1. That is enough, since nobody goes on with a
//! journal that another writer left: it is replayed, and removed whole.

use std::fs::File;
use std::io::{self, ErrorKind, Seek, SeekFrom, Write};
use std::ops::RangeInclusive;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::sync::Appender;
use crate::disk::{self, DiskError};
use crate::state::backend::{Answer, BackendError, Created, Log, Urgency};

/// The journal beside a state file.
#[derive(Debug)]
pub(super) struct FileLog {
    path: PathBuf,
    /// The state file: the journal has its owner and its mode.
    state: PathBuf,
    name: String,
    own: Mutex<Own>,
}

/// What this handle created.
#[derive(Debug, Default)]
struct Own {
    /// The new file, before its first object.
    made: Option<File>,
    appender: Option<Appender>,
    /// The byte at which each object ends.
    ends: Vec<usize>,
}

impl FileLog {
    /// The journal at a path.
    pub(super) fn at(path: PathBuf, state: PathBuf) -> Self {
        Self { name: path.display().to_string(), path, state, own: Mutex::default() }
    }

    fn own(&self) -> MutexGuard<'_, Own> {
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the file.
    fn make(&self) -> io::Result<File> {
        let mut options = disk::options();
        options.create_new(true).write(true).mode(0o600);
        let file = disk::open(&self.path, &options)?;
        disk::keep_like(&file, &self.state);
        Ok(file)
    }

    /// Writes the first object, durably, with the file's own name.
    fn first(&self, own: &mut Own, bytes: &[u8]) -> Result<Created, BackendError> {
        let mut file = match own.made.take().map_or_else(|| self.make(), Ok) {
            Ok(file) => file,
            Err(e) if e.kind() == ErrorKind::AlreadyExists => return Ok(Created::Exists),
            Err(e) => return Err(DiskError::of("create the journal", &self.path)(e).into()),
        };
        let written = file.write_all(bytes).and_then(|()| file.sync_all());
        written.map_err(DiskError::of("write the journal", &self.path))?;
        disk::sync_folder(disk::folder_of(&self.path))?;
        crate::crash::here("journal-created");
        own.appender = Some(Appender::start(file, &self.path)?);
        own.ends.push(bytes.len());
        Ok(Created::Done)
    }

    fn create_now(&self, number: u64, bytes: &[u8], urgency: Urgency) -> Answer<'static, Created> {
        let mut own = self.own();
        if number == 1 && own.ends.is_empty() {
            let first = self.first(&mut own, bytes);
            return Box::pin(async { first });
        }
        let Own { appender: Some(appender), ends, .. } = &mut *own else {
            return Box::pin(async { Ok(Created::Exists) });
        };
        if number != ends.len() as u64 + 1 {
            return Box::pin(async { Ok(Created::Exists) });
        }
        ends.push(ends.last().map_or(0, |end| *end) + bytes.len());
        appender.append(bytes, urgency)
    }

    fn reserve_now(&self, room: u64) -> Result<(), BackendError> {
        let file = self.make().map_err(DiskError::of("create the journal", &self.path))?;
        reserve(&file, room).map_err(DiskError::of("reserve room for the journal", &self.path))?;
        self.own().made = Some(file);
        Ok(())
    }

    fn read_now(&self, number: u64) -> Result<Option<Vec<u8>>, BackendError> {
        let bytes = match disk::read(&self.path, disk::LARGEST) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(DiskError::of("read the journal", &self.path)(e).into()),
        };
        let own = self.own();
        let Some(before) = usize::try_from(number).ok().and_then(|number| number.checked_sub(1)) else {
            return Ok(None);
        };
        if own.ends.is_empty() {
            return Ok((before == 0).then_some(bytes));
        }
        let begin = before.checked_sub(1).map_or(Some(0), |before| own.ends.get(before).copied());
        let range = begin.zip(own.ends.get(before).copied());
        Ok(range.and_then(|(begin, end)| bytes.get(begin..end)).map(<[u8]>::to_vec))
    }

    fn remove_now(&self, numbers: &RangeInclusive<u64>) -> Result<(), BackendError> {
        let mut own = self.own();
        let last = own.ends.len().max(1) as u64;
        if !(numbers.contains(&1) && numbers.contains(&last)) {
            return Ok(());
        }
        *own = Own::default();
        match std::fs::remove_file(&self.path) {
            Ok(()) => {
                crate::crash::here("journal-removed");
                Ok(disk::sync_folder(disk::folder_of(&self.path))?)
            }
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(()),
            Err(e) => Err(DiskError::of("remove the journal", &self.path)(e).into()),
        }
    }
}

impl Log for FileLog {
    fn name(&self) -> &str {
        &self.name
    }

    fn reserve(&self, room: u64) -> Answer<'_, ()> {
        Box::pin(async move { self.reserve_now(room) })
    }

    fn create(&self, number: u64, bytes: Vec<u8>, urgency: Urgency) -> Answer<'static, Created> {
        self.create_now(number, &bytes, urgency)
    }

    fn read(&self, number: u64) -> Answer<'_, Option<Vec<u8>>> {
        Box::pin(async move { self.read_now(number) })
    }

    fn remove(&self, numbers: RangeInclusive<u64>) -> Answer<'_, ()> {
        Box::pin(async move { self.remove_now(&numbers) })
    }
}

/// Reserves room without changing the length, so that a torn tail stays recognisable. Where the file system
/// cannot reserve, the room is only proven: written, then cut off again.
fn reserve(mut file: &File, room: u64) -> std::io::Result<()> {
    #[cfg(target_os = "linux")]
    if reserved(file, room)? {
        return Ok(());
    }
    let block = vec![0u8; 1 << 16];
    for _ in 0..room.div_ceil(1 << 16) {
        file.write_all(&block)?;
    }
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0)).map(drop)
}

/// Reserves room as Linux can; false where the file system cannot.
#[cfg(target_os = "linux")]
fn reserved(file: &File, room: u64) -> std::io::Result<bool> {
    use rustix::fs::{FallocateFlags, fallocate};
    use rustix::io::Errno;
    match fallocate(file, FallocateFlags::KEEP_SIZE, 0, room.max(1)) {
        Ok(()) => Ok(true),
        Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => Ok(false),
        Err(e) => Err(e.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_dangling_link_in_the_journals_place_makes_nothing_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let (target, path) = (folder.path().join("target"), folder.path().join("j"));
        std::os::unix::fs::symlink(&target, &path).unwrap();
        let log = FileLog::at(path.clone(), path.with_extension("state"));
        assert!(log.reserve(4096).await.is_err());
        assert!(!target.exists());
    }
}

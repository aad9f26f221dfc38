//! The state file as a document: read whole, replaced by a rename, compared by what the file system tells of it.

use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::disk::{self, DiskError, Mode};
use crate::state::backend::{Answer, BackendError, Document, Replaced, Stored, Tag};

/// A file's inode, length, and time of its last write in seconds and nanoseconds.
pub(super) type Identity = (u64, u64, i64, i64);

/// What changes whenever a file is replaced or written; `None` where there is none.
pub(super) fn identity(path: &Path) -> Option<Identity> {
    let meta = std::fs::metadata(path).ok()?;
    Some((meta.ino(), meta.len(), meta.mtime(), meta.mtime_nsec()))
}

/// The tag of a file that is not there: no file has it.
fn nothing() -> Tag {
    Tag::new(String::new())
}

/// The state file.
///
/// A replacement compares and then renames: between the two only somebody who does not hold the lock could write, an
/// editor or git, and it is found unless it hits that very moment.
#[derive(Debug)]
pub(super) struct FileDocument {
    path: PathBuf,
    name: String,
}

impl FileDocument {
    /// The file at a path without links.
    pub(super) fn at(path: PathBuf) -> Self {
        Self { name: path.display().to_string(), path }
    }

    /// The path.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    fn tag_now(&self) -> Option<Tag> {
        // Not the inode: some network file systems number a file anew whenever they look.
        let (_, length, seconds, nanoseconds) = identity(&self.path)?;
        Some(Tag::new(format!("{length}-{seconds}.{nanoseconds:09}")))
    }

    fn read_now(&self) -> Result<Option<Stored>, BackendError> {
        // The tag first: where the file is replaced meanwhile, it is that of the older one.
        let tag = self.tag_now();
        let mut bytes = match disk::read(&self.path, disk::LARGEST) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(DiskError::of("read the state", &self.path)(e).into()),
        };
        let whole = disk::whole(&bytes);
        if whole.len() < bytes.len() {
            bytes = whole.to_vec();
        }
        // Where the file was made between the two, the caller starts over.
        Ok(Some(Stored { bytes, tag: tag.unwrap_or_else(nothing) }))
    }

    fn replace_now(&self, expected: Option<&Tag>, bytes: &[u8]) -> Result<Replaced, BackendError> {
        if self.tag_now().as_ref() != expected {
            return Ok(Replaced::Lost);
        }
        disk::replace(&self.path, bytes, Mode::Private)?;
        Ok(Replaced::Done(self.tag_now().unwrap_or_else(nothing)))
    }
}

impl Document for FileDocument {
    fn name(&self) -> &str {
        &self.name
    }

    fn read(&self) -> Answer<'_, Option<Stored>> {
        Box::pin(async { self.read_now() })
    }

    fn tag(&self) -> Answer<'_, Option<Tag>> {
        Box::pin(async { Ok(self.tag_now()) })
    }

    fn probe(&self) -> Answer<'_, ()> {
        Box::pin(async {
            disk::check_replaceable(&self.path)?;
            // Under the lock nobody else is writing them.
            disk::remove_leftovers(&self.path, Duration::ZERO);
            Ok(())
        })
    }

    fn replace<'a>(&'a self, expected: Option<&'a Tag>, bytes: &'a [u8]) -> Answer<'a, Replaced> {
        Box::pin(async move { self.replace_now(expected, bytes) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_that_is_numbered_anew_is_the_same_version_and_one_that_was_written_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let (path, copy) = (folder.path().join("s"), folder.path().join("copy"));
        std::fs::write(&path, "one").unwrap();
        let document = FileDocument::at(path.clone());
        let tag = document.tag().await.unwrap();
        std::fs::write(&copy, "one").unwrap();
        let written = std::fs::metadata(&path).unwrap().modified().unwrap();
        std::fs::File::options().write(true).open(&copy).unwrap().set_modified(written).unwrap();
        std::fs::rename(&copy, &path).unwrap();
        let replaced = document.replace(tag.as_ref(), b"two").await.unwrap();
        assert!(matches!(replaced, Replaced::Done(_)));
        std::fs::write(&path, "three").unwrap();
        assert_eq!(document.replace(tag.as_ref(), b"four").await.unwrap(), Replaced::Lost);
    }
}

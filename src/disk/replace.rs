//! A file replaced durably: written under another name, synced, given its own name, its folder synced.

use std::fs::{Metadata, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

use tempfile::NamedTempFile;

use super::{DiskError, folder_of, in_place, options, owner, sync_folder};
use crate::crash;

/// Who may read a file that is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// A new one has what the umask leaves, another one keeps its mode: nothing in it is secret.
    Open,
    /// A new one has 0600 and its folder's owner, another one keeps its mode.
    Private,
    /// Its owner alone, whatever was there.
    Secret,
}

/// What the names of temporary files begin and end with, around the name of the file that they are to become.
const PREFIX: &str = ".hookwright-";
const SUFFIX: &str = ".tmp";
/// The random characters between that name and the end.
const RANDOM: usize = 6;

/// Replaces a file, or makes it. Its owner stays.
///
/// After an error the old text stands untouched, unless only the last fsync failed: then either may be found after a
/// power cut. A file that cannot be renamed over is written where it is: see [`whole`](super::whole).
pub(crate) fn replace(path: &Path, bytes: &[u8], mode: Mode) -> Result<(), DiskError> {
    let old = path.symlink_metadata().ok();
    if is_mount(path) {
        return in_place::write(path, bytes);
    }
    let mut temporary = temporary(path, mode)?;
    temporary.write_all(bytes).map_err(plain).map_err(DiskError::of("write", path))?;
    if let Some(old) = &old {
        if !owner::keep(temporary.as_file(), old) && is_kept_in_place(path, old)? {
            return in_place::write(path, bytes);
        }
        if mode != Mode::Secret {
            temporary.as_file().set_permissions(old.permissions()).map_err(DiskError::of("set the mode of", path))?;
        }
    } else if mode == Mode::Private {
        owner::hand_over(temporary.path(), folder_of(path));
    }
    temporary.as_file().sync_all().map_err(DiskError::of("sync", path))?;
    crash::here("state-written");
    match temporary.persist(path) {
        Ok(_) => {}
        Err(e) if e.error.kind() == ErrorKind::ResourceBusy => return in_place::write(path, bytes),
        Err(e) => return Err(DiskError::of("replace", path)(e.error)),
    }
    crash::here("state-renamed");
    sync_folder(folder_of(path))
}

/// Tries all of [`replace`] that can be tried without changing the file.
pub(crate) fn check_replaceable(path: &Path) -> Result<(), DiskError> {
    let old = path.symlink_metadata().ok();
    if is_mount(path) {
        return writable(path).map_err(DiskError::of("write", path));
    }
    let temporary = temporary(path, Mode::Private)?;
    match old {
        Some(old) if !owner::keep(temporary.as_file(), &old) => is_kept_in_place(path, &old).map(drop),
        _ => Ok(()),
    }
}

/// Whether a file whose owner cannot be kept is to be written where it is; an error where it cannot be, and its owner
/// could not read what would replace it.
fn is_kept_in_place(path: &Path, old: &Metadata) -> Result<bool, DiskError> {
    match writable(path) {
        Ok(()) => Ok(true),
        Err(_) if old.permissions().mode() & 0o004 != 0 => Ok(false),
        Err(_) => {
            let reason =
                format!("it would be taken away from its owner, user {}, who could not read it then", old.uid());
            Err(DiskError::of("replace", path)(io::Error::other(reason)))
        }
    }
}

fn writable(path: &Path) -> io::Result<()> {
    super::open(path, options().read(true).write(true)).map(drop)
}

/// A temporary file beside the one that it is to become.
fn temporary(path: &Path, mode: Mode) -> Result<NamedTempFile, DiskError> {
    let folder = folder_of(path);
    let bits = if mode == Mode::Open { 0o666 } else { 0o600 };
    tempfile::Builder::new()
        .prefix(&prefix(path))
        .rand_bytes(RANDOM)
        .suffix(SUFFIX)
        .permissions(Permissions::from_mode(bits))
        .tempfile_in(folder)
        .map_err(plain)
        .map_err(DiskError::of("make a temporary file in", folder))
}

/// The system's own error, without the random path that tempfile adds: it is in the text alone.
fn plain(error: io::Error) -> io::Error {
    let text = error.to_string();
    match text.split_once(" at path \"") {
        Some((system, _)) => io::Error::new(error.kind(), system),
        None => error,
    }
}

fn prefix(path: &Path) -> String {
    format!("{PREFIX}{}-", path.file_name().unwrap_or_default().to_string_lossy())
}

/// Removes the temporary files of a file that a kill left behind, those of at least an age. Best effort.
///
/// With an age of zero nobody else may be replacing the file.
pub(crate) fn remove_leftovers(path: &Path, age: Duration) {
    let (Ok(entries), prefix) = (std::fs::read_dir(folder_of(path)), prefix(path)) else { return };
    let random = |name: &str| Some(name.strip_prefix(&prefix)?.strip_suffix(SUFFIX)?.len() == RANDOM);
    for entry in entries.flatten().filter(|entry| random(&entry.file_name().to_string_lossy()) == Some(true)) {
        let Ok(changed) = entry.metadata().and_then(|meta| meta.modified()) else { continue };
        if age.is_zero() || changed.elapsed().is_ok_and(|old| old >= age) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Whether a file is a mount of its own, which no rename can replace.
#[cfg(target_os = "linux")]
fn is_mount(path: &Path) -> bool {
    use rustix::fs::{AtFlags, CWD, StatxAttributes, StatxFlags, statx};
    let told = statx(CWD, path, AtFlags::SYMLINK_NOFOLLOW, StatxFlags::TYPE);
    told.is_ok_and(|told| told.stx_attributes.contains(StatxAttributes::MOUNT_ROOT))
}

/// Whether a file is a mount of its own: there are none but on Linux.
#[cfg(not(target_os = "linux"))]
fn is_mount(_: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode_of(path: &Path) -> u32 {
        path.metadata().unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_new_file_has_the_mode_of_its_kind_and_another_keeps_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let plain = folder.path().join("plain");
        std::fs::write(&plain, "").unwrap();
        for (mode, new, replaced) in
            [(Mode::Open, mode_of(&plain), 0o640), (Mode::Private, 0o600, 0o640), (Mode::Secret, 0o600, 0o600)]
        {
            let path = folder.path().join("f");
            replace(&path, b"1", mode).unwrap();
            assert_eq!(mode_of(&path), new, "{mode:?}");
            std::fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
            replace(&path, b"2", mode).unwrap();
            assert_eq!((mode_of(&path), std::fs::read(&path).unwrap()), (replaced, b"2".to_vec()), "{mode:?}");
            std::fs::remove_file(path).unwrap();
        }
    }

    #[test]
    fn an_error_names_the_folder_and_no_temporary_file() {
        let error = replace(Path::new("/proc/self/f"), b"1", Mode::Open).unwrap_err();
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(error.to_string().contains("`/proc/self`") && cause.ends_with(')'), "{error}: {cause}");
        assert!(!cause.contains("path") && !cause.contains(SUFFIX), "{cause}");
    }

    #[test]
    fn leftovers_of_this_file_alone_are_removed_and_young_ones_where_that_is_asked() {
        let folder = tempfile::tempdir().unwrap();
        let names = [".hookwright-s.json-abc123.tmp", ".hookwright-s.json-b-abc123.tmp", "s.json"];
        names.iter().for_each(|name| std::fs::write(folder.path().join(name), "").unwrap());
        let left = || {
            let mut left: Vec<_> = names.into_iter().filter(|name| folder.path().join(name).exists()).collect();
            left.sort_unstable();
            left
        };
        remove_leftovers(&folder.path().join("s.json"), Duration::from_secs(3600));
        assert_eq!(left().len(), 3);
        remove_leftovers(&folder.path().join("s.json"), Duration::ZERO);
        assert_eq!(left(), [names[1], names[2]]);
    }
}

//! Whose a file is: root in a container must not take a file away from the user who mounted it.

use std::fs::File;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, fchown};
use std::path::Path;

use super::path::folder_of;

/// Gives an open file the owner and mode of another one that exists; else the owner of its folder, and the mode 0600.
///
/// Best effort, for a file that this process made or may use anyway: a lock, a journal.
pub(crate) fn keep_like(file: &File, other: &Path) {
    let like = other.metadata().or_else(|_| folder_of(other).metadata());
    let mode = other.metadata().map_or(0o600, |other| other.permissions().mode() & 0o666);
    let (Ok(own), Ok(like)) = (file.metadata(), like) else { return };
    if own.permissions().mode() & 0o7777 != mode {
        let _ = file.set_permissions(PermissionsExt::from_mode(mode));
    }
    if own.uid() != like.uid() {
        let _ = fchown(file, Some(like.uid()), Some(like.gid()));
    }
}

/// Gives what was just made to the owner of the folder that it is in. Only root can, and only root needs to.
pub(super) fn hand_over(path: &Path, folder: &Path) {
    let (Ok(own), Ok(folder)) = (path.metadata(), folder.metadata()) else { return };
    if own.uid() != folder.uid() {
        let _ = chown(path, Some(folder.uid()), Some(folder.gid()));
    }
}

/// Gives a new file the owner of the one that it is to replace; false where this process may not.
pub(super) fn keep(new: &File, old: &std::fs::Metadata) -> bool {
    let Ok(own) = new.metadata() else { return false };
    let same = own.uid() == old.uid() && own.gid() == old.gid();
    same || fchown(new, Some(old.uid()), Some(old.gid())).is_ok()
}

//! Folders: made and synced so that what is in them survives a power cut.

use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;

use super::path::folder_of;
use super::{DiskError, owner};

/// Makes a rename, a creation or a removal in `folder` durable.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), DiskError> {
    match File::open(folder).and_then(|file| file.sync_all()) {
        // Some file systems (CIFS, some of FUSE) cannot sync a folder, and say so: there is nothing more to do.
        Err(e) if matches!(e.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => Ok(()),
        synced => synced.map_err(DiskError::of("sync the folder", folder)),
    }
}

/// Makes a folder and those above it, each durable and its parent's owner's.
pub(crate) fn make_folder(folder: &Path) -> Result<(), DiskError> {
    if folder.is_dir() {
        return Ok(());
    }
    let parent = folder_of(folder);
    if parent != folder {
        make_folder(parent)?;
    }
    match std::fs::create_dir(folder) {
        Err(e) if e.kind() == ErrorKind::AlreadyExists && folder.is_dir() => return Ok(()),
        made => made.map_err(DiskError::of("make the folder", folder))?,
    }
    owner::hand_over(folder, parent);
    sync_folder(parent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_folder_that_is_missing_is_made() {
        let world = tempfile::tempdir().unwrap();
        let folder = world.path().join("a/b");
        make_folder(&folder).unwrap();
        make_folder(&folder).unwrap();
        assert!(folder.is_dir());
        std::fs::write(world.path().join("file"), "").unwrap();
        assert!(make_folder(&world.path().join("file/c")).is_err());
    }
}

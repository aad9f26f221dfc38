//! Folders: made and synced so that what is in them survives a power cut; and where a path leads.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::{Component, Path, PathBuf};

use super::{DiskError, owner};

/// The folder of a file named by path; `.` where the path is a bare name.
pub fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Makes a rename, a creation or a removal in `folder` durable.
pub fn sync_folder(folder: &Path) -> Result<(), DiskError> {
    match File::open(folder).and_then(|file| file.sync_all()) {
        // Some file systems (CIFS, some of FUSE) cannot sync a folder, and say so: there is nothing more to do.
        Err(e) if matches!(e.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => Ok(()),
        synced => synced.map_err(DiskError::of("sync the folder", folder)),
    }
}

/// Makes a folder and those above it, each durable and its parent's owner's.
pub fn make_folder(folder: &Path) -> Result<(), DiskError> {
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

/// The most links that are followed, as in Linux.
const MOST_LINKS: usize = 40;

/// Where a path leads once every link in it is followed, those to what does not exist yet too.
pub fn resolve(path: &Path) -> io::Result<PathBuf> {
    let mut left: Vec<PathBuf> = parts(path);
    let mut at = if path.is_absolute() { PathBuf::from("/") } else { std::fs::canonicalize(".")? };
    let mut links = 0;
    while let Some(part) = left.pop() {
        if part.as_os_str() == ".." {
            at.pop();
            continue;
        }
        let next = at.join(&part);
        match next.read_link() {
            Ok(_) if links == MOST_LINKS => return Err(io::Error::other("too many links")),
            Ok(target) => {
                links += 1;
                if target.is_absolute() {
                    at = PathBuf::from("/");
                }
                left.extend(parts(&target));
            }
            // No link, or nothing there.
            Err(e) if matches!(e.kind(), ErrorKind::InvalidInput | ErrorKind::NotFound) => at = next,
            Err(e) => return Err(e),
        }
    }
    Ok(at)
}

/// The parts of a path, last one first, its root left out.
fn parts(path: &Path) -> Vec<PathBuf> {
    let named = path.components().filter(|part| matches!(part, Component::Normal(_) | Component::ParentDir));
    let mut parts: Vec<PathBuf> = named.map(|part| PathBuf::from(part.as_os_str())).collect();
    parts.reverse();
    parts
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_path_is_resolved_through_links_to_what_is_not_there_yet() {
        let world = tempfile::tempdir().unwrap();
        let root = std::fs::canonicalize(world.path()).unwrap();
        std::fs::create_dir(root.join("real")).unwrap();
        symlink("real/later.json", root.join("dangling")).unwrap();
        symlink("real", root.join("folder")).unwrap();
        symlink("loop", root.join("loop")).unwrap();
        assert_eq!(resolve(&root.join("dangling")).unwrap(), root.join("real/later.json"));
        assert_eq!(resolve(&root.join("folder/new/x")).unwrap(), root.join("real/new/x"));
        assert_eq!(resolve(&root.join("folder/../x")).unwrap(), root.join("x"));
        assert!(resolve(&root.join("loop")).is_err());
    }

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

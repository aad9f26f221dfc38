//! Where a path leads: its folder, and what is behind its links.

use std::io::{self, ErrorKind};
use std::path::{Component, Path, PathBuf};

/// The folder of a file named by path; `.` where the path is a bare name.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// The most links that are followed, as in Linux.
const MOST_LINKS: usize = 40;

/// Where a path leads once every link in it is followed, those to what does not exist yet too.
pub(crate) fn resolve(path: &Path) -> io::Result<PathBuf> {
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

/// Whether a path that is written as one inside the working folder leads out of it by a link: a branch may have brought
/// the link. A path that is written as one outside is its writer's own word.
pub(crate) fn strays(path: &Path) -> io::Result<bool> {
    let here = std::fs::canonicalize(".")?;
    let is_here = |start: &Path| std::fs::canonicalize(folder_or_here(start)).is_ok_and(|start| start == here);
    let starts = path.ancestors().filter(|start| is_here(start));
    let mut inside = starts.filter_map(|start| path.strip_prefix(start).ok()).filter(|rest| !climbs(rest));
    Ok(inside.next().is_some() && !resolve(path)?.starts_with(&here))
}

fn folder_or_here(path: &Path) -> &Path {
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}

/// Whether a relative path leads above where it starts, by its words alone.
fn climbs(path: &Path) -> bool {
    let mut depth = 0_usize;
    path.components().any(|part| match part {
        Component::ParentDir if depth == 0 => true,
        Component::ParentDir => {
            depth -= 1;
            false
        }
        Component::Normal(_) => {
            depth += 1;
            false
        }
        Component::CurDir | Component::RootDir | Component::Prefix(_) => false,
    })
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
}

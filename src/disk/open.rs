//! The one way to open what a branch can name: a regular file, with no link out of its folder, and never more of it
//! than a limit.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use super::HOW_TO_READ_A_PIPE;
use super::path::folder_of;

/// Options that open the file at a path itself, and that do not wait: not for a pipe's other end, nor for a kernel
/// log's next line.
pub(crate) fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed());
    options
}

/// Opens a regular file; a link, a pipe, a device or a folder in its place is an error. Start from [`options`].
pub(crate) fn open(path: &Path, options: &OpenOptions) -> io::Result<File> {
    match path.symlink_metadata() {
        // Asked before it is opened: a device may act on being opened at all.
        Ok(meta) => regular(&meta)?,
        Err(e) if e.kind() == ErrorKind::NotFound => {}
        Err(e) => return Err(e),
    }
    let file = options.open(path)?;
    regular(&file.metadata()?)?;
    Ok(file)
}

fn regular(meta: &Metadata) -> io::Result<()> {
    let wrong = match meta {
        meta if meta.is_file() => return Ok(()),
        meta if meta.is_symlink() => "it is a link, not a regular file",
        meta if meta.is_dir() => "it is a folder, not a regular file",
        _ => "it is a pipe or a device, not a regular file",
    };
    Err(io::Error::other(wrong))
}

/// Reads the regular file at a path itself, of at most `most` bytes: for what stands beside a state.
pub(crate) fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    bounded(open(path, options().read(true))?, most)
}

/// Reads a regular file of a folder. Links are followed as long as they stay inside the folder and lead to a file of
/// the same name, as the links of a Kubernetes ConfigMap do: a branch must not choose what an excerpt quotes.
pub(crate) fn read_inside(path: &Path, folder: &Path, most: u64) -> io::Result<Vec<u8>> {
    let resolved = std::fs::canonicalize(path)?;
    let root = std::fs::canonicalize(if folder.as_os_str().is_empty() { Path::new(".") } else { folder })?;
    if !resolved.starts_with(root) {
        return Err(io::Error::other("a link leads out of its folder"));
    }
    if path.symlink_metadata()?.is_symlink() && resolved.file_name() != path.file_name() {
        return Err(io::Error::other("it is a link to a file of another name"));
    }
    read(&resolved, most)
}

/// Reads a file that the command line itself names: links are the caller's own, and it may be a descriptor that the
/// caller opened, such as the pipe of a shell's `<(…)`.
pub(crate) fn read_named(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    if is_descriptor(path) {
        return bounded(File::open(path)?, most);
    }
    let resolved = std::fs::canonicalize(path)?;
    if resolved.metadata()?.file_type().is_fifo() {
        return Err(io::Error::other(HOW_TO_READ_A_PIPE));
    }
    read(&resolved, most)
}

/// Whether a path is a descriptor of this process as the command line writes it: `/dev/fd/63`, `/dev/stdin`.
///
/// Judged by its letters alone: a link that leads to one is not one.
pub(crate) fn is_descriptor(path: &Path) -> bool {
    let Some(path) = path.to_str() else { return false };
    let number = ["/dev/fd/", "/proc/self/fd/"].iter().find_map(|folder| path.strip_prefix(folder));
    match number {
        Some(number) => !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()),
        None => matches!(path, "/dev/stdin" | "/dev/stdout" | "/dev/stderr"),
    }
}

/// Whether the last part of a path leads to somewhere below the folder that it stands in.
pub(crate) fn stays_inside(path: &Path) -> io::Result<bool> {
    // `..` and `/` are no names that a branch could have made a link of.
    if path.file_name().is_none() {
        return Ok(true);
    }
    Ok(std::fs::canonicalize(path)?.starts_with(std::fs::canonicalize(folder_of(path))?))
}

/// The path of a file that belongs to another one: that one's whole name and one more ending.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(ending);
    path.with_file_name(name)
}

fn bounded(file: File, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(usize::try_from(file.metadata()?.len().min(most)).unwrap_or(0));
    file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        let limit = if most >= 1 << 20 { format!("{} MiB", most >> 20) } else { format!("{most} bytes") };
        return Err(io::Error::other(format!("it is larger than {limit}")));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn what_is_no_regular_file_is_an_error_and_makes_nobody_wait() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link, pipe) = (folder.path().join("f"), folder.path().join("l"), folder.path().join("p"));
        std::fs::write(&file, "text").unwrap();
        symlink(&file, &link).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        assert_eq!(read(&file, 4).unwrap(), b"text");
        for (path, wrong) in [(link.as_path(), "a link"), (&pipe, "a pipe"), (folder.path(), "a folder")] {
            assert!(read(path, 4).unwrap_err().to_string().contains(wrong), "{wrong}");
        }
        assert_eq!(read_named(&folder.path().join("p"), 4).unwrap_err().to_string(), HOW_TO_READ_A_PIPE);
        assert!(read(Path::new("/dev/zero"), 4).unwrap_err().to_string().contains("a device"));
        assert_eq!(read(&file, 3).unwrap_err().to_string(), "it is larger than 3 bytes");
    }

    #[test]
    fn a_link_is_followed_inside_its_folder_to_a_file_of_its_name_alone() {
        let world = tempfile::tempdir().unwrap();
        let folder = world.path().join("map");
        std::fs::create_dir_all(folder.join("..v1")).unwrap();
        std::fs::write(folder.join("..v1/a.toml"), "inside").unwrap();
        std::fs::write(world.path().join("a.toml"), "outside").unwrap();
        symlink("..v1", folder.join("..data")).unwrap();
        symlink("..data/a.toml", folder.join("a.toml")).unwrap();
        symlink("..data/a.toml", folder.join("b.toml")).unwrap();
        symlink("../a.toml", folder.join("out.toml")).unwrap();
        assert_eq!(read_inside(&folder.join("a.toml"), &folder, 9).unwrap(), b"inside");
        let wrong = |name: &str| read_inside(&folder.join(name), &folder, 9).unwrap_err().to_string();
        assert!(wrong("b.toml").contains("another name") && wrong("out.toml").contains("out of its folder"));
        assert_eq!(read_named(&folder.join("out.toml"), 9).unwrap(), b"outside");
    }

    #[test]
    fn a_descriptor_is_known_by_its_letters() {
        let is = |path: &str| is_descriptor(Path::new(path));
        assert!(is("/dev/fd/63") && is("/proc/self/fd/0") && is("/dev/stdin"));
        assert!(!is("/dev/fd/") && !is("/dev/fd/../zero") && !is("dev/fd/3") && !is("/dev/null"));
    }
}

//! A file that cannot be renamed over, since it is a mount of its own (`docker run -v FILE:FILE`) or its owner would be
//! lost, is written where it is. The new text goes behind the old one first, so that at every moment one of the two
//! is whole in the file.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use memchr::{memchr, memmem};
use sha2::{Digest, Sha256};

use super::DiskError;
use super::open::{open, options};

/// Begins the line before a new text. No line of JSON begins so.
const MARK: &[u8] = b"\n%replacement ";
/// The length of that line's checksum, in hexadecimal.
const SUM: usize = 64;

/// The text that counts in the bytes of a file that was being written: the new one where it is whole, else the old one.
pub(crate) fn whole(bytes: &[u8]) -> &[u8] {
    // Forward first: nearly every text has no such line, and that is found ten times as fast.
    let marked = memmem::find(bytes, &MARK[..2]).and_then(|_| memmem::rfind(bytes, MARK));
    if let Some(at) = marked {
        let after = &bytes[at + MARK.len()..];
        if let (Some(sum), Some(text)) = (after.get(..SUM), after.get(SUM + 1..))
            && sum == checksum(text).as_bytes()
        {
            return text;
        }
    }
    // No line of the old text begins with a percent sign, and no byte of it is zero.
    let end = memchr(0, bytes).unwrap_or(bytes.len());
    let end = memmem::find(&bytes[..end], &MARK[..2]).unwrap_or(end);
    &bytes[..end]
}

fn checksum(text: &[u8]) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Replaces the text of a file that exists without replacing the file.
///
/// A kill at any moment leaves a file of which [`whole`] gives the old text or the new one.
pub(super) fn write(path: &Path, text: &[u8]) -> Result<(), DiskError> {
    let file = open(path, options().read(true).write(true)).map_err(DiskError::of("open to write", path))?;
    write_to(&file, text).map_err(DiskError::of("write", path))
}

fn write_to(file: &File, text: &[u8]) -> io::Result<()> {
    let before = file.metadata()?.len();
    let behind = before.max(text.len() as u64);
    let mut tail = [MARK, checksum(text).as_bytes(), b"\n"].concat();
    tail.extend_from_slice(text);
    if let Err(e) = file.write_all_at(&tail, behind).and_then(|()| file.sync_all()) {
        // The disk is full, most likely: what was begun behind the old text goes, so that others can read it too.
        let _ = file.set_len(before);
        return Err(e);
    }
    crate::crash::here("state-behind");
    file.write_all_at(text, 0)?;
    file.sync_all()?;
    crate::crash::here("state-in-place");
    file.set_len(text.len() as u64)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_replaces_a_shorter_and_a_longer_one_and_keeps_the_file() {
        use std::os::unix::fs::MetadataExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        std::fs::write(&path, "{}").unwrap();
        let before = path.metadata().unwrap().ino();
        for text in ["{\"a\": 1}\n", "{ }\n", ""] {
            write(&path, text.as_bytes()).unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(path.metadata().unwrap().ino(), before);
    }

    #[test]
    fn every_cut_of_a_write_leaves_one_of_the_texts_whole() {
        for (old, new) in [("{\"old\": 1234567890}\n", "{\"n\": 1}\n"), ("{}\n", "{\"new\": 1234567890}\n")] {
            let tail = [MARK, checksum(new.as_bytes()).as_bytes(), b"\n", new.as_bytes()].concat();
            let mut file = old.as_bytes().to_vec();
            file.resize(old.len().max(new.len()), 0);
            for cut in 0..=tail.len() {
                let bytes = [&file[..], &tail[..cut]].concat();
                let expected = if cut == tail.len() { new } else { old };
                assert_eq!(str::from_utf8(whole(&bytes)).unwrap().trim_end(), expected.trim_end(), "{cut}");
            }
            file.extend_from_slice(&tail);
            for cut in 0..=new.len() {
                file[..cut].copy_from_slice(&new.as_bytes()[..cut]);
                assert_eq!(whole(&file), new.as_bytes(), "{cut}");
            }
        }
    }
}

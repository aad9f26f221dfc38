//! Where what no journal took goes.

use std::path::{Path, PathBuf};

use crate::disk::{self, Mode, beside};

/// Where rescued receipts went.
#[derive(Debug)]
pub enum Rescue {
    /// A file.
    File(PathBuf),
    /// The store of the state, where the next writer finds it: the object's name.
    Store(String),
    /// Nowhere: the text is to be shown.
    Text(String),
}

/// Keeps bytes in a file of this name, or of one like it elsewhere. Never replaces what an earlier run kept: it may not
/// be replayed yet.
pub(crate) fn rescue_beside(name: &Path, bytes: &[u8]) -> Rescue {
    let file_name = name.file_name().unwrap_or_default().to_owned();
    let elsewhere = [std::env::temp_dir(), "/tmp".into(), "/var/tmp".into()].map(|folder| folder.join(&file_name));
    for place in std::iter::once(name.to_owned()).chain(elsewhere) {
        let mut numbered = (2..).map(|number| beside(&place, &format!(".{number}")));
        let mut path = place.clone();
        while path.symlink_metadata().is_ok() {
            path = numbered.next().expect("there is always one more");
        }
        if disk::replace(&path, bytes, Mode::Private).is_ok() {
            return Rescue::File(path);
        }
    }
    Rescue::Text(String::from_utf8_lossy(bytes).into_owned())
}

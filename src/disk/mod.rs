//! The disk: files are opened where no link leads elsewhere and nothing makes a reader wait, and are replaced so that a
//! crash leaves the old one or the new one. Knows nothing of what is in them.

mod folder;
mod in_place;
mod open;
mod owner;
mod path;
mod replace;

use std::path::{Path, PathBuf};

pub(crate) use folder::{make_folder, sync_folder};
pub(crate) use in_place::whole;
pub(crate) use open::{beside, is_descriptor, open, options, read, read_inside, read_named, stays_inside};
pub(crate) use owner::keep_like;
pub(crate) use path::{folder_of, resolve, strays};
pub(crate) use replace::{Mode, check_replaceable, remove_leftovers, replace};

/// The most bytes of a file that hookwright itself wrote: a state, a journal, a plan.
pub(crate) const LARGEST: u64 = 1 << 30;

/// How a command line names a pipe, so that it is read.
pub(crate) const HOW_TO_READ_A_PIPE: &str = "a pipe is read where the shell opens it: <(cat PIPE)";

/// What the disk refused: the file, what was tried, and its own words as the source.
#[derive(Debug, thiserror::Error)]
#[error("could not {action} `{}`", crate::quote::escaped(&path.display().to_string()))]
pub struct DiskError {
    action: &'static str,
    path: PathBuf,
    source: std::io::Error,
}

impl DiskError {
    /// An I/O error that knows its file.
    pub fn of(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self { action, path, source }
    }
}

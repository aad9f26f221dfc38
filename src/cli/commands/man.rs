//! `hookwright man`: the manual, from the same words as `--help`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Command};

use crate::cli::exit::{DONE, Ended};
use crate::cli::failure::Failure;
use crate::cli::results::{Kind, Output};

/// Write the manual pages into a folder, one for each command.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hookwright man ~/.local/share/man/man1")]
pub(crate) struct ManArgs {
    /// A folder, made where there is none; pages of hookwright in it are written over
    folder: PathBuf,
}

/// Runs the command.
pub(super) fn run(args: &ManArgs, grammar: Command) -> Ended {
    let pages = pages(grammar).map_err(|e| Failure::caused("the pages could not be made", &e))?;
    let at = |(name, page): (OsString, Vec<u8>)| Ok((Output::at(&args.folder.join(name), Kind::Manual)?, page));
    let pages: Vec<(Output, Vec<u8>)> = pages.into_iter().map(at).collect::<Result<_, Failure>>()?;
    pages.iter().try_for_each(|(output, page)| output.write(page))?;
    Ok(DONE)
}

/// The name and the text of every page.
fn pages(grammar: Command) -> std::io::Result<Vec<(OsString, Vec<u8>)>> {
    let folder = tempfile::tempdir()?;
    clap_mangen::generate_to(grammar, folder.path())?;
    let page = |entry: std::io::Result<std::fs::DirEntry>| {
        let entry = entry?;
        Ok((entry.file_name(), std::fs::read(entry.path())?))
    };
    std::fs::read_dir(folder.path())?.map(page).collect()
}

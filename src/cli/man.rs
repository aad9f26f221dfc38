//! `hookwright man`: the manual, from the same words as `--help`.

use std::path::PathBuf;

use clap::{Args, CommandFactory};

use super::{Cli, DONE, Ended, Failure, terminal, word};

/// Write the manual pages into a folder, one for each command.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hookwright man ~/.local/share/man/man1")]
pub struct ManArgs {
    /// A folder that exists; pages of hookwright in it are written over
    folder: PathBuf,
}

/// Runs the command.
pub fn run(args: &ManArgs) -> Ended {
    clap_mangen::generate_to(Cli::command(), &args.folder)
        .map_err(|e| Failure::caused(format!("could not write to {}", terminal::path(&args.folder)), &e))
        .map_err(|failure| match args.folder.is_dir() {
            true => failure,
            false => failure.hint(format!("make the folder first: mkdir -p {}", word(&args.folder))),
        })?;
    Ok(DONE)
}

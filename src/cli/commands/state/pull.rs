//! `hookwright state pull`: the state as a file.

use clap::Args;

use crate::cli::exit::{DONE, Ended};
use crate::cli::flags::Global;
use crate::cli::{project, stored, terminal};

/// Print the state, its journal replayed
///
/// The secrets in it stay encrypted. `hookwright plan --state FILE` plans with what was printed.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hookwright state pull > snapshot.state.json")]
pub(super) struct PullArgs {}

/// Runs the command.
pub(super) async fn run(global: &Global, _: &PullArgs) -> Ended {
    let mut state = stored::read(&project::store(global)?).await?;
    let bytes = crate::state::document_bytes(&mut state);
    terminal::print(&String::from_utf8_lossy(&bytes))?;
    Ok(DONE)
}

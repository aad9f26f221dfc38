//! `hookwright state mv`: another name for an endpoint of the state.

use clap::Args;

use crate::cli::exit::{DONE, Ended};
use crate::cli::failure::Failure;
use crate::cli::flags::Global;
use crate::cli::lock::LockArgs;
use crate::cli::{clock, project, stored, terminal};
use crate::endpoint::Name;
use crate::state::Record;

/// Rename an endpoint in the state
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hookwright state mv old-name new-name")]
pub(super) struct MvArgs {
    /// Its name
    from: Name,
    /// Its name from now on
    to: Name,
    #[command(flatten)]
    lock: LockArgs,
}

/// Runs the command.
pub(super) async fn run(global: &Global, MvArgs { from, to, lock }: &MvArgs) -> Ended {
    let store = project::store(global)?;
    stored::read(&store).await?;
    let mut session = lock.open(&store, "state mv").await?;
    let state = session.state();
    stored::known(state, from)?;
    if state.endpoints.contains_key(to) {
        return Err(Failure::new(format!("the state has an endpoint `{to}` already"))
            .hint("a move never displaces one: choose another name, or move that one first"));
    }
    let moves = vec![(from.clone(), to.clone())];
    session.change(|state| state.fold(Record::Renamed { moves, at: clock::now() }));
    session.commit().await?;
    terminal::say(&format!("Moved `{from}` to `{to}`."));
    Ok(DONE)
}

//! `hookwright state show`: one endpoint of the state.

use clap::Args;

use crate::cli::exit::{DONE, Ended};
use crate::cli::flags::Global;
use crate::cli::{project, stored, terminal};
use crate::endpoint::Name;
use crate::render;

/// Show one endpoint
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hookwright state show render-done")]
pub(super) struct ShowArgs {
    /// Its name
    name: Name,
}

/// Runs the command.
pub(super) async fn run(global: &Global, ShowArgs { name }: ShowArgs) -> Ended {
    let mut state = stored::read(&project::store(global)?).await?;
    stored::known(&state, &name)?;
    state.endpoints.retain(|other, _| *other == name);
    state.pending.retain(|intent| intent.name == name);
    terminal::print(&render::show(&state, terminal::colour()))?;
    Ok(DONE)
}

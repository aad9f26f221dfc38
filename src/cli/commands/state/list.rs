//! `hookwright state list`: the endpoints of the state.

use clap::Args;

use crate::cli::exit::{DONE, Ended};
use crate::cli::flags::Global;
use crate::cli::formats::ListFormat;
use crate::cli::{project, stored, terminal};
use crate::render;

/// List the endpoints
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hookwright state list --format json")]
pub(super) struct ListArgs {
    /// How to show them
    #[arg(long, value_enum, default_value_t = ListFormat::Text)]
    format: ListFormat,
}

/// Runs the command.
pub(super) async fn run(global: &Global, args: &ListArgs) -> Ended {
    let state = stored::read(&project::store(global)?).await?;
    terminal::print(&match args.format {
        ListFormat::Text => render::state_list(&state),
        ListFormat::Json => render::state_list_json(&state),
    })?;
    Ok(DONE)
}

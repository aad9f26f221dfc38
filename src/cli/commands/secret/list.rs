//! `hookwright secret list`: which secrets there are.

use clap::Args;

use crate::cli::exit::{DONE, Ended};
use crate::cli::flags::Global;
use crate::cli::formats::ListFormat;
use crate::cli::{clock, project, stored, terminal};
use crate::render;

/// List the secrets: name, id, age, last four characters, recipients; never a secret
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hookwright secret list
  hookwright secret list --format json | jq -r '.[] | select(.known) | .name'")]
pub(super) struct ListArgs {
    /// How to show them
    #[arg(long, value_enum, default_value_t = ListFormat::Text)]
    format: ListFormat,
}

/// Runs the command.
pub(super) async fn run(global: &Global, args: &ListArgs) -> Ended {
    let state = stored::read(&project::store(global)?).await?;
    terminal::print(&match args.format {
        ListFormat::Text => render::secret_list(&state, clock::now()),
        ListFormat::Json => render::secret_list_json(&state, clock::now()),
    })?;
    Ok(DONE)
}

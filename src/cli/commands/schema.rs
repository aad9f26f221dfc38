//! `hookwright schema`: what the configuration may say, for editors.

use clap::Args;

use crate::cli::exit::{DONE, Ended};
use crate::cli::terminal;
use crate::config::SCHEMA;

/// Print the JSON Schema of the configuration.
///
/// Editors complete and check a file whose first line names it: `#:schema ./webhooks.schema.json`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hookwright schema > webhooks.schema.json")]
pub(crate) struct SchemaArgs {}

/// Runs the command.
pub(super) fn run(_: &SchemaArgs) -> Ended {
    terminal::print(SCHEMA)?;
    Ok(DONE)
}

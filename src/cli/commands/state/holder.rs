//! `hookwright state holder`: who is writing the state.

use clap::Args;

use crate::cli::exit::{DONE, Ended};
use crate::cli::flags::Global;
use crate::cli::formats::ListFormat;
use crate::cli::{project, terminal};

/// Show who is writing the state
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hookwright state holder")]
pub(super) struct HolderArgs {
    /// How to show it
    #[arg(long, value_enum, default_value_t = ListFormat::Text)]
    format: ListFormat,
}

/// Runs the command.
pub(super) async fn run(global: &Global, args: &HolderArgs) -> Ended {
    let holding = project::store(global)?.holding().await?;
    terminal::print(&match (args.format, holding) {
        (ListFormat::Json, holding) => {
            let holding =
                holding.map(|(holder, silent)| serde_json::json!({"holder": holder, "silent_seconds": silent}));
            format!("{}\n", holding.unwrap_or_default())
        }
        (ListFormat::Text, None) => "Nobody is writing the state.\n".to_owned(),
        (ListFormat::Text, Some((holder, None))) => format!("{holder}\n"),
        (ListFormat::Text, Some((holder, Some(silent)))) => format!("{holder}, last seen {silent}s ago\n"),
    })?;
    Ok(DONE)
}

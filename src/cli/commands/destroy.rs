//! `hookwright destroy`: delete what the state has.

use clap::Args;

use crate::cli::applying::{self, RunArgs};
use crate::cli::exit::Ended;
use crate::cli::flags::Global;
use crate::cli::planfile::Expected;
use crate::cli::selection::Selection;

/// Delete every endpoint of the state.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hookwright destroy --auto-approve")]
pub(crate) struct DestroyArgs {
    #[command(flatten)]
    run: RunArgs,
}

/// Runs the command.
pub(super) async fn run(global: &Global, args: DestroyArgs) -> Ended {
    let choices = Selection::all_destroyed().choices(&args.run.allowances);
    applying::run(global, &args.run, choices, "destroy", || Ok(Expected::Anything)).await
}

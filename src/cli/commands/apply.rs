//! `hookwright apply`: make what is live what the configuration says.

use std::path::PathBuf;

use clap::Args;

use crate::cli::applying::{self, RunArgs};
use crate::cli::exit::Ended;
use crate::cli::failure::Failure;
use crate::cli::flags::Global;
use crate::cli::planfile::{self, Expected};
use crate::cli::selection::Selection;

/// Make what is live what the configuration says.
///
/// Plans again, shows the plan, asks, and makes the calls. The signing secret of each new endpoint is encrypted into
/// the state before the endpoint counts as done. Exit 3: stopped part-way; run it again.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hookwright apply
  hookwright apply plan.bin        what `plan --out plan.bin` showed, or nothing
  hookwright apply --expect ID     the plan with that id, or nothing
  hookwright apply --auto-approve --lock-timeout 5m    in a pipeline")]
pub(crate) struct ApplyArgs {
    /// A plan file: applied only if this apply plans the very same
    #[arg(conflicts_with = "expect")]
    file: Option<PathBuf>,
    /// The id of a reviewed plan: applied only if this apply plans the very same, or the rest of it
    #[arg(long, value_name = "ID")]
    expect: Option<String>,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    run: RunArgs,
}

/// Runs the command.
pub(super) async fn run(global: &Global, args: ApplyArgs) -> Ended {
    let choices = args.selection.choices(&args.run.allowances);
    applying::run(global, &args.run, choices, "apply", || expected(&args)).await
}

fn expected(args: &ApplyArgs) -> Result<Expected, Failure> {
    Ok(match (&args.expect, &args.file) {
        (Some(id), _) => Expected::Id(id.clone()),
        (None, Some(file)) => Expected::File(Box::new(planfile::read(file)?.0)),
        (None, None) => Expected::Anything,
    })
}

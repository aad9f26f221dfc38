//! `hookwright state`: look at the state, and repair it.

mod list;
mod mv;
mod recover;
mod rm;
mod show;

use clap::{Args, Subcommand};

use crate::cli::exit::Ended;
use crate::cli::flags::Global;

/// Look at the state, and repair it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hookwright state list
  hookwright state mv old-name new-name
  hookwright state rm legacy                 forget it; the endpoint stays live")]
pub(crate) struct StateArgs {
    #[command(subcommand)]
    command: StateCommand,
}

#[derive(Debug, Subcommand)]
enum StateCommand {
    List(list::ListArgs),
    Show(show::ShowArgs),
    Mv(mv::MvArgs),
    Rm(rm::RmArgs),
    Recover(recover::RecoverArgs),
}

/// Runs the command.
pub(super) async fn run(global: &Global, args: StateArgs) -> Ended {
    match args.command {
        StateCommand::List(args) => list::run(global, &args).await,
        StateCommand::Show(args) => show::run(global, args).await,
        StateCommand::Mv(args) => mv::run(global, &args).await,
        StateCommand::Rm(args) => rm::run(global, &args).await,
        StateCommand::Recover(args) => recover::run(global, &args).await,
    }
}

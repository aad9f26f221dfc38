//! `hookwright state`: look at the state, and repair it.

mod holder;
mod list;
mod mv;
mod pull;
mod recover;
mod rm;
mod show;
mod unlock;

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
    Pull(pull::PullArgs),
    Holder(holder::HolderArgs),
    Unlock(unlock::UnlockArgs),
}

/// Runs the command.
pub(super) async fn run(global: &Global, args: StateArgs) -> Ended {
    match args.command {
        StateCommand::List(args) => list::run(global, &args).await,
        StateCommand::Show(args) => show::run(global, args).await,
        StateCommand::Mv(args) => mv::run(global, &args).await,
        StateCommand::Rm(args) => rm::run(global, &args).await,
        StateCommand::Recover(args) => recover::run(global, &args).await,
        StateCommand::Pull(args) => pull::run(global, &args).await,
        StateCommand::Holder(args) => holder::run(global, &args).await,
        StateCommand::Unlock(args) => unlock::run(global, &args).await,
    }
}

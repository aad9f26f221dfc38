//! `hookwright secret`: which secrets there are, and some of them in clear for who may read them.

mod export;
mod list;
mod rekey;
mod rotate;
mod show;

use clap::{Args, Subcommand};

use crate::cli::exit::Ended;
use crate::cli::flags::Global;

/// List the secrets, read them, and hand them on.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hookwright secret list
  hookwright secret show render-done -i ~/.config/hookwright/identity.txt")]
pub(crate) struct SecretArgs {
    #[command(subcommand)]
    command: SecretCommand,
}

#[derive(Debug, Subcommand)]
enum SecretCommand {
    List(list::ListArgs),
    Show(show::ShowArgs),
    Export(export::ExportArgs),
    Rekey(rekey::RekeyArgs),
    Rotate(rotate::RotateArgs),
}

/// Runs the command.
pub(super) async fn run(global: &Global, args: SecretArgs) -> Ended {
    match args.command {
        SecretCommand::List(args) => list::run(global, &args).await,
        SecretCommand::Show(args) => show::run(global, &args).await,
        SecretCommand::Export(args) => export::run(global, &args).await,
        SecretCommand::Rekey(args) => rekey::run(global, &args).await,
        SecretCommand::Rotate(args) => rotate::run(global, &args).await,
    }
}

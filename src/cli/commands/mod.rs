//! The commands: a file for each, a folder for a group of them. None imports another: what they share is outside of here.

mod apply;
pub(super) mod completions;
mod destroy;
mod import;
mod init;
mod man;
mod ping;
mod plan;
mod sandbox;
mod schema;
mod secret;
mod show;
mod state;
mod validate;
mod verify;

use clap::Subcommand;

use crate::cli::exit::Ended;
use crate::cli::flags::Global;

/// A command and its flags.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Init(init::InitArgs),
    Validate(validate::ValidateArgs),
    Plan(plan::PlanArgs),
    Apply(apply::ApplyArgs),
    Destroy(destroy::DestroyArgs),
    Show(show::ShowArgs),
    Import(import::ImportArgs),
    State(state::StateArgs),
    Secret(secret::SecretArgs),
    Ping(ping::PingArgs),
    Verify(verify::VerifyArgs),
    Sandbox(sandbox::SandboxArgs),
    Schema(schema::SchemaArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

/// Runs a command; `grammar` is the whole command line, for those that print it.
pub(super) async fn run(command: Command, global: &Global, grammar: fn() -> clap::Command) -> Ended {
    match command {
        Command::Init(args) => init::run(global, &args).await,
        Command::Validate(args) => validate::run(global, &args),
        Command::Plan(args) => plan::run(global, args).await,
        Command::Apply(args) => apply::run(global, args).await,
        Command::Destroy(args) => destroy::run(global, args).await,
        Command::Import(args) => import::run(global, args).await,
        Command::Show(args) => show::run(global, &args).await,
        Command::State(args) => state::run(global, args).await,
        Command::Secret(args) => secret::run(global, args).await,
        Command::Ping(args) => ping::run(global, &args).await,
        Command::Verify(args) => verify::run(global, &args).await,
        Command::Sandbox(args) => sandbox::run(args).await,
        Command::Schema(args) => schema::run(&args),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args, grammar()),
    }
}

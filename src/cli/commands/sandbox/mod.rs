//! `hookwright sandbox`: a local server that speaks the webhook API, and `sandbox trigger`, which makes it deliver.

mod serve;
mod trigger;

use clap::{Args, Subcommand};

use crate::cli::exit::Ended;

const EXAMPLES: &str = "\
Examples:
  Serve on port 8787, keep the endpoints in a file:
    hookwright sandbox --db sandbox.json
  Use it from another terminal:
    export VIDEOGEN_API_KEY=sk_videogen_sandbox
    export VIDEOGEN_BASE_URL=http://127.0.0.1:8787
    hookwright apply
  Lose every fifth answer; allow 100 requests an hour:
    hookwright sandbox --fault lost-after=0.2 --rate-limit 100/1h
  Deliver a signed event to everything that subscribed to it:
    hookwright sandbox trigger tool_execution.succeeded";

/// Run a local server that speaks the VideoGen webhook API
///
/// It listens on 127.0.0.1, keeps its endpoints in memory or in a file, delivers signed events, and fails on demand.
/// It runs until SIGINT or SIGTERM. Its secrets are for tests alone.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub(crate) struct SandboxArgs {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    serve: serve::ServeArgs,
}

#[derive(Debug, Subcommand)]
enum Action {
    Trigger(trigger::TriggerArgs),
}

/// Runs the sandbox until SIGINT or SIGTERM, or asks a running one to deliver.
pub(super) async fn run(args: SandboxArgs) -> Ended {
    match args.action {
        Some(Action::Trigger(args)) => trigger::run(args).await,
        None => serve::run(args.serve).await,
    }
}

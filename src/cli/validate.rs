//! `hookwright validate`: is the configuration sound? Asks nobody, runs nothing.

use clap::Args;

use super::{DONE, Ended, Global, project, terminal};
use crate::quote::count;

/// Check the configuration, every fault at once.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hookwright validate -c prod.toml")]
pub struct ValidateArgs {}

/// Runs the command.
pub fn run(global: &Global, _: &ValidateArgs) -> Ended {
    let project = project::load(global)?;
    let webhooks = count(project.desired.webhooks.len(), "webhook");
    terminal::print(&format!("Success! The configuration is valid: {webhooks}.\n"))?;
    if project.recipients.is_empty() {
        terminal::warn("it has no recipients: it can be planned, and not applied");
    }
    Ok(DONE)
}

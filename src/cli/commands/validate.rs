//! `hookwright validate`: is the configuration sound? Asks nobody, runs nothing.

use clap::Args;

use crate::cli::exit::{DONE, Ended};
use crate::cli::flags::Global;
use crate::cli::{project, terminal};
use crate::quote::count;

/// Check the configuration, every error at once.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hookwright validate -c prod.toml")]
pub(crate) struct ValidateArgs {}

/// Runs the command.
pub(super) fn run(global: &Global, _: &ValidateArgs) -> Ended {
    let project = project::read(global)?;
    if !project.recipients.is_empty() {
        project::can_encrypt(project.cannot_encrypt.as_ref())?;
    }
    let webhooks = count(project.desired.webhooks.len(), "webhook");
    terminal::print(&format!("Success! The configuration is valid: {webhooks}.\n"))?;
    if project.recipients.is_empty() {
        terminal::warn("it has no recipients: nothing that makes an endpoint can be applied");
    }
    Ok(DONE)
}

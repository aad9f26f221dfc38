//! `hookwright secret show`: one secret in clear.

use clap::Args;
use zeroize::Zeroizing;

use crate::cli::exit::{DONE, Ended};
use crate::cli::flags::Global;
use crate::cli::identity::{IdentityArgs, reveal};
use crate::cli::{project, stored, terminal};
use crate::endpoint::Name;
use crate::secrets::ExposeSecret;

/// Print one secret and nothing else
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hookwright secret show render-done -i ~/.config/hookwright/identity.txt")]
pub(super) struct ShowArgs {
    /// The entry
    name: Name,
    #[command(flatten)]
    identity: IdentityArgs,
}

/// Runs the command.
pub(super) async fn run(global: &Global, ShowArgs { name, identity }: &ShowArgs) -> Ended {
    let state = stored::read(&project::store(global)?).await?;
    let managed = stored::current(&state, name)?;
    let secret = reveal(&state.lineage, name, managed, &identity.read()?)?;
    let mut line = Zeroizing::new(String::with_capacity(secret.expose_secret().len() + 1));
    line.push_str(secret.expose_secret());
    line.push('\n');
    terminal::print_secret(&line)?;
    Ok(DONE)
}

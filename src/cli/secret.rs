//! `hookwright secret`: which secrets there are, and one of them in clear for who may read it.

use clap::{Args, Subcommand};

use super::identity::{IdentityArgs, reveal};
use super::show::read;
use super::state::known;
use super::{DONE, Ended, Global, live, project, terminal};
use crate::endpoint::Name;
use crate::render;
use crate::secrets::ExposeSecret;

/// List the secrets, and read one.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hookwright secret list
  hookwright secret show render-done --identity ~/.config/hookwright/identity.txt")]
pub struct SecretArgs {
    #[command(subcommand)]
    command: SecretCommand,
}

#[derive(Debug, Subcommand)]
enum SecretCommand {
    /// List the secrets: name, id, age, last four, recipients; never a secret
    #[command(after_help = "Example:\n  hookwright secret list")]
    List,
    /// Print one secret and nothing else
    #[command(
        after_help = "Example:\n  hookwright secret show render-done --identity ~/.config/hookwright/identity.txt"
    )]
    Show {
        /// The entry
        name: Name,
        #[command(flatten)]
        identity: IdentityArgs,
    },
}

/// Runs the command.
pub fn run(global: &Global, args: SecretArgs) -> Ended {
    let state = read(&project::store(global)?)?;
    match args.command {
        SecretCommand::List => terminal::print(&render::secret_list(&state, live::now()))?,
        SecretCommand::Show { name, identity } => {
            known(&state, &name)?;
            let secret = reveal(&state.lineage, &name, &state.endpoints[&name], &identity.read()?)?;
            let mut line = zeroize::Zeroizing::new(String::with_capacity(secret.expose_secret().len() + 1));
            line.push_str(secret.expose_secret());
            line.push('\n');
            terminal::print(&line)?;
        }
    }
    Ok(DONE)
}

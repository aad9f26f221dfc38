//! `hookwright secret`: which secrets there are, and some of them in clear for who may read them.

mod export;
mod rekey;
mod rotate;

use clap::{Args, Subcommand};

use crate::cli::commands::show::{Form, read};
use crate::cli::commands::state::current;
use crate::cli::identity::{IdentityArgs, reveal};
use crate::cli::{DONE, Ended, Global, connection, project, terminal};
use crate::endpoint::Name;
use crate::render;
use crate::secrets::ExposeSecret;

/// List the secrets, read them, and hand them on.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hookwright secret list
  hookwright secret show render-done -i ~/.config/hookwright/identity.txt")]
pub struct SecretArgs {
    #[command(subcommand)]
    command: SecretCommand,
}

#[derive(Debug, Subcommand)]
enum SecretCommand {
    /// List the secrets: name, id, age, last four, recipients; never a secret
    #[command(after_help = "Examples:
  hookwright secret list
  hookwright secret list --format json | jq -r '.[] | select(.known) | .name'")]
    List {
        /// How to show them
        #[arg(long, value_enum, default_value_t = Form::Text)]
        format: Form,
    },
    /// Print one secret and nothing else
    #[command(after_help = "Example:\n  hookwright secret show render-done -i ~/.config/hookwright/identity.txt")]
    Show {
        /// The entry
        name: Name,
        #[command(flatten)]
        identity: IdentityArgs,
    },
    /// Print secrets in a form that their consumers take
    #[command(after_help = "Examples:
  hookwright secret export --format dotenv --out secrets.env -i identity.txt
  hookwright secret export --format k8s-secret render-done | kubectl apply -f -
  hookwright secret export --format json --with-previous    during an overlap")]
    Export(export::ExportArgs),
    /// Seal every secret anew to the file's recipients, all or none
    ///
    /// Needed when recipients were added or removed: a plan says so. Whoever is removed can still read old copies.
    #[command(after_help = "Example:
  hookwright secret rekey --identity ~/.config/hookwright/identity.txt")]
    Rekey(rekey::RekeyArgs),
    /// Renew secrets now, whatever the file says: for an emergency
    ///
    /// Makes a successor of each endpoint and keeps the old one live for the overlap; --finish deletes the old ones. A
    /// renewal that can wait for a review is `rotation` in the file.
    #[command(after_help = "Examples:
  hookwright secret rotate render-done
  hookwright secret rotate render-done --overlap 1h --auto-approve
  hookwright secret rotate render-done --finish   consumers have the new secret")]
    Rotate(rotate::RotateArgs),
}

/// Runs the command.
pub async fn run(global: &Global, args: SecretArgs) -> Ended {
    let stored = async || read(&project::store(global)?).await;
    match args.command {
        SecretCommand::Rekey(args) => return rekey::run(global, &args).await,
        SecretCommand::Rotate(args) => return rotate::run(global, &args).await,
        SecretCommand::List { format } => terminal::print(&match format {
            Form::Text => render::secret_list(&stored().await?, connection::now()),
            Form::Json => render::secret_list_json(&stored().await?, connection::now()),
        })?,
        SecretCommand::Show { name, identity } => {
            let state = stored().await?;
            let managed = current(&state, &name)?;
            let secret = reveal(&state.lineage, &name, managed, &identity.read()?)?;
            let mut line = zeroize::Zeroizing::new(String::with_capacity(secret.expose_secret().len() + 1));
            line.push_str(secret.expose_secret());
            line.push('\n');
            terminal::print_secret(&line)?;
        }
        SecretCommand::Export(args) => {
            let store = project::store(global)?;
            return export::run(&store, &read(&store).await?, &args);
        }
    }
    Ok(DONE)
}

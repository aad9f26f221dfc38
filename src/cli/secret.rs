//! `hookwright secret`: which secrets there are, and one of them in clear for who may read it.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::show::read;
use super::state::known;
use super::{DONE, Ended, Failure, Global, live, project, terminal};
use crate::endpoint::Name;
use crate::render;
use crate::secrets::{Binding, ExposeSecret, Identities, OpenError, SecretString, open};
use crate::state::{Managed, State};

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

/// Who reads.
#[derive(Debug, Args)]
struct IdentityArgs {
    /// The age identity file [env: HOOKWRIGHT_IDENTITY_FILE; HOOKWRIGHT_IDENTITY is the identity itself]
    #[arg(short, long, value_name = "FILE")]
    identity: Option<PathBuf>,
}

/// Runs the command.
pub fn run(global: &Global, args: SecretArgs) -> Ended {
    let state = read(&project::store(global)?)?;
    match args.command {
        SecretCommand::List => terminal::print(&render::secret_list(&state, live::now()))?,
        SecretCommand::Show { name, identity } => {
            known(&state, &name)?;
            let secret = reveal(&state, &name, &state.endpoints[&name], &identity)?;
            let mut line = zeroize::Zeroizing::new(String::with_capacity(secret.expose_secret().len() + 1));
            line.push_str(secret.expose_secret());
            line.push('\n');
            terminal::print(&line)?;
        }
    }
    Ok(DONE)
}

fn reveal(state: &State, name: &Name, managed: &Managed, args: &IdentityArgs) -> Result<SecretString, Failure> {
    let Some(sealed) = &managed.secret else {
        return Err(Failure::new(format!("the secret of `{name}` is not known: the endpoint was imported without it"))
            .hint("raise its rotation in the configuration to get a new one"));
    };
    let binding = Binding { lineage: &state.lineage, endpoint_id: &managed.endpoint_id };
    open(sealed, binding, &identities(args)?).map_err(|error| {
        let failure = Failure::new(format!("the secret of `{name}` was not opened: {error}"));
        match error {
            OpenError::NoMatchingIdentity => {
                let expected: Vec<String> = managed.sealed_to.iter().map(|r| crate::quote::escaped(r)).collect();
                failure.hint(format!("it is sealed to {}", expected.join(", ")))
            }
            OpenError::Damaged(_) => failure.hint("restore the state from version control or a backup"),
            OpenError::Elsewhere(_) => failure.hint("restore the state: somebody edited it"),
        }
    })
}

/// The identities that the flag or the environment names.
fn identities(args: &IdentityArgs) -> Result<Identities, Failure> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let file = args.identity.clone().or_else(|| variable("HOOKWRIGHT_IDENTITY_FILE").map(PathBuf::from));
    let (text, from) = match file {
        Some(path) => {
            let shown = terminal::path(&path);
            let text = std::fs::read_to_string(&path)
                .map_err(|e| Failure::caused(format!("could not read the identity file {shown}"), &e))?;
            (SecretString::from(text), shown)
        }
        None => {
            let Some(text) = variable("HOOKWRIGHT_IDENTITY").and_then(|text| text.into_string().ok()) else {
                return Err(Failure::new("no identity to read the secret with")
                    .hint("pass --identity FILE, or set HOOKWRIGHT_IDENTITY_FILE or HOOKWRIGHT_IDENTITY"));
            };
            (SecretString::from(text), "HOOKWRIGHT_IDENTITY".to_owned())
        }
    };
    Identities::parse(text.expose_secret()).map_err(|e| Failure::new(format!("{from}: {e}")))
}

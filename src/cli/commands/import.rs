//! `hookwright import`: adopt an endpoint that exists, its secret with it where somebody has it.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::PathBuf;

use clap::Args;
use zeroize::Zeroizing;

use crate::cli::connection::Connection;
use crate::cli::exit::{DONE, Ended};
use crate::cli::failure::Failure;
use crate::cli::flags::{Global, Network};
use crate::cli::lock::LockArgs;
use crate::cli::project::{self, Project};
use crate::cli::stored::current;
use crate::cli::stored::read;
use crate::cli::terminal;
use crate::config::Entry;
use crate::disk;
use crate::endpoint::{EndpointId, Name, Observed};
use crate::quote::quoted;
use crate::render::{self, Existing};
use crate::secrets::{Binding, Ciphertext, ExposeSecret, SecretString, last4};
use crate::state::{Managed, Record, State};

/// The most bytes that a secret may have.
const MOST_SECRET: u64 = 4096;

/// Adopt an endpoint that exists.
///
/// The entry must be in the configuration, and say exactly what the endpoint is. Without its secret the state says
/// that it is unknown, and the plan offers to renew it; without an id, a secret is added to an entry that lacks it. The
/// configuration's `[imports]` adopts under review.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hookwright import old-hook ep_123
  pass show videogen/old-hook | hookwright import old-hook ep_123 --secret-stdin
  pass show videogen/old-hook | hookwright import old-hook --secret-stdin
  hookwright import --generate >> webhooks.toml   for all that is unmanaged")]
pub(crate) struct ImportArgs {
    /// The entry
    #[arg(required_unless_present = "generate")]
    name: Option<Name>,
    /// The endpoint's id; the state knows it where a secret is added to an entry
    #[arg(required_unless_present_any = ["generate", "secret_stdin", "secret_file"])]
    id: Option<String>,
    /// Read its signing secret from stdin
    #[arg(long)]
    secret_stdin: bool,
    /// Read its signing secret from FILE
    #[arg(long, value_name = "FILE", conflicts_with = "secret_stdin")]
    secret_file: Option<PathBuf>,
    /// Print TOML for every unmanaged endpoint, and change nothing
    #[arg(long, conflicts_with_all = ["name", "id", "secret_stdin", "secret_file"])]
    generate: bool,
    #[command(flatten)]
    lock: LockArgs,
    #[command(flatten)]
    network: Network,
}

/// Runs the command.
pub(super) async fn run(global: &Global, args: ImportArgs) -> Ended {
    let project = project::load(global)?;
    let Some(name) = &args.name else { return generate(&project, &args.network).await };
    let secret = secret(&args)?;
    if secret.is_some() {
        project.can_encrypt()?;
    }
    let Some(id) = args.id.clone().map(EndpointId::new) else { return complete(&project, name, secret, &args).await };
    let entry = project.desired.webhooks.get(name).ok_or_else(|| {
        Failure::new(format!("the configuration has no entry `{name}`"))
            .hint("write [webhooks.NAME] as the endpoint is; `hookwright import --generate` prints such entries")
    })?;
    let mut session = args.lock.open(&project.store, "import").await?;
    let state = session.state().clone();
    free(&state, name, &id)?;
    let connection = Connection::required(&project, &args.network).await?;
    let seen = connection.look(&state, &args.network).await?;
    connection.close().await?;
    let seen_one = seen.endpoints.iter().find(|seen| seen.id == id).ok_or_else(|| {
        Failure::new(format!("the API lists no endpoint {id}"))
            .hint("check the id, and that the key is of the right account")
    })?;
    if project.managed_elsewhere().contains(&id) {
        return Err(Failure::new(format!("another environment of the configuration manages {id}"))
            .hint("an endpoint belongs to one environment: `hookwright state rm`, there, forgets it"));
    }
    let managed = adopt(&project, &state, entry, seen_one, secret.as_ref())?;
    session.change(|state| {
        if state.team_id.is_none() {
            state.team_id = seen.team;
        }
        state.fold(Record::Imported { name: name.clone(), managed: Box::new(managed) });
    });
    session.commit().await?;
    let secret = if secret.is_some() { "its secret is encrypted in the state" } else { "its secret is unknown" };
    terminal::say(&format!("Imported {id} as `{name}`; {secret}."));
    Ok(DONE)
}

/// Adds the secret of an endpoint that the state has without it.
async fn complete(project: &Project, name: &Name, secret: Option<SecretString>, args: &ImportArgs) -> Ended {
    let Some(secret) = secret else { return Err(Failure::new("an endpoint is adopted by its id: import NAME ID")) };
    read(&project.store).await?;
    let mut session = args.lock.open(&project.store, "import").await?;
    let state = session.state().clone();
    let had = current(&state, name)?;
    if had.secret.is_some() {
        return Err(Failure::new(format!("the state has the secret of `{name}` already, and keeps it"))
            .hint(format!("`hookwright secret show {name}` prints it")));
    }
    let connection = Connection::required(project, &args.network).await?;
    let seen = connection.look(&state, &args.network).await?;
    connection.close().await?;
    let listed = seen.endpoints.iter().find(|seen| seen.id == had.endpoint_id).ok_or_else(|| {
        Failure::new(format!("the API lists no endpoint {}", had.endpoint_id))
            .hint("`hookwright plan` says what became of it")
    })?;
    let (encrypted, last4, recipients) = encrypted(project, &state, listed, &secret)?;
    session.change(|state| {
        state.rekey(vec![(listed.id.clone(), encrypted)], &recipients);
        if let Some(managed) = state.endpoints.get_mut(name).and_then(|slot| slot.current.as_mut()) {
            managed.secret_last4 = Some(last4);
        }
    });
    session.commit().await?;
    terminal::say(&format!("Added the secret of `{name}`, encrypted, to the state."));
    Ok(DONE)
}

/// An error where the name has an endpoint, or the endpoint a name.
fn free(state: &State, name: &Name, id: &EndpointId) -> Result<(), Failure> {
    if let Some(had) = state.current(name) {
        return Err(Failure::new(format!("`{name}` has the endpoint {} in the state already", had.endpoint_id))
            .hint("`hookwright state rm` forgets it, and leaves it live"));
    }
    if state.is_being_deleted(id) {
        return Err(Failure::new(format!("the deletion of {id} was sent, and may still arrive"))
            .hint("`hookwright plan` says what became of it, ten minutes later at the latest"));
    }
    match state.all().find(|(_, managed)| managed.endpoint_id == *id) {
        Some((holder, _)) => Err(Failure::new(format!("{id} is `{holder}` in the state already"))
            .hint(format!("hookwright state mv {holder} {name}"))),
        None => Ok(()),
    }
}

fn adopt(
    project: &Project,
    state: &State,
    entry: &Entry,
    seen: &Observed,
    secret: Option<&SecretString>,
) -> Result<Managed, Failure> {
    if !seen.is_duplicate_of(&entry.wanted.spec) {
        let message =
            format!("{} differs from its entry: {}", seen.id, crate::render::differences(&entry.wanted.spec, seen));
        return Err(Failure::new(message).hint("write the entry as the endpoint is; change it in a later apply"));
    }
    let mut managed = Managed::adopted(entry.wanted.clone(), seen);
    if let Some(secret) = secret {
        let (encrypted, last4, recipients) = encrypted(project, state, seen, secret)?;
        managed.secret = Some(encrypted);
        managed.secret_last4 = Some(last4);
        managed.sealed_to = recipients.into();
    }
    Ok(managed)
}

/// The secret of a listed endpoint in its storable form, its last four characters, and whom it is encrypted to; an error
/// where the API lists another.
fn encrypted(
    project: &Project,
    state: &State,
    seen: &Observed,
    secret: &SecretString,
) -> Result<(Ciphertext, String, Vec<String>), Failure> {
    let last4 = last4(secret.expose_secret());
    if let Some(listed) = seen.secret_last4.as_ref().filter(|listed| **listed != last4) {
        let message = format!("that is not the endpoint's secret: the API lists one that ends in {}", quoted(listed));
        return Err(
            Failure::new(message).hint("nothing was changed; find the secret, or raise `rotation` for a new one")
        );
    }
    let encryptor = crate::cli::identity::encryptor(&project.recipients)?;
    let binding = Binding { lineage: &state.lineage, endpoint_id: &seen.id };
    let encrypted = encryptor.encrypt(binding, secret).map_err(|e| Failure::chain(&e))?;
    Ok((encrypted, last4, encryptor.recipients().iter().map(ToString::to_string).collect()))
}

/// The secret that the flags name, if any; never quoted in an error.
fn secret(args: &ImportArgs) -> Result<Option<SecretString>, Failure> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(MOST_SECRET as usize + 1));
    let read = match &args.secret_file {
        Some(path) => disk::read_named(path, MOST_SECRET).map(Zeroizing::new).map(|read| {
            bytes.extend_from_slice(&read);
            read.len()
        }),
        None if args.secret_stdin => std::io::stdin().take(MOST_SECRET + 1).read_to_end(&mut bytes),
        None => return Ok(None),
    };
    read.map_err(|e| Failure::caused("the secret was not read", &e))?;
    let text = std::str::from_utf8(&bytes).map(str::trim).unwrap_or_default();
    let sound = text.starts_with("whsec_") && text.len() > "whsec_".len() && !text.contains(char::is_whitespace);
    if !sound || bytes.len() as u64 > MOST_SECRET {
        return Err(Failure::new("that is no signing secret: one line, whsec_ and base64"));
    }
    crate::mask::learn(text);
    Ok(Some(SecretString::from(text.to_owned())))
}

async fn generate(project: &Project, network: &Network) -> Ended {
    let state = project.store.load().await?.unwrap_or_else(|| State::new(String::new()));
    let connection = Connection::required(project, network).await?;
    let seen = connection.look(&state, network).await?;
    connection.close().await?;
    let desired = &project.desired;
    let elsewhere = project.managed_elsewhere();
    let managed: BTreeSet<&EndpointId> =
        state.all().map(|(_, m)| &m.endpoint_id).chain(desired.imports.values()).chain(&elsewhere).collect();
    let unmanaged: Vec<Observed> = seen.endpoints.into_iter().filter(|seen| !managed.contains(&seen.id)).collect();
    if unmanaged.is_empty() {
        terminal::say("Every live endpoint is managed.");
        return Ok(DONE);
    }
    let entry = |(name, entry): (&Name, &Entry)| Existing {
        name: name.clone(),
        spec: entry.wanted.spec.clone(),
        has_endpoint: state.endpoints.contains_key(name) || desired.imports.contains_key(name),
    };
    let entries: Vec<Existing> = desired.webhooks.iter().map(entry).collect();
    let taken = desired.webhooks.keys().chain(state.endpoints.keys()).cloned().collect();
    terminal::print(&render::generated(&unmanaged, &entries, &taken, desired.environment.as_ref()))?;
    if !desired.imports.is_empty() {
        terminal::warn("the configuration has a table of imports already: put these lines below it");
    }
    Ok(DONE)
}

//! `hookwright secret rekey`: every secret encrypted anew to the file's recipients, all of them or none.

use std::collections::BTreeSet;

use clap::Args;

use crate::cli::exit::{DONE, Ended};
use crate::cli::failure::Failure;
use crate::cli::flags::Global;
use crate::cli::identity::{self, IdentityArgs, Reader, reveal};
use crate::cli::lock::LockArgs;
use crate::cli::{project, stored, terminal};
use crate::endpoint::{EndpointId, Name};
use crate::quote::{count, escaped};
use crate::secrets::{Binding, Ciphertext, SecretEncryptor};
use crate::state::State;

/// Encrypt every secret anew to the file's recipients, all or none
///
/// Needed when recipients were added or removed: a plan says so. Whoever is removed can still read old copies.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hookwright secret rekey --identity ~/.config/hookwright/identity.txt")]
pub(super) struct RekeyArgs {
    #[command(flatten)]
    identity: IdentityArgs,
    #[command(flatten)]
    lock: LockArgs,
}

/// Runs the command.
pub(super) async fn run(global: &Global, args: &RekeyArgs) -> Ended {
    let project = project::load(global)?;
    project.can_encrypt()?;
    stored::read(&project.store).await?;
    let mut session = args.lock.open(&project.store, "secret rekey").await?;
    let state = session.state().clone();
    let wanted = &project.guards.recipients;
    let stale: Vec<&Name> = state.encrypted_otherwise(wanted).collect();
    let known = state.guards.as_ref().map(|guards| &guards.recipients);
    if stale.is_empty() && known.is_none_or(|known| known == wanted) {
        terminal::say("Every secret is encrypted to the file's recipients already; nothing was changed.");
        return Ok(DONE);
    }
    let identities = args.identity.read()?;
    let encryptor = identity::encryptor(&project.recipients)?;
    let encrypted = encrypted_anew(&state, &identities, &encryptor)?;
    let removed: BTreeSet<String> = readers(&state).difference(wanted).cloned().collect();
    let list: Vec<String> = project.recipients.iter().map(ToString::to_string).collect();
    let secrets = count(encrypted.len(), "secret");
    session.change(|state| {
        state.rekey(encrypted, &list);
        if let Some(guards) = &mut state.guards {
            guards.recipients.clone_from(wanted);
        }
    });
    session.commit().await?;
    terminal::say(&format!("Encrypted {secrets} to {}.", count(list.len(), "recipient")));
    warn_of(&removed, &state);
    Ok(DONE)
}

/// Decrypts and encrypts every secret before anything is written: a single one that cannot be decrypted stops it.
fn encrypted_anew(
    state: &State,
    identities: &Reader,
    encryptor: &SecretEncryptor,
) -> Result<Vec<(EndpointId, Ciphertext)>, Failure> {
    let with_secret = state.all().filter(|(_, managed)| managed.secret.is_some());
    let anew = with_secret.map(|(name, managed)| {
        let secret = reveal(&state.lineage, name, managed, identities)?;
        let binding = Binding { lineage: &state.lineage, endpoint_id: &managed.endpoint_id };
        let failed = |e| Failure::caused(format!("the secret of `{name}` was not encrypted; nothing was changed"), &e);
        Ok((managed.endpoint_id.clone(), encryptor.encrypt(binding, &secret).map_err(failed)?))
    });
    anew.collect()
}

/// Everybody whom a secret of the state is encrypted to.
fn readers(state: &State) -> BTreeSet<String> {
    state.all().flat_map(|(_, managed)| managed.sealed_to.iter().cloned()).collect()
}

/// Who was a recipient can still decrypt whatever copy of the old state they kept.
fn warn_of(removed: &BTreeSet<String>, state: &State) {
    for gone in removed {
        let could: BTreeSet<&str> = state
            .all()
            .filter(|(_, managed)| managed.sealed_to.contains(gone))
            .map(|(name, _)| name.as_str())
            .collect();
        let names = could.into_iter().collect::<Vec<_>>().join(" ");
        terminal::warn(&format!(
            "{} is no longer a recipient; anybody who kept an old copy can still read",
            escaped(gone)
        ));
        terminal::hint(&format!("rotate these: {names}"));
    }
}

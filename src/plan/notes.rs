//! The notes of single entries, and of the plan as a whole.

use std::collections::{BTreeSet, HashMap};

use super::live::bare;
use super::note::{Note, NoteKind};
use super::{Change, World};
use crate::config::Entry;
use crate::endpoint::{Name, Observed, Spec};
use crate::state::Managed;
use crate::timestamp::Timestamp;

/// What is worth a note about an entry with an endpoint.
pub(super) fn entry(world: &World<'_>, name: &Name, entry: &Entry, managed: &Managed) -> Vec<Note> {
    let mut notes = Vec::new();
    if entry.wanted.events_as_written == managed.wanted.events_as_written
        && !entry.wanted.spec.events.is_subset(&managed.wanted.spec.events)
    {
        let events: BTreeSet<String> =
            entry.wanted.spec.events.difference(&managed.wanted.spec.events).cloned().collect();
        notes.push(NoteKind::GroupsGrew { events }.of(name));
    }
    if let (Some(after), Some(made)) = (entry.rotate_after, managed.created_at) {
        let since = Timestamp(made).after(after);
        if world.now >= since {
            notes.push(NoteKind::RenewalDue { since, rotation: managed.wanted.rotation + 1 }.of(name));
        }
    }
    notes
}

/// Points out wanted endpoints whose secrets nobody here has; all in one note, for a lost state leaves many.
pub(super) fn unknown_secrets(world: &World<'_>) -> Option<Note> {
    if world.choices.destroy || world.choices.refresh_only || world.choices.is_rotation() {
        return None;
    }
    let wanted = |name: &Name| world.desired.webhooks.contains_key(name) && world.choices.targets(name);
    let unknown: Vec<(&Name, &Managed)> =
        world.state.currents().filter(|(name, managed)| managed.secret.is_none() && wanted(name)).collect();
    let (_, first) = unknown.first()?;
    let rotation = first.wanted.rotation + 1;
    let names = unknown.into_iter().map(|(name, _)| name.clone()).collect();
    Some(NoteKind::SecretsUnknown { names, rotation }.of_all())
}

/// Points out secrets that others can read than the file says.
pub(super) fn readers(world: &World<'_>) -> Option<Note> {
    let recipients = &world.guards.recipients;
    if recipients.is_empty() || world.choices.destroy {
        return None;
    }
    let names: Vec<Name> = world.state.encrypted_otherwise(recipients).cloned().collect();
    (!names.is_empty()).then(|| NoteKind::RekeyNeeded { names }.of_all())
}

/// Points out unmanaged endpoints that duplicate one of the state's.
pub(super) fn duplicates(world: &World<'_>, unmanaged: &[&Observed]) -> Vec<Note> {
    if unmanaged.is_empty() {
        return Vec::new();
    }
    let specs: HashMap<Spec, &Name> =
        world.state.currents().map(|(name, m)| (bare(&m.wanted.spec.url, &m.wanted.spec.events), name)).collect();
    let duplicates = unmanaged.iter().filter_map(|seen| {
        let name = specs.get(&bare(&seen.url, &seen.events))?;
        Some(NoteKind::Duplicated { endpoint_id: seen.id.clone() }.of(name))
    });
    duplicates.collect()
}

/// Says how many changes `--target` left out.
pub(super) fn left_out(all: usize, changes: &[Change]) -> Note {
    NoteKind::LeftOut { changes: all - changes.len() }.of_all()
}

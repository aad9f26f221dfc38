//! What is worth knowing about a plan and asks for nothing.

use std::collections::HashMap;

use super::World;
use super::diff::bare;
use crate::config::Entry;
use crate::endpoint::{Name, Observed, Spec};
use crate::state::Managed;
use crate::timestamp::Timestamp;

/// What is worth a note about an entry with an endpoint.
pub(super) fn entry(world: &World<'_>, name: &Name, entry: &Entry, had: &Managed) -> Vec<String> {
    let mut notes = Vec::new();
    let more: Vec<&str> = entry.spec.events.difference(&had.spec.events).map(String::as_str).collect();
    if entry.events_as_written == had.events_as_written && !more.is_empty() {
        notes.push(format!(
            "`{name}`: its event groups now also stand for {}; nothing is replaced by itself: edit its events to take them",
            more.join(", ")
        ));
    }
    if let (Some(after), Some(made)) = (entry.rotate_after, had.created_at) {
        let due = Timestamp(made).after(after);
        if world.now >= due {
            notes.push(format!(
                "`{name}`: a renewal of its secret is due since {due}: raise its rotation to {}",
                had.rotation + 1
            ));
        }
    }
    notes
}

/// Points out wanted endpoints whose secrets nobody here has; many of them in one note, for a lost state leaves many.
pub(super) fn unknown_secrets(world: &World<'_>) -> Option<String> {
    if world.choices.destroy || world.choices.refresh_only || world.choices.is_rotation() {
        return None;
    }
    let wanted = |name: &&Name| world.desired.webhooks.contains_key(*name) && world.choices.targets(name);
    let endpoints = world.state.currents().filter(|(_, had)| had.secret.is_none());
    let unknown: Vec<&Name> = endpoints.map(|(name, _)| name).filter(wanted).collect();
    match unknown.as_slice() {
        [] => None,
        [name] => Some(format!(
            "`{name}`: its signing secret is unknown: raise its rotation to {} to renew it, or, where somebody has it: \
             hookwright import {name} --secret-stdin",
            world.state.current(name).map_or(1, |had| had.rotation) + 1
        )),
        [first, ..] => Some(format!(
            "the signing secrets of {} are unknown: the consumers that check signatures have them; take one over with \
             `hookwright import {first} --secret-stdin`, or raise `rotation` in an entry for a new endpoint with a new secret",
            folded(&unknown)
        )),
    }
}

/// The first names, and a count of the rest.
fn folded(names: &[&Name]) -> String {
    let shown = names.iter().take(8).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if names.len() > 8 { format!("{shown} and {} more", names.len() - 8) } else { shown }
}

/// Points out secrets that others can read than the file says.
pub(super) fn readers(world: &World<'_>) -> Option<String> {
    let recipients = &world.guards.recipients;
    if recipients.is_empty() || world.choices.destroy {
        return None;
    }
    let stale: Vec<&Name> = world.state.sealed_otherwise(recipients).collect();
    if stale.is_empty() {
        return None;
    }
    Some(format!(
        "rekey needed: {} {} sealed to others than the file's recipients; run `hookwright secret rekey`",
        folded(&stale),
        if stale.len() == 1 { "is" } else { "are" }
    ))
}

/// Points out unmanaged endpoints that double one of the state's.
pub(super) fn duplicates(world: &World<'_>, strangers: &[&Observed]) -> Vec<String> {
    if strangers.is_empty() {
        return Vec::new();
    }
    let specs: HashMap<Spec, &Name> =
        world.state.currents().map(|(name, m)| (bare(&m.spec.url, &m.spec.events), name)).collect();
    let doubles = strangers.iter().filter_map(|seen| {
        let name = specs.get(&bare(&seen.url, &seen.events))?;
        Some(format!("{} is live, unmanaged, and doubles `{name}`: every event comes twice", seen.id))
    });
    doubles.collect()
}

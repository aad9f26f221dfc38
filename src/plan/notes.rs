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
    if had.secret.is_none() {
        notes.push(format!(
            "`{name}`: its signing secret is unknown: raise its rotation to {} to renew it",
            had.rotation + 1
        ));
    }
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

/// Points out secrets that others can read than the file says.
pub(super) fn readers(world: &World<'_>) -> Option<String> {
    let recipients = &world.guards.recipients;
    if recipients.is_empty() || world.choices.destroy {
        return None;
    }
    let stale: Vec<String> = world.state.sealed_otherwise(recipients).map(|name| format!("`{name}`")).collect();
    if stale.is_empty() {
        return None;
    }
    let shown = stale.iter().take(8).cloned().collect::<Vec<_>>().join(", ");
    let rest = if stale.len() > 8 { format!(" and {} more", stale.len() - 8) } else { String::new() };
    Some(format!(
        "rekey needed: {shown}{rest} {} sealed to others than the file's recipients; run `hookwright secret rekey`",
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

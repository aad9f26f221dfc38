//! Which names moved: said by `[moved]`, or found because their attributes did not change.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::{Attribute, Desired, Entry};
use crate::endpoint::{Name, Spec};
use crate::state::{Managed, State};

/// New name → old name, for every entry whose endpoint stands under another name in the state.
///
/// Found by itself: a wanted entry that the state has not, or has otherwise, takes an endpoint with exactly its
/// attributes whose own name wants it no more (a swap is two of these). Where several would do, the first by name.
pub(super) fn renames(desired: &Desired, state: &State) -> BTreeMap<Name, Name> {
    let mut moves: BTreeMap<Name, Name> = desired
        .moved
        .iter()
        .filter(|(new, old)| state.endpoints.contains_key(old) && !state.endpoints.contains_key(new))
        .map(|(new, old)| (new.clone(), old.clone()))
        .collect();
    let taken: BTreeSet<Name> = moves.values().cloned().collect();
    let stays = |name: &Name, managed: &Managed| desired.webhooks.get(name).is_some_and(|entry| same(entry, managed));
    let mut free: BTreeMap<(&Spec, u32), Vec<&Name>> = BTreeMap::new();
    for (name, managed) in state.endpoints.iter().rev() {
        if !taken.contains(name) && !desired.removed.contains(name) && !stays(name, managed) {
            free.entry((&managed.spec, managed.rotation)).or_default().push(name);
        }
    }
    for (name, entry) in &desired.webhooks {
        if moves.contains_key(name) || state.endpoints.get(name).is_some_and(|managed| same(entry, managed)) {
            continue;
        }
        if let Some(old) = free.get_mut(&(&entry.spec, entry.rotation)).and_then(Vec::pop) {
            moves.insert(name.clone(), old.clone());
        }
    }
    moves
}

fn same(entry: &Entry, managed: &Managed) -> bool {
    effective(entry, managed) == managed.spec && entry.rotation == managed.rotation
}

/// What the entry wants of this endpoint: attributes under `ignore_changes` stay as they are, and events written as
/// they were keep their old expansion, so that a newer hookwright that knows more events replaces nothing.
pub(super) fn effective(entry: &Entry, managed: &Managed) -> Spec {
    let ignored = |attribute| entry.lifecycle.ignore_changes.contains(&attribute);
    let Spec { url, events, description } = entry.spec.clone();
    let events_stay = ignored(Attribute::Events) || entry.events_as_written == managed.events_as_written;
    Spec {
        url: if ignored(Attribute::Url) { managed.spec.url.clone() } else { url },
        events: if events_stay { managed.spec.events.clone() } else { events },
        description: if ignored(Attribute::Description) { managed.spec.description.clone() } else { description },
    }
}

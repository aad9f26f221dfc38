//! Which names moved: said by `[moved]`, or found because their attributes did not change.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::config::{Desired, Entry};
use crate::endpoint::{Attribute, Events, Name, Spec, canonical_description, is_same_description};
use crate::state::{Managed, State};

/// New name → old name, for every entry whose endpoint stands under another name in the state.
///
/// Found by itself: a wanted entry that the state has not, or has otherwise, takes an endpoint with exactly its
/// attributes whose own name wants it no more (a swap is two of these). Where several would do, the first by name.
pub(super) fn renames(desired: &Desired, state: &State) -> BTreeMap<Name, Name> {
    let mut moves: BTreeMap<Name, Name> = desired
        .moved
        .keys()
        .filter(|new| desired.webhooks.contains_key(new) && !state.endpoints.contains_key(new))
        .filter_map(|new| Some((new.clone(), origin(new, desired, state)?)))
        .collect();
    let taken: BTreeSet<Name> = moves.values().cloned().collect();
    let stays = |name: &Name, managed: &Managed| desired.webhooks.get(name).is_some_and(|entry| same(entry, managed));
    let (mut by_spec, mut by_words): (BTreeMap<_, Vec<&Name>>, BTreeMap<_, Vec<&Name>>) = Default::default();
    for (name, managed) in state.currents().collect::<Vec<_>>().into_iter().rev() {
        if !taken.contains(name) && !desired.removed.contains(name) && !stays(name, managed) {
            by_spec
                .entry(words(&managed.wanted.spec, &managed.wanted.spec.events, managed.wanted.rotation))
                .or_default()
                .push(name);
            by_words
                .entry(words(
                    &managed.wanted.spec,
                    managed.wanted.events_as_written.as_slice(),
                    managed.wanted.rotation,
                ))
                .or_default()
                .push(name);
        }
    }
    if by_spec.is_empty() {
        return moves;
    }
    let mut gone = BTreeSet::new();
    for (name, entry) in &desired.webhooks {
        if moves.contains_key(name) || state.current(name).is_some_and(|managed| same(entry, managed)) {
            continue;
        }
        let of_spec = by_spec.get_mut(&words(&entry.wanted.spec, &entry.wanted.spec.events, entry.wanted.rotation));
        let of_words = by_words.get_mut(&words(
            &entry.wanted.spec,
            entry.wanted.events_as_written.as_slice(),
            entry.wanted.rotation,
        ));
        let mut free = [of_spec, of_words].into_iter().flatten();
        let old = free.find_map(|names| std::iter::from_fn(|| names.pop()).find(|old| gone.insert(*old)));
        if let Some(old) = old {
            moves.insert(name.clone(), old.clone());
        }
    }
    moves
}

/// The nearest earlier name that the state has: `[moved]` may chain, where a state has seen some of the moves or none.
fn origin(new: &Name, desired: &Desired, state: &State) -> Option<Name> {
    let mut names = std::iter::successors(desired.moved.get(new), |name| desired.moved.get(*name));
    names.find(|name| state.endpoints.contains_key(name)).cloned()
}

/// What an entry says, its description in canonical form; its events expanded, or as written: what groups stand for may
/// have grown since the last apply.
fn words<'a, E: ?Sized>(spec: &'a Spec, events: &'a E, rotation: u32) -> (&'a str, &'a E, Cow<'a, str>, u32) {
    (&spec.url, events, canonical_description(spec.description.as_deref().unwrap_or_default()), rotation)
}

/// Whether an endpoint is what the entry wants of it.
pub(super) fn same(entry: &Entry, managed: &Managed) -> bool {
    entry.wanted.rotation == managed.wanted.rotation && wanted(entry, managed) == parts(&managed.wanted.spec)
}

/// What the entry wants of this endpoint: attributes under `ignore_changes` stay as they are, so does a description that
/// says the same, and events written as
/// they were keep their old expansion while nothing else of the entry is edited, so that a newer hookwright that knows
/// more events replaces nothing by itself.
pub(super) fn effective(entry: &Entry, managed: &Managed) -> Spec {
    let (url, events, description) = wanted(entry, managed);
    Spec { url: url.clone(), events: events.clone(), description: description.clone() }
}

type Parts<'a> = (&'a String, &'a Events, &'a Option<String>);

fn parts(spec: &Spec) -> Parts<'_> {
    let Spec { url, events, description } = spec;
    (url, events, description)
}

/// [`effective`], borrowed: most entries of a plan are only compared.
fn wanted<'a>(entry: &'a Entry, managed: &'a Managed) -> Parts<'a> {
    let ignored = |attribute| entry.lifecycle.ignore_changes.contains(&attribute);
    let (old, new) = (parts(&managed.wanted.spec), parts(&entry.wanted.spec));
    let url = if ignored(Attribute::Url) { old.0 } else { new.0 };
    let kept = ignored(Attribute::Description) || is_same_description(old.2.as_deref(), new.2.as_deref());
    let description = if kept { old.2 } else { new.2 };
    let edited = (url, description) != (old.0, old.2) || entry.wanted.rotation > managed.wanted.rotation;
    let as_written = entry.wanted.events_as_written == managed.wanted.events_as_written;
    let events = if ignored(Attribute::Events) || (as_written && !edited) { old.1 } else { new.1 };
    (url, events, description)
}

//! Refusals of creates that would duplicate a live endpoint.

use std::collections::BTreeMap;

use super::{Refusal, RefusalKind};
use crate::endpoint::{Observed, Spec};
use crate::plan::{Action, Change, World};

/// An endpoint that exists twice was made twice, most likely: by a state that was lost or rolled back.
pub(super) fn duplicates(world: &World<'_>, changes: &[Change], unmanaged: &[&Observed]) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    if !changes.iter().any(|change| matches!(change.action, Action::Create(_) | Action::Replace { .. })) {
        return refusals;
    }
    let mut by_url: BTreeMap<String, Vec<&Observed>> = BTreeMap::new();
    for seen in unmanaged {
        by_url.entry(key(&seen.url)).or_default().push(seen);
    }
    for change in changes {
        let (Action::Create(make) | Action::Replace { make, .. }) = &change.action else { continue };
        // Whoever rotates names the entry, and its state is at hand: a duplicate is no sign of a lost one.
        let named = world.choices.rotate.contains_key(&change.name);
        if named || world.choices.allow_duplicate.contains(change.name.as_str()) {
            continue;
        }
        let near = by_url.get(&key(&make.wanted.spec.url)).into_iter().flatten();
        if let Some(seen) = near.filter(|seen| seen.is_duplicate_of(&make.wanted.spec)).min_by_key(|seen| &seen.id) {
            refusals.push(RefusalKind::Duplicate { endpoint_id: seen.id.clone() }.of(world, &change.name));
        }
    }
    refusals
}

/// A coarse key that all duplicates share: the URL in canonical form.
fn key(url: &str) -> String {
    Spec { url: url.to_owned(), events: Default::default(), description: None }.canonical().url
}

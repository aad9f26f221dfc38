//! Refusals of what ends an endpoint or forgets its secret.

use std::collections::BTreeSet;

use super::{Protected, Refusal, RefusalKind};
use crate::endpoint::Name;
use crate::plan::{Action, Change, Order, Reason, World, pattern};

/// A file that lost all of its entries asks to delete everything.
pub(super) fn no_webhooks(world: &World<'_>, changes: &[Change]) -> Option<Refusal> {
    if world.choices.destroy || !world.desired.webhooks.is_empty() {
        return None;
    }
    let deleted: Vec<&Name> =
        changes.iter().filter(|c| c.reasons.contains(&Reason::NotInConfig)).map(|c| &c.name).collect();
    let refused = deleted.iter().any(|name| !pattern::any(&world.choices.allow_delete, name));
    refused.then(|| RefusalKind::NoWebhooks { endpoints: deleted.len() }.of_all())
}

/// A forget would leave predecessors live that nobody retires any more.
pub(super) fn forgotten_in_overlap(world: &World<'_>, changes: &[Change]) -> Vec<Refusal> {
    let refuse = |change: &Change| {
        let Action::Forget { .. } = change.action else { return None };
        let old = world.state.endpoints.get(&change.name)?.predecessors().next()?;
        let is_due = old.until.is_some_and(|until| until <= world.now);
        let kind = RefusalKind::ForgetInOverlap { endpoint_id: old.endpoint_id.clone(), is_due };
        (!world.choices.refresh_only).then(|| kind.of(world, &change.name))
    };
    changes.iter().filter_map(refuse).collect()
}

/// Every change that protection forbids.
pub(super) fn protected(world: &World<'_>, changes: &[Change]) -> Vec<Refusal> {
    let refuse = |change: &Change| {
        let kind = RefusalKind::Protected { against: forbidden(world, change)?, remains: change.after.is_some() };
        Some(kind.of(world, &change.name))
    };
    changes.iter().filter_map(refuse).collect()
}

/// What protection forbids of a change.
fn forbidden(world: &World<'_>, change: &Change) -> Option<Protected> {
    // A destroy asks the file too: its protection may not have been applied yet.
    let entry = |name: &Name| world.desired.webhooks.get(name).filter(|_| world.choices.destroy);
    let entry = entry(&change.name).is_some_and(|entry| entry.wanted.prevent_destroy);
    let before = change.before.as_ref().is_some_and(|before| before.prevent_destroy);
    // The file's word counts where the entry is still there: loosening it is a change under review.
    let after = change.after.as_ref().is_some_and(|after| after.prevent_destroy);
    let successor_is_there = change
        .reasons
        .iter()
        .any(|reason| matches!(reason, Reason::OverlapEnded(_) | Reason::Finish | Reason::TurnedUp));
    match &change.action {
        Action::Delete { deposed: true, .. } if successor_is_there => None,
        Action::Delete { .. } => (before || entry).then_some(Protected::Deletion),
        Action::Forget { .. } if world.choices.refresh_only => None,
        Action::Forget { .. } => before.then_some(Protected::Forget),
        Action::Replace { make, order, .. } => (after && (*order == Order::DestroyFirst || make.overlap.is_zero()))
            .then_some(Protected::ReplacementWithoutOverlap),
        Action::Create(_)
        | Action::Rename { .. }
        | Action::Resend { .. }
        | Action::Abandon { .. }
        | Action::DeleteOrphan { .. }
        | Action::Update(_)
        | Action::Import { .. } => None,
    }
}

/// More deletions, replacements and forgets than `max_deletes` allows.
pub(super) fn too_many(world: &World<'_>, changes: &[Change]) -> Option<Refusal> {
    let most = world.desired.safety.max_deletes? as usize;
    if world.choices.refresh_only {
        return None;
    }
    let counted: Vec<&Name> = changes.iter().filter(|c| c.counts_against_max_deletes()).map(|c| &c.name).collect();
    let allowed = |name: &&&Name| pattern::any(&world.choices.allow_delete, name);
    let names: BTreeSet<Name> = counted.iter().filter(|name| !allowed(name)).map(|name| (*name).clone()).collect();
    let endpoints = counted.len();
    (endpoints > most && !names.is_empty()).then(|| RefusalKind::TooManyDeletes { endpoints, most, names }.of_all())
}

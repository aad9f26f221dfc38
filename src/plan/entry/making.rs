//! Endpoints that are made or adopted for an entry.

use std::time::Duration;

use super::view;
use crate::config::{Entry, ReplaceOrder};
use crate::endpoint::{EndpointId, Name, Spec, Wanted};
use crate::plan::drift::listed;
use crate::plan::live::Live;
use crate::plan::renames::effective;
use crate::plan::{Action, Change, Make, Order, Reason, View};
use crate::state::{Ended, Intent, Managed, Slot};

/// How long a create-first replacement keeps the old endpoint where the file does not say.
const OVERLAP: Duration = Duration::from_secs(24 * 3600);

fn planned(make: &Make) -> View {
    let Wanted { spec, events_as_written: _, rotation, prevent_destroy } = &make.wanted;
    View { spec: spec.clone(), endpoint_id: None, rotation: *rotation, prevent_destroy: *prevent_destroy }
}

fn make(entry: &Entry, spec: Spec) -> Make {
    Make {
        wanted: Wanted { spec, ..entry.wanted.clone() },
        gone: None,
        overlap: Duration::ZERO,
        live_before: Default::default(),
    }
}

/// A create for an entry that has no endpoint; its slot may remember how the last one ended.
pub(in crate::plan) fn create(name: &Name, entry: &Entry, slot: Option<&Slot>) -> Change {
    let make = Make { overlap: overlap(entry), ..make(entry, entry.wanted.spec.clone()) };
    let ended = slot.and_then(|slot| slot.deposed.iter().rev().find_map(|old| old.ended));
    let reason = match ended {
        Some(Ended::Gone) => Reason::Gone,
        Some(Ended::Deleted) => Reason::DeletedBefore,
        None => Reason::NotInState,
    };
    Change {
        name: name.clone(),
        before: None,
        after: Some(planned(&make)),
        action: Action::Create(make),
        reasons: vec![reason],
    }
}

/// How long a create-first replacement of this entry keeps the old endpoint.
fn overlap(entry: &Entry) -> Duration {
    match entry.lifecycle.replace {
        ReplaceOrder::CreateFirst => entry.lifecycle.overlap.unwrap_or(OVERLAP),
        ReplaceOrder::DestroyFirst => Duration::ZERO,
    }
}

/// The adoption of an endpoint that exists; that it is what the entry wants is a matter of refusals.
pub(in crate::plan) fn import(name: &Name, entry: &Entry, id: &EndpointId, live: Live<'_>) -> Change {
    let make = make(entry, entry.wanted.spec.clone());
    let seen = match live {
        Live::Listed(seen) => Some(seen.clone()),
        Live::Unasked | Live::Gone => None,
    };
    let after = View { endpoint_id: Some(id.clone()), ..planned(&make) };
    Change {
        name: name.clone(),
        before: seen.as_ref().map(|seen| View { spec: listed(seen, &make.wanted.spec), ..after.clone() }),
        after: Some(after),
        action: Action::Import { endpoint_id: id.clone(), make, seen },
        reasons: vec![Reason::Imported],
    }
}

/// A create in the place of an endpoint that is gone.
pub(in crate::plan) fn remake(name: &Name, entry: &Entry, managed: &Managed, reason: Reason) -> Change {
    let gone = Some(managed.endpoint_id.clone());
    let make = Make { gone, overlap: overlap(entry), ..make(entry, effective(entry, managed)) };
    Change {
        name: name.clone(),
        before: Some(view(managed)),
        after: Some(planned(&make)),
        action: Action::Create(make),
        reasons: vec![reason],
    }
}

/// A replacement of an endpoint by what the entry wants.
pub(in crate::plan) fn replacement(
    name: &Name,
    entry: &Entry,
    (slot, managed): (&Slot, &Managed),
    wanted: Spec,
    reasons: Vec<Reason>,
) -> Change {
    let order = Order::from(entry.lifecycle.replace);
    // What somebody else changed is not kept: the live URL may be an attacker's.
    let drifted = reasons.iter().any(|reason| matches!(reason, Reason::ChangedRemotely(_)));
    let overlap = if drifted { Duration::ZERO } else { overlap(entry) };
    let make = Make { overlap, ..make(entry, wanted) };
    let beside = slot.predecessors().count();
    Change {
        name: name.clone(),
        before: Some(view(managed)),
        after: Some(planned(&make)),
        action: Action::Replace { make, old: managed.endpoint_id.clone(), order, beside },
        reasons,
    }
}

/// A lost create that is still wanted.
pub(in crate::plan) fn resend(name: &Name, entry: &Entry, intent: &Intent, found: Found) -> Change {
    let Found { candidates, stuck } = found;
    let make = Make {
        overlap: Duration::from_secs(intent.overlap_seconds),
        live_before: intent.live_before.clone(),
        ..make(entry, intent.wanted.spec.clone())
    };
    Change {
        name: name.clone(),
        before: None,
        after: Some(planned(&make)),
        action: Action::Resend {
            key: intent.key.clone(),
            make,
            from: (intent.name != *name).then(|| intent.name.clone()),
            matches: candidates,
            replaces: intent.replaces.clone(),
            stuck,
        },
        reasons: vec![Reason::AnswerLost],
    }
}

/// What a listing shows of a lost create.
#[derive(Debug, Default)]
pub(in crate::plan) struct Found {
    /// Live endpoints that may be its outcome.
    pub candidates: Vec<EndpointId>,
    /// Whether they forbid another send.
    pub stuck: bool,
}

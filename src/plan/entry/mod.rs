//! One wanted entry against the endpoint it has: no change, an update of the state, or a replacement.

mod ending;
mod making;

use super::drift::{differing, drifted, listed};
use super::live::Live;
use super::renames::{effective, same};
use super::{Action, Change, Reason, Update, View};
use crate::config::Entry;
use crate::endpoint::{Attribute, Name, Spec};
use crate::state::{Managed, Slot};

pub(super) use ending::{delete, retire};
pub(super) use making::{Found, create, import, remake, replacement, resend};

/// The change that an entry with an endpoint needs, if any; `forced` is a reason from outside of file and state.
pub(super) fn change(
    name: &Name,
    entry: &Entry,
    (slot, managed): (&Slot, &Managed),
    live: Live<'_>,
    forced: Option<Reason>,
) -> Option<Change> {
    if matches!(live, Live::Gone) {
        return Some(remake(name, entry, managed, Reason::Gone));
    }
    let drifted = drifted(entry, managed, live);
    if forced.is_none() && drifted.is_empty() && same(entry, managed) {
        // As nearly every entry: nothing is copied to find that out.
        return update(name, entry, managed, None);
    }
    let wanted = effective(entry, managed);
    let mut reasons: Vec<Reason> = managed.wanted.spec.differing(&wanted).into_iter().map(Reason::Changed).collect();
    if entry.wanted.rotation > managed.wanted.rotation {
        reasons.push(Reason::Rotation { from: managed.wanted.rotation, to: entry.wanted.rotation });
    }
    reasons.extend(forced);
    let mut adopted = None;
    if let Live::Listed(seen) = live {
        if !drifted.is_empty()
            && reasons.iter().all(|r| matches!(r, Reason::Changed(_)))
            && seen.is_duplicate_of(&wanted)
        {
            adopted = Some(wanted.clone());
            reasons.clear();
        } else {
            let unsaid = drifted.into_iter().filter(|a| !reasons.contains(&Reason::Changed(*a)));
            reasons.extend(unsaid.map(Reason::ChangedRemotely).collect::<Vec<_>>());
        }
    }
    if !reasons.is_empty() {
        return Some(replacement(name, entry, (slot, managed), wanted, reasons));
    }
    update(name, entry, managed, adopted)
}

/// What a plan shows of an endpoint that exists.
pub(super) fn view(managed: &Managed) -> View {
    View {
        spec: managed.wanted.spec.clone(),
        endpoint_id: Some(managed.endpoint_id.clone()),
        rotation: managed.wanted.rotation,
        prevent_destroy: managed.wanted.prevent_destroy,
    }
}

fn update(name: &Name, entry: &Entry, managed: &Managed, adopted: Option<Spec>) -> Option<Change> {
    let found = [
        (Reason::LiveAgrees, adopted.is_some()),
        (Reason::Protection, entry.wanted.prevent_destroy != managed.wanted.prevent_destroy),
        (Reason::RotationLowered, entry.wanted.rotation < managed.wanted.rotation),
        (Reason::EventsRewritten, entry.wanted.events_as_written != managed.wanted.events_as_written),
    ];
    let reasons: Vec<Reason> = found.into_iter().filter(|(_, so)| *so).map(|(reason, _)| reason).collect();
    if reasons.is_empty() {
        return None;
    }
    let update = Update {
        rotation: entry.wanted.rotation,
        prevent_destroy: entry.wanted.prevent_destroy,
        spec: adopted,
        events_as_written: entry.wanted.events_as_written.clone(),
    };
    Some(updated(name, managed, update, reasons))
}

fn updated(name: &Name, managed: &Managed, update: Update, reasons: Vec<Reason>) -> Change {
    let mut after = View { rotation: update.rotation, prevent_destroy: update.prevent_destroy, ..view(managed) };
    if let Some(spec) = &update.spec {
        after.spec = spec.clone();
    }
    let (before, after) = (Some(view(managed)), Some(after));
    Change { name: name.clone(), before, after, action: Action::Update(update), reasons }
}

/// What is live, taken over into the state: a changed endpoint as it is, a gone one forgotten. A secret that changed
/// is not taken over: nobody here has the new one.
pub(super) fn refresh(name: &Name, managed: &Managed, live: Live<'_>) -> Option<Change> {
    match live {
        Live::Unasked => None,
        Live::Gone => Some(Change {
            name: name.clone(),
            before: Some(view(managed)),
            after: None,
            action: Action::Forget { endpoint_id: managed.endpoint_id.clone() },
            reasons: vec![Reason::Gone],
        }),
        Live::Listed(seen) => {
            let attributes = differing(managed, seen);
            let spec = (!attributes.is_empty()).then(|| listed(seen, managed.expected_live()))?;
            let events_as_written = if attributes.contains(&Attribute::Events) {
                spec.events.iter().cloned().collect()
            } else {
                managed.wanted.events_as_written.clone()
            };
            let (rotation, prevent_destroy) = (managed.wanted.rotation, managed.wanted.prevent_destroy);
            let update = Update { rotation, prevent_destroy, spec: Some(spec), events_as_written };
            Some(updated(name, managed, update, vec![Reason::Refreshed]))
        }
    }
}

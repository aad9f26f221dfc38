//! One wanted entry against the endpoint it has: no change, an update of the state, or a replacement.

use std::time::Duration;

use super::renames::effective;
use super::{Action, Change, Drift, DriftKind, Make, Order, Reason, Update, View};
use crate::config::{Attribute, Entry, ReplaceOrder};
use crate::endpoint::{EndpointId, Name, Observed, Spec};
use crate::quote::quoted;
use crate::state::{Ended, Intent, Managed, Slot};
use crate::timestamp::words;

/// How long a create-first replacement keeps the old endpoint where the file does not say.
const OVERLAP: Duration = Duration::from_secs(24 * 3600);

/// What the API says of one endpoint.
#[derive(Clone, Copy)]
pub(super) enum Live<'a> {
    /// Nobody asked.
    Unasked,
    /// It is listed.
    Listed(&'a Observed),
    /// It is not, or its deletion is under way.
    Gone,
}

/// The change that an entry with an endpoint needs, if any; `forced` is a reason from outside of file and state.
pub(super) fn change(
    name: &Name,
    entry: &Entry,
    (slot, had): (&Slot, &Managed),
    live: Live<'_>,
    forced: Option<Reason>,
) -> Option<Change> {
    let wanted = effective(entry, had);
    if matches!(live, Live::Gone) {
        return Some(remake(name, entry, had, Reason::Gone));
    }
    let mut reasons: Vec<Reason> = differing(&had.spec, &wanted).into_iter().map(Reason::Changed).collect();
    if entry.rotation > had.rotation {
        reasons.push(Reason::Rotation { from: had.rotation, to: entry.rotation });
    }
    reasons.extend(forced);
    let mut adopted = None;
    let strayed = strayed(entry, had, live);
    if let Live::Listed(seen) = live {
        if !strayed.is_empty() && reasons.iter().all(|r| matches!(r, Reason::Changed(_))) && seen.is_twin_of(&wanted) {
            adopted = Some(wanted.clone());
            reasons.clear();
        } else {
            let unsaid = strayed.into_iter().filter(|a| !reasons.contains(&Reason::Changed(*a)));
            reasons.extend(unsaid.map(Reason::ChangedRemotely).collect::<Vec<_>>());
        }
    }
    if !reasons.is_empty() {
        return Some(replacement(name, entry, (slot, had), wanted, reasons));
    }
    update(name, entry, had, adopted)
}

/// The attributes in which two specs differ.
fn differing(a: &Spec, b: &Spec) -> Vec<Attribute> {
    let Spec { url, events, description } = a;
    let differs = [
        (Attribute::Url, *url != b.url),
        (Attribute::Events, *events != b.events),
        (Attribute::Description, *description != b.description),
    ];
    differs.into_iter().filter(|(_, differs)| *differs).map(|(attribute, _)| attribute).collect()
}

/// An endpoint as listed, in canonical words; an absent description says what was expected.
fn listed(seen: &Observed, expected: &Spec) -> Spec {
    let description = seen.description.clone().unwrap_or_else(|| expected.description.clone());
    Spec { url: seen.url.clone(), events: seen.events.clone(), description }.canonical()
}

/// The attributes that live are no longer what was answered, but for those under `ignore_changes`.
pub(super) fn strayed(entry: &Entry, had: &Managed, live: Live<'_>) -> Vec<Attribute> {
    let Live::Listed(seen) = live else { return Vec::new() };
    let mut strayed = strayed_from(had, seen);
    strayed.retain(|attribute| !entry.lifecycle.ignore_changes.contains(attribute));
    strayed
}

fn strayed_from(had: &Managed, seen: &Observed) -> Vec<Attribute> {
    // The API may list what was sent where its answer had other words.
    if seen.is_twin_of(&had.spec) {
        return Vec::new();
    }
    let expected = had.expected_live();
    differing(&expected.canonical(), &listed(seen, expected))
}

/// How an endpoint drifted; nothing where nobody asked.
pub(super) fn drift(name: &Name, had: &Managed, live: Live<'_>) -> Vec<Drift> {
    let deposed = had.until.is_some();
    let of = |kind| Drift { name: name.clone(), endpoint_id: had.endpoint_id.clone(), deposed, kind };
    let seen = match live {
        Live::Unasked => return Vec::new(),
        Live::Gone => return vec![of(DriftKind::Gone)],
        Live::Listed(seen) => seen,
    };
    let expected = had.expected_live();
    let now = listed(seen, expected);
    let attributes: Vec<_> = strayed_from(had, seen)
        .into_iter()
        .map(|attribute| (attribute, text(expected, attribute), text(&now, attribute)))
        .collect();
    let changed = (!attributes.is_empty()).then(|| of(DriftKind::Changed { attributes }));
    let secret = match (&had.secret_last4, &seen.secret_last4) {
        (Some(before), Some(after)) if before != after => {
            Some(of(DriftKind::Secret { before: before.clone(), after: after.clone() }))
        }
        _ => None,
    };
    changed.into_iter().chain(secret).collect()
}

/// How a listed endpoint differs from what an entry wants, in words.
pub fn differences(wanted: &Spec, seen: &Observed) -> String {
    let (wanted, live) = (wanted.canonical(), listed(seen, wanted));
    let told = differing(&wanted, &live).into_iter().map(|attribute| {
        let (wanted, live) = (text(&wanted, attribute), text(&live, attribute));
        format!("{} is {} and the entry has {}", attribute.word(), quoted(&live), quoted(&wanted))
    });
    told.collect::<Vec<_>>().join("; ")
}

fn text(spec: &Spec, attribute: Attribute) -> String {
    match attribute {
        Attribute::Url => spec.url.clone(),
        Attribute::Events => spec.events.iter().cloned().collect::<Vec<_>>().join(", "),
        Attribute::Description => spec.description.clone().unwrap_or_default(),
    }
}

/// What a plan shows of an endpoint that exists.
pub(super) fn view(had: &Managed) -> View {
    View {
        spec: had.spec.clone(),
        endpoint_id: Some(had.endpoint_id.clone()),
        rotation: had.rotation,
        prevent_destroy: had.prevent_destroy,
    }
}

fn planned(make: &Make) -> View {
    let Make { spec, rotation, prevent_destroy, .. } = make;
    View { spec: spec.clone(), endpoint_id: None, rotation: *rotation, prevent_destroy: *prevent_destroy }
}

pub(super) fn make(entry: &Entry, spec: Spec) -> Make {
    Make {
        spec,
        events_as_written: entry.events_as_written.clone(),
        rotation: entry.rotation,
        prevent_destroy: entry.lifecycle.prevent_destroy,
        gone: None,
        overlap: Duration::ZERO,
        live_before: Default::default(),
    }
}

/// A create for an entry that has no endpoint; its slot may remember how the last one ended.
pub(super) fn create(name: &Name, entry: &Entry, slot: Option<&Slot>) -> Change {
    let make = Make { overlap: overlap(entry), ..make(entry, entry.spec.clone()) };
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
        consequences: vec!["a new signing secret: sealed into the state, then handed to the consumer".to_owned()],
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
pub(super) fn import(name: &Name, entry: &Entry, id: &EndpointId, live: Live<'_>) -> Change {
    let make = make(entry, entry.spec.clone());
    let seen = match live {
        Live::Listed(seen) => Some(seen.clone()),
        Live::Unasked | Live::Gone => None,
    };
    let after = View { endpoint_id: Some(id.clone()), ..planned(&make) };
    Change {
        name: name.clone(),
        before: seen.as_ref().map(|seen| View { spec: listed(seen, &make.spec), ..after.clone() }),
        after: Some(after),
        action: Action::Import { endpoint_id: id.clone(), make, seen },
        reasons: vec![Reason::Imported],
        consequences: vec![
            "the state alone changes; its signing secret stays unknown: raise rotation to renew it".to_owned(),
        ],
    }
}

pub(super) fn remake(name: &Name, entry: &Entry, had: &Managed, reason: Reason) -> Change {
    let gone = Some(had.endpoint_id.clone());
    let make = Make { gone, overlap: overlap(entry), ..make(entry, effective(entry, had)) };
    Change {
        name: name.clone(),
        before: Some(view(had)),
        after: Some(planned(&make)),
        action: Action::Create(make),
        reasons: vec![reason],
        consequences: vec![
            "a new signing secret: whoever checks signatures must take it".to_owned(),
            "events since the deletion are lost".to_owned(),
        ],
    }
}

pub(super) fn replacement(
    name: &Name,
    entry: &Entry,
    (slot, had): (&Slot, &Managed),
    wanted: Spec,
    reasons: Vec<Reason>,
) -> Change {
    let order = Order::from(entry.lifecycle.replace);
    // What somebody else changed is not kept: the live URL may be an attacker's.
    let drifted = reasons.iter().any(|reason| matches!(reason, Reason::ChangedRemotely(_)));
    let overlap = if drifted { Duration::ZERO } else { overlap(entry) };
    let make = Make { overlap, ..make(entry, wanted) };
    let meanwhile = match order {
        Order::DestroyFirst => vec![
            "events between the deletion and the creation are lost".to_owned(),
            "deliveries fail verification from the deletion until consumers have the new secret".to_owned(),
        ],
        Order::CreateFirst if overlap.is_zero() => vec![
            "deliveries fail verification from the deletion of the old endpoint until consumers have the new secret"
                .to_owned(),
        ],
        Order::CreateFirst => overlapping(slot, had, &make),
    };
    let secret = "the signing secret changes: whoever checks signatures must take the new one".to_owned();
    Change {
        name: name.clone(),
        before: Some(view(had)),
        after: Some(planned(&make)),
        action: Action::Replace { make, old: had.endpoint_id.clone(), order },
        reasons,
        consequences: [vec![secret], meanwhile].concat(),
    }
}

/// What happens while both endpoints are live.
fn overlapping(slot: &Slot, had: &Managed, make: &Make) -> Vec<String> {
    let (overlap, times) = (words(make.overlap), slot.predecessors().count() + 2);
    let during = if had.spec.url == make.spec.url {
        format!("for {overlap} every event comes {times} times, signed with the old secret and with the new one")
    } else {
        format!(
            "for {overlap} every event comes {times} times: to the old URL signed with the old secret, to the new URL with the new one"
        )
    };
    vec![during, "an apply after that deletes the old endpoint".to_owned()]
}

fn update(name: &Name, entry: &Entry, had: &Managed, adopted: Option<Spec>) -> Option<Change> {
    let told = [
        (Reason::LiveAgrees, adopted.is_some()),
        (Reason::Protection, entry.lifecycle.prevent_destroy != had.prevent_destroy),
        (Reason::RotationLowered, entry.rotation < had.rotation),
        (Reason::EventsRewritten, entry.events_as_written != had.events_as_written),
    ];
    let reasons: Vec<Reason> = told.into_iter().filter(|(_, so)| *so).map(|(reason, _)| reason).collect();
    if reasons.is_empty() {
        return None;
    }
    let update = Update {
        rotation: entry.rotation,
        prevent_destroy: entry.lifecycle.prevent_destroy,
        spec: adopted,
        events_as_written: entry.events_as_written.clone(),
    };
    let mut after = View { rotation: update.rotation, prevent_destroy: update.prevent_destroy, ..view(had) };
    if let Some(spec) = &update.spec {
        after.spec = spec.clone();
    }
    Some(Change {
        name: name.clone(),
        before: Some(view(had)),
        after: Some(after),
        action: Action::Update(update),
        reasons,
        consequences: vec!["the state alone changes".to_owned()],
    })
}

/// What is live, taken over into the state: a changed endpoint as it is, a gone one forgotten. A secret that changed
/// is not taken over: nobody here has the new one.
pub(super) fn refresh(name: &Name, had: &Managed, live: Live<'_>) -> Option<Change> {
    let consequences = vec!["the state alone changes; a later plan compares the configuration with this".to_owned()];
    let before = Some(view(had));
    match live {
        Live::Unasked => None,
        Live::Gone => Some(Change {
            name: name.clone(),
            before,
            after: None,
            action: Action::Forget { endpoint_id: had.endpoint_id.clone() },
            reasons: vec![Reason::Gone],
            consequences: vec!["it is gone already: the state forgets it, and its secret".to_owned()],
        }),
        Live::Listed(seen) => {
            let strayed = strayed_from(had, seen);
            if strayed.is_empty() {
                return None;
            }
            let spec = listed(seen, had.expected_live());
            let events_as_written = if strayed.contains(&Attribute::Events) {
                spec.events.iter().cloned().collect()
            } else {
                had.events_as_written.clone()
            };
            let update = Update {
                rotation: had.rotation,
                prevent_destroy: had.prevent_destroy,
                spec: Some(spec.clone()),
                events_as_written,
            };
            let after = Some(View { spec, ..view(had) });
            let action = Action::Update(update);
            Some(Change { name: name.clone(), before, after, action, reasons: vec![Reason::Refreshed], consequences })
        }
    }
}

/// A delete of a current endpoint.
pub(super) fn delete(name: &Name, had: &Managed, reason: Reason, live: Live<'_>) -> Change {
    let gone = matches!(live, Live::Gone);
    let consequence = if gone {
        "it is gone already: the state alone changes"
    } else {
        "it stops receiving events at once, and its signing secret is of no use any more"
    };
    Change {
        name: name.clone(),
        before: Some(view(had)),
        after: None,
        action: Action::Delete { endpoint_id: had.endpoint_id.clone(), deposed: false, gone },
        reasons: vec![reason],
        consequences: vec![consequence.to_owned()],
    }
}

/// The end of a predecessor.
pub(super) fn retire(name: &Name, old: &Managed, reason: Reason, live: Live<'_>) -> Change {
    let gone = matches!(live, Live::Gone);
    Change {
        name: name.clone(),
        before: Some(view(old)),
        after: None,
        action: Action::Delete { endpoint_id: old.endpoint_id.clone(), deposed: true, gone },
        reasons: vec![reason],
        consequences: vec![
            "retire: it stops receiving events at once: its consumers must have taken the new secret".to_owned(),
        ],
    }
}

/// A lost create that is still wanted; `stuck` are candidates that forbid another send.
pub(super) fn resend(name: &Name, entry: &Entry, intent: &Intent, found: Found) -> Change {
    let Found { candidates, stuck } = found;
    let make = Make {
        overlap: Duration::from_secs(intent.overlap_seconds),
        live_before: intent.live_before.clone(),
        ..make(entry, intent.body.clone())
    };
    let mut consequences = Vec::new();
    if stuck {
        consequences.push("nothing more is sent until somebody has looked at these endpoints".to_owned());
    } else {
        consequences.push("the same create is sent again with the same key, and its secret sealed".to_owned());
    }
    if let Some(old) = &intent.replaces {
        let when = if make.overlap.is_zero() {
            "is deleted once its successor is there".to_owned()
        } else {
            format!("stays live for {} after its successor is there", words(make.overlap))
        };
        consequences.push(format!("it replaces {old}, which {when}"));
    }
    for id in &candidates {
        consequences
            .push(format!("{id} may be the lost one: it becomes this entry's, or is deleted if it is certainly ours"));
    }
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
        consequences,
    }
}

/// What a listing shows of a lost create.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Live endpoints that may be its outcome.
    pub candidates: Vec<EndpointId>,
    /// Whether they forbid another send.
    pub stuck: bool,
}

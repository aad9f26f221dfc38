//! What a reader must not miss, in words: whatever cannot be undone, and whatever should alarm.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::super::field::{Delta, Sign};
use super::super::guard;
use super::super::place::Place;
use super::super::sentence::{Sentence, id, own, quoted, sentence};
use super::{attention, hint, names};
use crate::endpoint::Name;
use crate::plan::{Attention, AttentionKind, Change, Consequence, GuardChange, Kind, Plan};
use crate::timestamp::words;

/// How many hosts and recipients are named before the rest is a count.
const NAMED: usize = 10;

/// One alarm: what it is in two or three words, and the rest.
pub(in crate::render) struct Alarm {
    pub title: &'static str,
    pub body: Sentence,
}

/// What cannot be undone, the worst first: changes of one danger are one alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Danger {
    Destroyed,
    PredecessorDestroyed,
    OrphanDestroyed,
    Forgotten,
    LostMeanwhile,
    FailsNow,
    FailsLater(Duration),
    Recreated,
    Stuck,
    SentAgain,
}

/// Every alarm of a plan, what somebody else did first.
pub(in crate::render) fn alarms(plan: &Plan, place: &Place) -> Vec<Alarm> {
    let mut alarms: Vec<Alarm> = plan.attention().iter().map(changed_outside).collect();
    let mut dangers: BTreeMap<Danger, Vec<&Name>> = BTreeMap::new();
    for change in &plan.changes {
        if let Some(danger) = danger(change) {
            dangers.entry(danger).or_default().push(&change.name);
        }
    }
    alarms.extend(dangers.iter().map(|(danger, names)| ended(*danger, names)));
    alarms.extend(plan.guards.iter().filter(|change| change.is_looser()).map(|change| loosened(change, place)));
    if !plan.new_hosts.is_empty() && !is_first(plan) {
        let hosts = listed(plan.new_hosts.iter().map(String::as_str));
        alarms.push(Alarm {
            title: "New hosts",
            body: hosts.then(sentence(" would receive events for the first time", [])),
        });
    }
    alarms
}

/// Whether there is nothing yet: then every host is new.
fn is_first(plan: &Plan) -> bool {
    plan.unchanged.is_empty() && plan.changes.iter().all(|change| change.action.kind() == Kind::Create)
}

/// Whether a comment shows them as a danger, or as a warning.
pub(in crate::render) fn is_grave(plan: &Plan) -> bool {
    let grave = |change: &Change| danger(change).is_some_and(|danger| danger <= Danger::FailsNow);
    !plan.attention().is_empty() || plan.changes.iter().any(grave) || plan.guards.iter().any(GuardChange::is_looser)
}

fn changed_outside(one: &Attention<'_>) -> Alarm {
    let title = match one.kind {
        AttentionKind::SecretChanged => "Secret swapped",
        AttentionKind::PredecessorChanged => "Predecessor changed",
    };
    let whose = sentence("`{}` ({}): ", [own(&one.drift.name), id(&one.drift.endpoint_id)]);
    let body = Sentence::joined([whose.then(sentence(attention(one), [])), hint(one)], "; ");
    Alarm { title, body }
}

fn danger(change: &Change) -> Option<Danger> {
    use Consequence as C;
    let fails = |overlap: Duration| if overlap.is_zero() { Danger::FailsNow } else { Danger::FailsLater(overlap) };
    let of = |consequence: &Consequence| match consequence {
        C::DeliveriesEnd => Some(Danger::Destroyed),
        C::PredecessorEnds => Some(Danger::PredecessorDestroyed),
        C::OrphanDeleted(_) => Some(Danger::OrphanDestroyed),
        C::SecretForgotten => Some(Danger::Forgotten),
        C::EventsLostMeanwhile => Some(Danger::LostMeanwhile),
        C::VerificationFails => Some(Danger::FailsNow),
        C::Overlap { lasts, .. } => Some(fails(*lasts)),
        C::Replaces { overlap, .. } => Some(fails(*overlap)),
        C::EventsLostSinceDeletion => Some(Danger::Recreated),
        C::Stuck => Some(Danger::Stuck),
        C::SentAgain => Some(Danger::SentAgain),
        C::NewSecret | C::SecretChanges | C::RetiredLater | C::AlreadyGone | C::StateOnly | C::NameOnly => None,
        C::Refreshed | C::GoneForgotten | C::SecretUnknown | C::MayBeTheLostOne(_) | C::NeverSentAgain => None,
    };
    change.consequences().iter().filter_map(of).min()
}

fn ended(danger: Danger, whose: &[&Name]) -> Alarm {
    let names = names(whose.iter().copied());
    let (title, body) = match danger {
        Danger::Destroyed => {
            ("Destroyed", sentence("{}; no more events, and the signing secret becomes useless", [names]))
        }
        Danger::PredecessorDestroyed => {
            ("Predecessors destroyed", sentence("{}; from then on only the new secret verifies", [names]))
        }
        Danger::OrphanDestroyed => {
            ("Orphans destroyed", sentence("{}; left of creates whose answer was lost", [names]))
        }
        Danger::Forgotten => {
            ("Secrets forgotten", sentence("{}; still live, and nobody can read the secret again", [names]))
        }
        Danger::LostMeanwhile => (
            "Destroyed, then created",
            sentence("{}; events are lost meanwhile, and consumers fail until they have the new secret", [names]),
        ),
        Danger::FailsNow => (
            "Secret changes at once",
            sentence("{}; consumers fail from this apply on until they have the new secret", [names]),
        ),
        Danger::FailsLater(overlap) => (
            "Secret changes",
            sentence(
                "{}; pass on the new secret before an apply retires the old endpoint, {} from now or later",
                [names, own(words(overlap))],
            ),
        ),
        Danger::Recreated => (
            "Gone, so recreated",
            sentence("{}; events since then are lost, and consumers fail until they have the new secret", [names]),
        ),
        Danger::Stuck => ("Stuck", sentence("{}; nothing is sent until somebody has looked at the endpoints", [names])),
        Danger::SentAgain => ("Sent again", sentence("{}; the answer of an earlier create was lost", [names])),
    };
    Alarm { title, body }
}

fn loosened(change: &GuardChange, place: &Place) -> Alarm {
    let key = own(change.word());
    let limit = |most: &Option<u32>| own(most.map_or("no limit".to_owned(), |most| most.to_string()));
    let body = match change {
        GuardChange::BaseUrl { before, after } => sentence("`{}` from {} to {}", [key, quoted(before), quoted(after)]),
        GuardChange::MaxDeletes { before, after } => sentence("`{}` from {} to {}", [key, limit(before), limit(after)]),
        GuardChange::AllowedHosts { after: None, .. } => sentence("`{}` now allows any host", [key]),
        GuardChange::AllowedHosts { .. } => sentence("`{}` now allows ", [key]).then(listed(added(change).into_iter())),
        GuardChange::Recipients { .. } => {
            let added = added(change);
            let shown = added.iter().take(NAMED).map(|recipient| {
                sentence("{}", [quoted(*recipient)]).then(label(place, recipient).unwrap_or_default())
            });
            let more = match added.len().saturating_sub(NAMED) {
                0 => Sentence::default(),
                more => sentence(" and {} more", [own(more)]),
            };
            sentence("`{}`: new recipients can read the secrets: ", [key])
                .then(Sentence::joined(shown, ", "))
                .then(more)
        }
    };
    Alarm { title: "Guard loosened", body }
}

fn added(change: &GuardChange) -> BTreeSet<&str> {
    match guard::field(change).delta {
        Delta::Set { items, .. } => {
            items.into_iter().filter(|(sign, _)| *sign == Sign::Add).map(|(_, item)| item).collect()
        }
        Delta::Keep(_) | Delta::Add(_) | Delta::Remove(_) | Delta::Change(..) => BTreeSet::new(),
    }
}

fn listed<'a>(items: impl ExactSizeIterator<Item = &'a str>) -> Sentence {
    let more = items.len().saturating_sub(NAMED);
    let shown = items.take(NAMED).map(|item| sentence("{}", [quoted(item)]));
    let shown = Sentence::joined(shown, ", ");
    if more > 0 { shown.then(sentence(" and {} more", [own(more)])) } else { shown }
}

/// What the recipients file calls a recipient.
pub(in crate::render) fn label(place: &Place, recipient: &str) -> Option<Sentence> {
    let label = place.labels.get(recipient)?;
    Some(sentence(" (label from the file, unverified: {})", [quoted(super::super::untrusted::clipped(label, LABEL))]))
}

/// How much of a label is shown.
const LABEL: usize = 80;

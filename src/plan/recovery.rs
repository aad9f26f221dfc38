//! What may be left of a create whose answer was lost, and what of that is certainly ours. Used by the planner, and
//! by an apply that has just lost an answer.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::endpoint::{EndpointId, Observed, Spec};
use crate::state::{Intent, State};
use crate::timestamp::Timestamp;

/// How far the API's clock may be off ours, in seconds.
const CLOCK_SLACK: i64 = 60;
/// How long after its send a request may still commit.
const LATE: Duration = Duration::from_secs(600);

/// The live endpoints that an intent's unanswered sends may have made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Matches {
    /// Certainly ours: no more of them than sends without an answer.
    pub certain: Vec<EndpointId>,
    /// Perhaps somebody else's: named, and left alone.
    pub uncertain: Vec<EndpointId>,
}

/// Judges the endpoints in one listing by the intents with unanswered sends; by key, every such intent present.
///
/// A match has the intent's spec in canonical form, was not live before the intent, is in no state, and was made no
/// earlier than the first send and no later than ten minutes after the last (a minute of clock slack either way).
/// What an answer named is certain. Other matches are certain only where they are no more than the sends that could have made them; intents of one spec
/// are judged together, since nobody can tell their outcomes apart.
pub fn judge(state: &State, live: &[Observed]) -> BTreeMap<String, Matches> {
    let unsettled: Vec<&Intent> = state.pending.iter().filter(|intent| intent.is_unsettled()).collect();
    if unsettled.is_empty() {
        return BTreeMap::new();
    }
    let managed: BTreeSet<&EndpointId> = state.all().map(|(_, managed)| &managed.endpoint_id).collect();
    let named: BTreeSet<&EndpointId> = unsettled.iter().flat_map(|intent| &intent.named).collect();
    let mut groups: BTreeMap<Spec, Vec<&Intent>> = BTreeMap::new();
    for intent in unsettled {
        groups.entry(intent.body.canonical()).or_default().push(intent);
    }
    let mut judged = BTreeMap::new();
    for intents in groups.values() {
        let mut found: Vec<(&Observed, bool)> = live
            .iter()
            .filter(|seen| !managed.contains(&seen.id) && !named.contains(&seen.id))
            .filter(|seen| seen.is_twin_of(&intents[0].body))
            .filter_map(|seen| timely(seen, intents).map(|certain| (seen, certain)))
            .collect();
        // The listing's order means nothing.
        found.sort_by_key(|(seen, _)| &seen.id);
        let sends: usize = intents.iter().map(|intent| intent.unanswered as usize).sum();
        let certain = found.len() <= sends && found.iter().all(|(_, certain)| *certain);
        share(&mut judged, intents, found.into_iter().map(|(seen, _)| seen.id.clone()), certain);
        for intent in intents {
            let live = |id: &&EndpointId| live.iter().any(|seen| seen.id == **id);
            let known = intent.named.iter().filter(|id| !managed.contains(id)).filter(live);
            judged.entry(intent.key.clone()).or_default().certain.extend(known.cloned());
        }
    }
    judged
}

/// Whether an endpoint may be the outcome of one of the intents (`Some`), and whether its moment proves it.
fn timely(seen: &Observed, intents: &[&Intent]) -> Option<bool> {
    // An intent whose every send is accounted for made nothing else.
    let unanswered = intents.iter().filter(|intent| intent.unanswered > 0);
    let possible = unanswered.filter(|intent| !intent.live_before.contains(&seen.id));
    possible
        .filter_map(|intent| {
            let Some(made) = seen.created_at else { return Some(false) };
            let (first, last) = (intent.first_sent?, intent.last_sent?);
            let window = first.0 - CLOCK_SLACK..=last.after(LATE).0 + CLOCK_SLACK;
            window.contains(&made).then_some(true)
        })
        .reduce(|a, b| a || b)
}

/// Gives each match to an intent: as many to each as it has unanswered sends, the rest to the last.
fn share(
    judged: &mut BTreeMap<String, Matches>,
    intents: &[&Intent],
    found: impl Iterator<Item = EndpointId>,
    certain: bool,
) {
    let mut found = found.peekable();
    for (at, intent) in intents.iter().enumerate() {
        let room = if at + 1 == intents.len() { usize::MAX } else { intent.unanswered as usize };
        let mine: Vec<EndpointId> = std::iter::from_fn(|| found.next()).take(room).collect();
        let matches = if certain {
            Matches { certain: mine, uncertain: Vec::new() }
        } else {
            Matches { certain: Vec::new(), uncertain: mine }
        };
        judged.insert(intent.key.clone(), matches);
    }
}

/// Whether a listing at `now` settles an intent: none of its requests can commit any more.
pub fn settles(intent: &Intent, now: Timestamp) -> bool {
    intent.last_sent.is_none_or(|last| now >= last.after(LATE))
}

/// Whether an intent's first request can no longer be under way.
pub fn outlived(intent: &Intent, now: Timestamp) -> bool {
    intent.first_sent.is_some_and(|first| now >= first.after(LATE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::Name;

    fn spec() -> Spec {
        Spec { url: "https://h.example/x".into(), events: ["a".into()].into(), description: None }
    }

    fn intent(key: &str, unanswered: u32) -> Intent {
        Intent {
            key: key.into(),
            name: Name::parse("n").unwrap(),
            body: spec(),
            events_as_written: vec![],
            rotation: 1,
            prevent_destroy: false,
            live_before: [EndpointId::new("ep_before")].into(),
            replaces: None,
            overlap_seconds: 0,
            first_sent: Some(Timestamp(1000)),
            last_sent: Some(Timestamp(1010)),
            unanswered,
            named: BTreeSet::new(),
            closed: true,
        }
    }

    fn seen(id: &str, created_at: Option<i64>) -> Observed {
        let Spec { url, events, .. } = spec();
        Observed { id: EndpointId::new(id), url, events, description: None, created_at, secret_last4: None }
    }

    fn judged(intents: Vec<Intent>, live: &[Observed]) -> (usize, usize) {
        let state = State { pending: intents, ..State::new("l".into()) };
        let judged = judge(&state, live);
        let sum = |pick: fn(&Matches) -> usize| judged.values().map(pick).sum();
        (sum(|m| m.certain.len()), sum(|m| m.uncertain.len()))
    }

    #[test]
    fn one_match_for_one_lost_send_is_certain_and_two_are_not() {
        assert_eq!(judged(vec![intent("k", 1)], &[seen("a", Some(1000))]), (1, 0));
        assert_eq!(judged(vec![intent("k", 1)], &[seen("a", Some(1000)), seen("b", Some(1001))]), (0, 2));
        assert_eq!(judged(vec![intent("k", 2)], &[seen("a", Some(1000)), seen("b", Some(1001))]), (2, 0));
    }

    #[test]
    fn intents_of_one_spec_are_judged_together() {
        let live = [seen("a", Some(1000)), seen("b", Some(1001))];
        assert_eq!(judged(vec![intent("k", 1), intent("l", 1)], &live), (2, 0));
        assert_eq!(
            judged(vec![intent("k", 1), intent("l", 1)], &[&live[..], &[seen("c", Some(1002))]].concat()),
            (0, 3)
        );
    }

    #[test]
    fn what_was_live_before_or_made_at_another_time_is_no_match_and_an_untold_time_proves_nothing() {
        assert_eq!(judged(vec![intent("k", 1)], &[seen("ep_before", Some(1000))]), (0, 0));
        assert_eq!(judged(vec![intent("k", 1)], &[seen("a", Some(939)), seen("b", Some(1671))]), (0, 0));
        assert_eq!(judged(vec![intent("k", 1)], &[seen("a", Some(940))]), (1, 0));
        assert_eq!(judged(vec![intent("k", 1)], &[seen("a", None)]), (0, 1));
    }

    #[test]
    fn what_an_answer_named_is_certain_and_counts_for_no_other_send() {
        let named = Intent { named: [EndpointId::new("a")].into(), ..intent("k", 0) };
        let live = [seen("a", Some(1000)), seen("b", Some(1000))];
        // The other one is nobody's of ours: every send is accounted for.
        assert_eq!(judged(vec![named], &live), (1, 0));
    }

    #[test]
    fn ten_minutes_settle_an_intent() {
        assert!(!settles(&intent("k", 1), Timestamp(1609)));
        assert!(settles(&intent("k", 1), Timestamp(1610)));
    }
}

//! How 0.1 judged what lost creates left behind: keys of one spec are pooled, and their matches dealt out in the order
//! of ids. Kept to show that the model finds what was wrong with it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use hookwright::surface::Timestamp;
use hookwright::surface::{Action, Candidates, Change};
use hookwright::surface::{EndpointId, Observed, Spec};
use hookwright::surface::{Intent, Record, State};

use super::wording::{Decided, planned};
use super::world::World;

const CLOCK_SLACK: i64 = 60;
const LATE: Duration = Duration::from_secs(600);

/// What each key with unanswered sends may have made, by key.
pub fn judge(state: &State, live: &[Observed]) -> BTreeMap<String, Candidates> {
    let managed: BTreeSet<&EndpointId> = state.all().map(|(_, managed)| &managed.endpoint_id).collect();
    let mut groups: BTreeMap<Spec, Vec<&Intent>> = BTreeMap::new();
    for intent in state.pending.iter().filter(|intent| intent.unanswered > 0) {
        groups.entry(intent.wanted.spec.canonical()).or_default().push(intent);
    }
    let mut judged = BTreeMap::new();
    for intents in groups.values() {
        let mut found: Vec<&Observed> = live
            .iter()
            .filter(|seen| {
                !managed.contains(&seen.id) && seen.is_duplicate_of(&intents[0].wanted.spec) && timely(seen, intents)
            })
            .collect();
        found.sort_by_key(|seen| &seen.id);
        let sends: usize = intents.iter().map(|intent| intent.unanswered as usize).sum();
        let certain = found.len() <= sends;
        share(&mut judged, intents, found.into_iter().map(|seen| seen.id.clone()), certain);
    }
    judged
}

fn timely(seen: &Observed, intents: &[&Intent]) -> bool {
    let made = seen.created_at.unwrap();
    intents.iter().filter(|intent| !intent.live_before.contains(&seen.id)).any(|intent| {
        let (Some(first), Some(last)) = (intent.first_sent, intent.last_sent) else { return false };
        (first.0 - CLOCK_SLACK..=last.after(LATE).0 + CLOCK_SLACK).contains(&made)
    })
}

/// As many to each key as it has unanswered sends, the rest to the last.
fn share(
    judged: &mut BTreeMap<String, Candidates>,
    intents: &[&Intent],
    found: impl Iterator<Item = EndpointId>,
    certain: bool,
) {
    let mut found = found.peekable();
    for (at, intent) in intents.iter().enumerate() {
        let room = if at + 1 == intents.len() { usize::MAX } else { intent.unanswered as usize };
        let mine: Vec<EndpointId> = found.by_ref().take(room).collect();
        let (certain, uncertain) = if certain { (mine, Vec::new()) } else { (Vec::new(), mine) };
        judged.insert(intent.key.clone(), Candidates { certain, uncertain });
    }
}

/// Whether a listing at `now` settles an intent.
fn settles(intent: &Intent, now: Timestamp) -> bool {
    intent.last_sent.is_none_or(|last| now >= last.after(LATE))
}

/// What of a listing 0.1 deleted as orphans: what closed keys certainly left behind.
pub fn orphans(state: &State, live: &[Observed]) -> Vec<(String, EndpointId)> {
    let closed = |key: &String| state.intent(key).is_some_and(|intent| intent.closed);
    let judged = judge(state, live).into_iter().filter(|(key, _)| closed(key));
    judged.flat_map(|(key, found)| found.certain.into_iter().map(move |id| (key.clone(), id))).collect()
}

/// The plan that 0.1 made: today's for all but lost creates, which are judged key by key.
pub fn plan(world: &World, live: &[Observed]) -> Decided {
    let judged = judge(&world.state, live);
    let matched: BTreeSet<&EndpointId> = judged.values().flat_map(Candidates::all).collect();
    let mut rest = world.state.clone();
    rest.pending.retain(|intent| !intent.closed);
    let others: Vec<Observed> = live.iter().filter(|seen| !matched.contains(&seen.id)).cloned().collect();
    let mut decided = planned(world, &rest, &others);
    for change in &mut decided.changes {
        match &mut change.action {
            Action::Resend { key, matches, .. } => {
                *matches = judged.get(key).into_iter().flat_map(Candidates::all).cloned().collect();
            }
            Action::Create(make) | Action::Replace { make, .. } => {
                let same = live.iter().filter(|seen| seen.is_duplicate_of(&make.wanted.spec));
                make.live_before = same.map(|seen| seen.id.clone()).collect();
            }
            _ => {}
        }
    }
    for intent in world.state.pending.iter().filter(|intent| intent.closed) {
        let certain = judged.get(&intent.key).map(|found| found.certain.clone()).unwrap_or_default();
        if certain.is_empty() && settles(intent, world.now()) {
            decided.tidy.push(Record::Settled { key: intent.key.clone() });
        }
        decided.changes.extend(certain.into_iter().map(|endpoint_id| Change {
            name: intent.name.clone(),
            action: Action::DeleteOrphan { key: intent.key.clone(), endpoint_id },
            before: None,
            after: None,
            reasons: Vec::new(),
        }));
    }
    decided
}

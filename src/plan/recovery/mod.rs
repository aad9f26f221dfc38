//! What may be left of creates whose answers were lost, what of that is certainly ours, and what may be done about it.
//! Pure: used by the planner, and by an apply that has just lost an answer.
//!
//! # The rules
//! 1. An **account** is one canonical spec, over all keys of all entries that ever sent it. Its unanswered sends, its
//!    first one, its open keys and its reconciliation are the account's, never a single key's or entry's.
//! 2. A **candidate** is live, of the account's spec, not live before its first unanswered send, made within its time,
//!    and was never ours: no endpoint that stands or stood in the state, has a receipt, or is being deleted.
//! 3. Candidates are **certain** while they are no more than the unanswered sends; an orphan whose deletion is noted
//!    uses up one of these, until its deletion lapses.
//! 4. A certain candidate is deleted only when no key of its account is open: an open key may still answer it, with its
//!    secret.
//! 5. An account is reconciled as a whole: when two listings, both long after its last send, show nothing of it that is
//!    certainly its own, and no deletion of it is under way.
//!
//! Each of them is there because a simpler one loses or doubles an endpoint: `tests/model` shows how.

mod next;
mod tidy;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::live::bare;
use crate::endpoint::{EndpointId, Observed, Spec};
use crate::state::{Intent, State};
use crate::timestamp::{Timestamp, protocol};

pub use next::Next;
pub use tidy::needs_second_look;
pub(crate) use tidy::tidy;

/// How far the API's clock may be off the one that sends were noted by, in seconds.
const CLOCK_SLACK: i64 = 60;
/// How long after its send a request may still commit.
const LATE: std::time::Duration = std::time::Duration::from_secs(600);
/// How many unanswered sends of an account with several uncertain candidates are enough.
const MOST_UNCERTAIN: u32 = 3;

/// How long after its send a request may still commit.
pub(super) fn late() -> std::time::Duration {
    protocol(LATE)
}

/// Every create of one canonical spec whose sends are not all accounted for.
#[derive(Debug, Default)]
pub struct Account<'a> {
    intents: Vec<&'a Intent>,
    /// What is live of its spec.
    live: Vec<&'a Observed>,
}

/// The live endpoints that an account's unanswered sends may have made, each list sorted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Candidates {
    /// Certainly ours: no more of them than sends without an answer.
    pub certain: Vec<EndpointId>,
    /// Perhaps somebody else's: named, and left alone.
    pub uncertain: Vec<EndpointId>,
}

impl Candidates {
    /// Both kinds.
    pub fn all(&self) -> impl Iterator<Item = &EndpointId> {
        self.certain.iter().chain(&self.uncertain)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.certain.is_empty() && self.uncertain.is_empty()
    }
}

impl<'a> Account<'a> {
    /// Every intent, in the order in which they were decided.
    pub fn intents(&self) -> impl Iterator<Item = &'a Intent> {
        self.intents.iter().copied()
    }

    /// Whether a key may still be sent, and so may still answer a candidate with its secret.
    pub fn is_open(&self) -> bool {
        self.intents.iter().any(|intent| !intent.closed)
    }

    /// Sends without an answer.
    pub fn unanswered(&self) -> u32 {
        self.intents.iter().map(|intent| intent.unanswered).sum()
    }

    /// Orphans that use up one unanswered send each.
    fn used(&self) -> BTreeSet<&'a EndpointId> {
        self.intents.iter().flat_map(|intent| &intent.used).collect()
    }

    /// The moment of the last send.
    pub fn last_sent(&self) -> Option<Timestamp> {
        self.intents.iter().filter_map(|intent| intent.last_sent).max()
    }

    /// Whether no request of it can still commit.
    pub fn is_past(&self, now: Timestamp) -> bool {
        self.last_sent().is_none_or(|last| now >= last.after(late()))
    }

    /// The key that an orphan is charged to: the one whose tag it bears, else one with room.
    pub fn key_for(&self, seen: &Observed) -> Option<&'a str> {
        let own = |intent: &&&Intent| intent.tag.is_some() && intent.tag == seen.tag;
        let room = |intent: &&&Intent| intent.unanswered as usize > intent.used.len();
        let all = || self.intents.iter();
        all().find(own).or_else(|| all().find(room)).or_else(|| all().next()).map(|intent| intent.key.as_str())
    }
}

/// All accounts of a state, beside one listing.
#[derive(Debug)]
pub struct Ledger<'a> {
    state: &'a State,
    accounts: BTreeMap<Spec, Account<'a>>,
}

impl<'a> Ledger<'a> {
    /// The accounts of a state, and what of a listing has their specs.
    pub fn new(state: &'a State, live: &'a [Observed]) -> Self {
        let mut accounts: BTreeMap<Spec, Account<'a>> = BTreeMap::new();
        for intent in &state.pending {
            accounts.entry(intent.wanted.spec.canonical()).or_default().intents.push(intent);
        }
        if !accounts.is_empty() {
            let mut by_bare: HashMap<Spec, Vec<&mut Account<'a>>> = HashMap::new();
            for (spec, account) in &mut accounts {
                by_bare.entry(bare(&spec.url, &spec.events)).or_default().push(account);
            }
            for seen in live {
                let near = by_bare.get_mut(&bare(&seen.url, &seen.events)).into_iter().flatten();
                near.filter(|account| seen.is_duplicate_of(&account.intents[0].wanted.spec))
                    .for_each(|a| a.live.push(seen));
            }
        }
        Self { state, accounts }
    }

    /// The same, endpoints of other states left aside.
    pub fn without(mut self, ids: &BTreeSet<EndpointId>) -> Self {
        self.accounts.values_mut().for_each(|account| account.live.retain(|seen| !ids.contains(&seen.id)));
        self
    }

    /// Every account, by spec.
    pub fn accounts(&self) -> impl Iterator<Item = &Account<'a>> {
        self.accounts.values()
    }

    /// The account that a spec belongs to.
    pub fn account(&self, spec: &Spec) -> Option<&Account<'a>> {
        if self.accounts.is_empty() { None } else { self.accounts.get(&spec.canonical()) }
    }

    /// What of the listing an account's unanswered sends may have made (rules 2 and 3).
    pub fn candidates(&self, account: &Account<'a>) -> Candidates {
        let unanswered = || account.intents.iter().filter(|intent| intent.unanswered > 0);
        // Intents stand in the order in which they were decided: what was live before the first was live before all.
        let Some(first) = unanswered().next() else { return Candidates::default() };
        let since = unanswered().filter_map(|intent| intent.first_sent).min();
        let used = account.used();
        let possible = |seen: &&Observed| {
            !first.live_before.contains(&seen.id) && !used.contains(&seen.id) && self.may_be_an_orphan(seen, account)
        };
        let last = unanswered().filter_map(|intent| intent.last_sent).max();
        let found: Vec<(&EndpointId, bool)> = account
            .live
            .iter()
            .copied()
            .filter(possible)
            .filter_map(|seen| Some((&seen.id, timely(seen, since?, last?)?)))
            .collect();
        let room = (account.unanswered() as usize).saturating_sub(used.len());
        let certain = found.len() <= room && found.iter().all(|(_, certain)| *certain);
        let mut ids: Vec<EndpointId> = found.into_iter().map(|(id, _)| id.clone()).collect();
        // The listing's order means nothing.
        ids.sort();
        if certain {
            Candidates { certain: ids, uncertain: Vec::new() }
        } else {
            Candidates { certain: Vec::new(), uncertain: ids }
        }
    }

    /// Whether an endpoint was never ours, and bears the tag of an unanswered send where these have tags.
    fn may_be_an_orphan(&self, seen: &Observed, account: &Account<'_>) -> bool {
        let mut unanswered = account.intents.iter().filter(|intent| intent.unanswered > 0);
        unanswered.any(|intent| intent.tag == seen.tag)
            && !self.state.was_ours(&seen.id)
            && !self.state.is_being_deleted(&seen.id)
            && self.state.all().all(|(_, managed)| managed.endpoint_id != seen.id)
    }

    /// Every orphan that may be deleted now, with the key that it is charged to (rule 4).
    pub fn orphans(&self) -> Vec<(String, EndpointId)> {
        let mut orphans = Vec::new();
        for account in self.accounts.values().filter(|account| !account.is_open()) {
            orphans.extend(self.charged(account, self.candidates(account).certain));
        }
        orphans
    }

    fn charged(&self, account: &Account<'_>, ids: Vec<EndpointId>) -> Vec<(String, EndpointId)> {
        let key = |id: &EndpointId| {
            let seen = account.live.iter().find(|seen| seen.id == *id)?;
            account.key_for(seen).map(str::to_owned)
        };
        ids.into_iter().filter_map(|id| Some((key(&id)?, id))).collect()
    }
}

/// Whether an endpoint may be the outcome of sends of that time (`Some`), and whether that is proven. A tag proves it
/// where the API tells no moment.
fn timely(seen: &Observed, first: Timestamp, last: Timestamp) -> Option<bool> {
    let Some(made) = seen.created_at else { return Some(seen.tag.is_some()) };
    let window = first.0 - CLOCK_SLACK..=last.after(late()).0 + CLOCK_SLACK;
    window.contains(&made).then_some(true)
}

/// Whether an intent's first request can no longer be under way.
pub(crate) fn outlived(intent: &Intent, now: Timestamp) -> bool {
    intent.first_sent.is_some_and(|first| now >= first.after(late()))
}

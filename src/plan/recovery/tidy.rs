//! What a listing shows to be over: accounts that are reconciled, deletions that are done or did nothing, endpoints
//! that are gone for good. It changes what is remembered, and nothing that is live.

use std::borrow::Cow;
use std::collections::HashSet;

use super::{Ledger, late};
use crate::endpoint::{EndpointId, Observed};
use crate::state::{Ended, Record, State};
use crate::timestamp::Timestamp;

/// The records of all that is over at `now`, as `live` shows, and the state without it: the union of two listings where
/// [`needs_second_look`] says so.
pub(crate) fn tidy<'a>(state: &'a State, live: &[Observed], now: Timestamp) -> (Vec<Record>, Cow<'a, State>) {
    if state.pending.is_empty() && state.deleting.is_empty() && !has_ended(state) {
        return (Vec::new(), Cow::Borrowed(state));
    }
    let listed: HashSet<&EndpointId> = live.iter().map(|seen| &seen.id).collect();
    let mut records = deletions(state, &listed, now);
    records.extend(forgotten(state, &listed, now));
    let mut after = Cow::Borrowed(state);
    records.iter().for_each(|record| after.to_mut().fold(record.clone()));
    // What a deletion leaves behind is judged after it.
    let reconciled = reconciled(&after, live, now);
    reconciled.iter().for_each(|record| after.to_mut().fold(record.clone()));
    records.extend(reconciled);
    (records, after)
}

/// Whether absence from one listing would end something: then a second listing must agree.
pub fn needs_second_look(state: &State, now: Timestamp) -> bool {
    let noted = state.deleting.values().any(|deletion| is_over(deletion.at, now));
    noted || Ledger::new(state, &[]).accounts().any(|account| !account.is_open() && account.is_past(now))
}

/// Whether a noted deletion can no longer arrive. One of the future is no note of ours.
fn is_over(noted: Timestamp, now: Timestamp) -> bool {
    now >= noted.after(late()) || noted.0 > now.0 + super::CLOCK_SLACK
}

fn has_ended(state: &State) -> bool {
    state.all().any(|(_, managed)| managed.ended.is_some())
}

/// Ten minutes after its note, an unlisted endpoint is deleted, and a listed one is planned anew.
fn deletions(state: &State, listed: &HashSet<&EndpointId>, now: Timestamp) -> Vec<Record> {
    let over = state.deleting.iter().filter(|(_, deletion)| is_over(deletion.at, now));
    let outcome = |(id, deletion): (&EndpointId, &crate::state::Deletion)| {
        let endpoint_id = id.clone();
        if listed.contains(id) {
            Record::Lapsed { endpoint_id }
        } else {
            Record::Deleted { endpoint_id, name: None, orphan_of: deletion.orphan_of.clone() }
        }
    };
    over.map(outcome).collect()
}

/// Endpoints that are gone are remembered for a while, in case they turn up again.
fn forgotten(state: &State, listed: &HashSet<&EndpointId>, now: Timestamp) -> Vec<Record> {
    let over = |managed: &crate::state::Managed| {
        managed.ended == Some(Ended::Gone)
            && managed.until.is_none_or(|until| now >= until)
            && !listed.contains(&managed.endpoint_id)
    };
    let forget = |(name, managed): (&crate::endpoint::Name, &crate::state::Managed)| Record::Deleted {
        endpoint_id: managed.endpoint_id.clone(),
        name: Some(name.clone()),
        orphan_of: None,
    };
    state.all().filter(|(_, managed)| over(managed)).map(forget).collect()
}

/// Accounts of which no listing shows anything certain, long after their last send (rule 5).
fn reconciled(state: &State, live: &[Observed], now: Timestamp) -> Vec<Record> {
    let ledger = Ledger::new(state, live);
    let over = |account: &&super::Account<'_>| {
        let deleting = account.used().iter().any(|id| state.deleting.contains_key(*id));
        !account.is_open() && account.is_past(now) && !deleting && ledger.candidates(account).certain.is_empty()
    };
    let keys = |account: &super::Account<'_>| account.intents().map(|intent| intent.key.clone()).collect();
    ledger.accounts().filter(over).map(|account| Record::Reconciled { keys: keys(account) }).collect()
}

//! A rotation that no file asked for: the named entries get successors as they are, or lose their predecessors; nothing
//! else is planned.

use std::time::Duration;

use super::drift::drifted;
use super::entry::{self, Found};
use super::live::Live;
use super::recovery::{Ledger, Next};
use super::{Change, Reason, World};
use crate::config::{Entry, Lifecycle};
use crate::endpoint::{EndpointId, Name};
use crate::state::{Intent, Managed};

/// The changes of the entries that the command line names; a name that the state does not have has none.
pub(super) fn changes<'a>(
    world: &World<'a>,
    ledger: &Ledger<'a>,
    live: impl Fn(&EndpointId) -> Live<'a>,
) -> Vec<Change> {
    let mut changes = Vec::new();
    for (name, overlap) in &world.choices.rotate {
        let Some(slot) = world.state.endpoints.get(name) else { continue };
        let Some(managed) = &slot.current else { continue };
        let entry = as_it_is(managed, *overlap);
        // An earlier rotation whose answer was lost is finished, rather than another begun beside it.
        changes.push(match world.state.open_intents().find(|intent| continues(intent, name, managed)) {
            Some(intent) => {
                let account = ledger.account(&intent.wanted.spec);
                let candidates = account.map(|account| ledger.candidates(account)).unwrap_or_default();
                let stuck = ledger.before_send(&intent.wanted.spec) != Next::Send;
                let found = Found { candidates: candidates.all().cloned().collect(), stuck };
                Change { before: Some(entry::view(managed)), ..entry::resend(name, &entry, intent, found) }
            }
            None if matches!(live(&managed.endpoint_id), Live::Gone) => {
                entry::remake(name, &entry, managed, Reason::Gone)
            }
            None => {
                // What somebody else changed is not kept beside the successor.
                let drifted = drifted(&entry, managed, live(&managed.endpoint_id));
                let reasons = std::iter::once(Reason::Rotate).chain(drifted.into_iter().map(Reason::ChangedRemotely));
                entry::replacement(name, &entry, (slot, managed), managed.wanted.spec.clone(), reasons.collect())
            }
        });
    }
    for name in &world.choices.finish {
        let predecessors = world.state.endpoints.get(name).into_iter().flat_map(|slot| slot.predecessors());
        changes.extend(predecessors.map(|old| entry::retire(name, old, Reason::Finish, live(&old.endpoint_id))));
    }
    changes
}

/// The entry that the endpoint was made from, its rotation included: the file's does not ask for it again afterwards.
fn as_it_is(managed: &Managed, overlap: Duration) -> Entry {
    Entry {
        wanted: managed.wanted.clone(),
        rotate_after: None,
        lifecycle: Lifecycle { overlap: Some(overlap), ..Lifecycle::default() },
        line: 0,
        file: None,
    }
}

fn continues(intent: &Intent, name: &Name, managed: &Managed) -> bool {
    let same = intent.wanted.spec == managed.wanted.spec && intent.wanted.rotation == managed.wanted.rotation;
    intent.name == *name && same && intent.replaces.as_ref() == Some(&managed.endpoint_id)
}

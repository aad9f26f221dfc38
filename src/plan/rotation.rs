//! A rotation that no file asked for: the named entries get successors as they are, or lose their predecessors; nothing
//! else is planned.

use std::collections::BTreeMap;
use std::time::Duration;

use super::entry::{self, Live};
use super::recovery::Matches;
use super::{Change, Reason, World};
use crate::config::{Entry, Lifecycle};
use crate::endpoint::{EndpointId, Name};
use crate::state::{Intent, Managed};

/// The changes of the entries that the command line names; a name that the state does not have has none.
pub(super) fn changes<'a>(
    world: &World<'a>,
    judged: &BTreeMap<String, Matches>,
    live: impl Fn(&EndpointId) -> Live<'a>,
) -> Vec<Change> {
    let mut changes = Vec::new();
    for (name, overlap) in &world.choices.rotate {
        let Some(had) = world.state.endpoints.get(name) else { continue };
        let entry = as_it_is(had, *overlap);
        // An earlier rotation whose answer was lost is finished, rather than another begun beside it.
        changes.push(match world.state.open_intents().find(|intent| continues(intent, name, had)) {
            Some(intent) => {
                let found = judged.get(&intent.key).cloned().unwrap_or_default();
                let matches = [found.certain, found.uncertain].concat();
                Change { before: Some(entry::view(had)), ..entry::resend(name, &entry, intent, matches) }
            }
            None if matches!(live(&had.endpoint_id), Live::Gone) => entry::remake(name, &entry, had),
            None => entry::replacement(name, &entry, had, had.spec.clone(), vec![Reason::Rotate]),
        });
    }
    for name in &world.choices.finish {
        let deposed = world.state.endpoints.get(name).map_or(&[][..], |had| had.deposed.as_slice());
        changes.extend(deposed.iter().map(|old| entry::retire(name, old, Reason::Finish)));
    }
    changes
}

/// The entry that the endpoint was made from, its rotation included: the file's does not ask for it again afterwards.
fn as_it_is(had: &Managed, overlap: Duration) -> Entry {
    Entry {
        spec: had.spec.clone(),
        events_as_written: had.events_as_written.clone(),
        rotation: had.rotation,
        rotate_after: None,
        lifecycle: Lifecycle { prevent_destroy: had.prevent_destroy, overlap: Some(overlap), ..Lifecycle::default() },
        line: 0,
        file: None,
    }
}

fn continues(intent: &Intent, name: &Name, had: &Managed) -> bool {
    let same = intent.body == had.spec && intent.rotation == had.rotation;
    intent.name == *name && same && intent.replaces.as_ref() == Some(&had.endpoint_id)
}

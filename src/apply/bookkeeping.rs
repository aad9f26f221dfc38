//! What the state alone knows: written first, in one durable group.

use std::collections::BTreeSet;

use super::Job;
use super::run::Run;
use crate::endpoint::Name;
use crate::plan::{Action, Change, Reason};
use crate::state::{Ended, Managed, Record};
use crate::timestamp::Timestamp;

/// The records of everything that needs no request.
pub(super) fn records<A>(job: &Job<A>) -> Vec<Record> {
    let (known_team, known_guards) = job.state.with_state(|state| (state.team_id.clone(), state.guards.clone()));
    let mut records = Vec::new();
    if let Some(team_id) = job.team.clone().filter(|team| known_team.as_ref() != Some(team)) {
        records.push(Record::Team { team_id });
    }
    if known_guards.as_ref() != Some(&job.guards) {
        records.push(Record::Guards(job.guards.clone()));
    }
    let known = job.state.with_state(|state| state.environment.clone());
    records.extend(
        job.environment.clone().filter(|name| known.as_ref() != Some(name)).map(|name| Record::Environment { name }),
    );
    records.push(Record::Applied(job.reviewed.clone()));
    records.extend(job.plan.tidy.iter().cloned());
    let moves = moves(&job.plan.changes);
    if !moves.is_empty() {
        records.push(Record::Renamed { moves, at: job.clock.now() });
    }
    records.extend(job.plan.changes.iter().filter_map(|change| record(change, job.clock.now())));
    records
}

/// Every move of a name, once, all to be made at the same moment: a swap is two of them.
fn moves(changes: &[Change]) -> Vec<(Name, Name)> {
    let from = |change: &Change| match &change.action {
        Action::Rename { from } | Action::Resend { from: Some(from), .. } => Some(from.clone()),
        _ => None,
    };
    let moves: BTreeSet<_> = changes.iter().filter_map(|change| Some((from(change)?, change.name.clone()))).collect();
    moves.into_iter().collect()
}

fn record(change: &Change, now: Timestamp) -> Option<Record> {
    let name = change.name.clone();
    Some(match &change.action {
        Action::Update(update) => Record::Updated {
            name,
            rotation: update.rotation,
            prevent_destroy: update.prevent_destroy,
            spec: update.spec.clone(),
            events_as_written: update.events_as_written.clone(),
        },
        // What is gone is remembered, in case it turns up again.
        Action::Forget { endpoint_id } if change.reasons.contains(&Reason::Gone) => Record::Ended {
            name,
            endpoint_id: endpoint_id.clone(),
            how: Ended::Gone,
            until: now.after(super::memory()),
        },
        Action::Forget { .. } => Record::Forgotten { name },
        Action::Abandon { key } => Record::Closed { key: key.clone() },
        Action::Import { make, seen: Some(seen), .. } => {
            Record::Imported { name, managed: Box::new(Managed::adopted(make.wanted.clone(), seen)) }
        }
        _ => return None,
    })
}

/// Reports those changes as done.
pub(super) fn report<A>(run: &Run<A>) {
    for (index, change) in run.job.plan.changes.iter().enumerate() {
        match &change.action {
            Action::Rename { .. } | Action::Update(_) | Action::Abandon { .. } => run.done(index, None),
            Action::Forget { endpoint_id } | Action::Import { endpoint_id, seen: Some(_), .. } => {
                run.done(index, Some(endpoint_id.clone()));
            }
            _ => {}
        }
    }
}

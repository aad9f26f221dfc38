//! Deletes, after every create: what the plan ends, what a replacement replaced, and orphans that are certainly ours.

use std::sync::Arc;

use super::Event;
use super::run::{Run, pool};
use crate::crash;
use crate::endpoint::{EndpointId, Name};
use crate::plan::{Action, Order, judge};
use crate::state::Record;

struct Doomed {
    index: usize,
    name: Name,
    id: EndpointId,
    orphan_of: Option<String>,
    /// Whether the change is done with this; a replacement was reported when its successor was there.
    ends_change: bool,
}

/// Deletes what the plan ends. A replacement whose create failed keeps its old endpoint.
pub async fn all(run: &Arc<Run>) {
    let doomed = doomed(run);
    let shared = Arc::clone(run);
    pool(run.job.parallelism, doomed, move |doomed| one(Arc::clone(&shared), doomed)).await;
}

fn doomed(run: &Run) -> Vec<Doomed> {
    let mut list = Vec::new();
    for (index, change) in run.job.plan.changes.iter().enumerate() {
        let doom = |id: &EndpointId, orphan_of: Option<&String>, ends_change| Doomed {
            index,
            name: change.name.clone(),
            id: id.clone(),
            orphan_of: orphan_of.cloned(),
            ends_change,
        };
        match &change.action {
            Action::Delete { endpoint_id, .. } => list.push(doom(endpoint_id, None, true)),
            Action::DeleteOrphan { key, endpoint_id } => list.push(doom(endpoint_id, Some(key), true)),
            Action::Replace { make, old, order: Order::CreateFirst }
                if make.overlap.is_zero() && run.is_done(index) =>
            {
                list.push(doom(old, None, false));
            }
            Action::Resend { make, replaces: Some(old), .. } if make.overlap.is_zero() && run.is_done(index) => {
                list.push(doom(old, None, false));
            }
            _ => {}
        }
    }
    list
}

async fn one(run: Arc<Run>, doomed: Doomed) {
    let Doomed { index, name, id, orphan_of, ends_change } = doomed;
    if !run.may_begin() {
        if !ends_change {
            run.failed(index, format!("its successor is there; {id} is still to be deleted"), None);
        }
        return;
    }
    if ends_change {
        run.started(index);
    }
    if let Err(error) = run.unless_cut(run.job.writer.delete(&id)).await {
        if ends_change {
            return run.refused(index, error);
        }
        run.failed(index, format!("its successor is there; {id} is still to be deleted: {error}"), error.hint());
        return run.halted(error);
    }
    let deleted = Record::Deleted { endpoint_id: id.clone(), name: Some(name), orphan_of };
    if run.note(vec![deleted]).await {
        crash::here("deleted");
        if ends_change {
            run.done(index, Some(id));
        }
    }
}

/// Lists once more where an answer was lost, and deletes what is certainly left of it.
pub async fn orphans(run: &Arc<Run>) {
    let has_closed = run.job.state.with_state(|state| state.pending.iter().any(|intent| intent.closed));
    if !run.lost_any() || !has_closed || !run.may_settle() {
        return;
    }
    let live = match run.unless_cut(run.job.reader.list()).await {
        Ok(live) => live,
        Err(error) => return run.halted(error),
    };
    let judged = run.job.state.with_state(|state| judge(state, &live));
    for (key, matches) in judged {
        let closed = run.job.state.with_state(|state| state.intent(&key).is_some_and(|intent| intent.closed));
        for id in matches.uncertain {
            run.tell(Event::Note(format!("{id} may be left of a lost create, or somebody else's: it is left alone")));
        }
        for id in matches.certain.into_iter().filter(|_| closed) {
            match run.unless_cut(run.job.writer.delete(&id)).await {
                Ok(()) => {
                    run.tell(Event::Note(format!("{id} was left of a lost create, and is deleted")));
                    let orphan_of = Some(key.clone());
                    if !run.note(vec![Record::Deleted { endpoint_id: id, name: None, orphan_of }]).await {
                        return;
                    }
                }
                Err(error) => run.tell(Event::Note(format!("{id} is left of a lost create: {error}"))),
            }
        }
    }
}

//! Deletes, after every create: what the plan ends, and what a replacement without overlap replaced.

use std::sync::Arc;

use super::pool::{at_hand, pool};
use super::run::{NotDeleted, Run};
use crate::crash;
use crate::endpoint::{EndpointId, Name};
use crate::plan::{Action, Order};
use crate::state::Record;
use crate::videogen::ApiWriter;

struct Doomed {
    index: usize,
    name: Name,
    id: EndpointId,
    /// Whether the change is done with this; a replacement was reported when its successor was there.
    ends_change: bool,
}

/// Deletes what the plan ends. A replacement whose create failed keeps its old endpoint.
pub(super) async fn all<A: ApiWriter>(run: &Arc<Run<A>>) {
    let doomed = doomed(run);
    let shared = Arc::clone(run);
    let workers = run.job.parallelism.min(doomed.len());
    pool(workers, at_hand(doomed), move |doomed| one(Arc::clone(&shared), doomed)).await;
}

fn doomed<A>(run: &Run<A>) -> Vec<Doomed> {
    let mut list = Vec::new();
    for (index, change) in run.job.plan.changes.iter().enumerate() {
        let doom =
            |id: &EndpointId, ends_change| Doomed { index, name: change.name.clone(), id: id.clone(), ends_change };
        match &change.action {
            Action::Delete { endpoint_id, .. } => list.push(doom(endpoint_id, true)),
            Action::Replace { make, old, order: Order::CreateFirst, beside: _ }
                if make.overlap.is_zero() && run.is_done(index) =>
            {
                list.push(doom(old, false));
            }
            Action::Resend { make, replaces: Some(old), .. } if make.overlap.is_zero() && run.is_done(index) => {
                list.push(doom(old, false));
            }
            _ => {}
        }
    }
    list
}

async fn one<A: ApiWriter>(run: Arc<Run<A>>, doomed: Doomed) {
    let Doomed { index, name, id, ends_change } = doomed;
    if !run.may_begin() {
        if !ends_change {
            run.failed(index, format!("its successor is there; {id} is still to be deleted"), None);
        }
        return;
    }
    if ends_change {
        run.started(index);
    }
    match run.delete(&id, None).await {
        Ok(()) => {}
        Err(NotDeleted::Kept | NotDeleted::Journal) => return,
        Err(NotDeleted::Api(error)) if ends_change => return run.refused(index, error),
        Err(NotDeleted::Api(error)) => {
            run.failed(index, format!("its successor is there; {id} is still to be deleted: {error}"), error.hint());
            return run.halted(error);
        }
    }
    let deleted = Record::Deleted { endpoint_id: id.clone(), name: Some(name), orphan_of: None };
    if run.note(vec![deleted]).await {
        crash::here("deleted");
        if ends_change {
            run.done(index, Some(id));
        }
    }
}

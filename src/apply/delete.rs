//! Deletes, after every create: what the plan ends, and what a replacement without overlap replaced.

use std::sync::Arc;

use super::pool::{at_hand, pool};
use super::run::{NotDeleted, Run};
use crate::crash;
use crate::endpoint::{EndpointId, Name};
use crate::plan::{Action, Order};
use crate::state::Record;
use crate::videogen::ApiWriter;

struct ToDelete {
    index: usize,
    name: Name,
    id: EndpointId,
    /// Whether the change is done with this; a replacement was reported when its successor was there.
    ends_change: bool,
}

/// Deletes what the plan ends. A replacement whose create failed keeps its old endpoint.
pub(super) async fn all<A: ApiWriter>(run: &Arc<Run<A>>) {
    let to_delete = to_delete(run);
    let shared = Arc::clone(run);
    let workers = run.job.parallelism.min(to_delete.len());
    pool(workers, at_hand(to_delete), move |to_delete| one(Arc::clone(&shared), to_delete)).await;
}

fn to_delete<A>(run: &Run<A>) -> Vec<ToDelete> {
    let mut list = Vec::new();
    for (index, change) in run.job.plan.changes.iter().enumerate() {
        let one =
            |id: &EndpointId, ends_change| ToDelete { index, name: change.name.clone(), id: id.clone(), ends_change };
        match &change.action {
            Action::Delete { endpoint_id, .. } => list.push(one(endpoint_id, true)),
            Action::Replace { make, old, order: Order::CreateFirst, beside: _ }
                if make.overlap.is_zero() && run.is_done(index) =>
            {
                list.push(one(old, false));
            }
            Action::Resend { make, replaces: Some(old), .. } if make.overlap.is_zero() && run.is_done(index) => {
                list.push(one(old, false));
            }
            _ => {}
        }
    }
    list
}

async fn one<A: ApiWriter>(run: Arc<Run<A>>, to_delete: ToDelete) {
    let ToDelete { index, name, id, ends_change } = to_delete;
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

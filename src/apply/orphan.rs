//! Orphans: endpoints that lost creates certainly left behind. Each deletion passes one place, which knows what has a
//! receipt, what the plan allows, and what the state remembers of it before it is sent.

use std::sync::Arc;

use super::Event;
use super::run::{NotDeleted, Run};
use crate::crash;
use crate::endpoint::{EndpointId, Observed};
use crate::plan::{Action, Ledger};
use crate::state::Record;
use crate::videogen::{ApiError, ApiWriter, LISTING_LAG};

/// Deletes the orphans that the plan names, before anything is sent: their keys are closed.
pub(super) async fn planned<A: ApiWriter>(run: &Arc<Run<A>>) {
    for (index, change) in run.job.plan.changes.iter().enumerate() {
        let Action::DeleteOrphan { key, endpoint_id } = &change.action else { continue };
        if !run.may_begin() {
            return;
        }
        run.started(index);
        if send(run, key, endpoint_id.clone()).await == Ended::Deleted {
            run.done(index, Some(endpoint_id.clone()));
        } else {
            run.failed(index, format!("{endpoint_id} is left of a lost create, and was not deleted"), None);
        }
    }
}

/// Deletes an orphan that was found on the way, where the plan leaves room for it; `false` where it is still there.
pub(super) async fn delete<A: ApiWriter>(run: &Run<A>, key: &str, id: EndpointId) -> bool {
    if !run.may_delete_orphan(key) {
        run.left_behind(format!(
            "{id} is left of a lost create; it takes a reviewed plan, or more [safety] max_deletes, to delete it"
        ));
        return false;
    }
    match send(run, key, id.clone()).await {
        Ended::Deleted => {
            run.tell(Event::Note(format!("{id} was left of a lost create, and is deleted")));
            run.deleted_orphan(id);
            true
        }
        Ended::Kept => true,
        Ended::Failed => false,
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Ended {
    Deleted,
    /// It is an endpoint of the state: no orphan.
    Kept,
    Failed,
}

async fn send<A: ApiWriter>(run: &Run<A>, key: &str, id: EndpointId) -> Ended {
    match run.delete(&id, Some(key)).await {
        Ok(()) => {}
        Err(NotDeleted::Kept) => return Ended::Kept,
        Err(NotDeleted::Journal) => return Ended::Failed,
        Err(NotDeleted::Api(error)) => {
            run.left_behind(format!("{id} is left of a lost create, and could not be deleted now: {error}"));
            run.halted(error);
            return Ended::Failed;
        }
    }
    crash::here("orphan-deleted");
    let record = Record::Deleted { endpoint_id: id, name: None, orphan_of: Some(key.to_owned()) };
    if run.note(vec![record]).await { Ended::Deleted } else { Ended::Failed }
}

/// Lists once more where an answer is unknown, deletes what is certainly left, and looks for what repeated creates
/// answered: an endpoint that somebody deleted meanwhile would count as made.
pub(super) async fn closing<A: ApiWriter>(run: &Arc<Run<A>>) {
    let open = run.job.state.with_state(|state| state.pending.iter().any(|intent| intent.unanswered > 0));
    let expected = run.to_be_listed();
    if !(run.lost_any() || open || !expected.is_empty()) || !run.may_reconcile() {
        return;
    }
    let live = match listing(run, &expected).await {
        Ok(live) => live,
        Err(error) => {
            if !expected.is_empty() {
                run.left_behind(format!("whether repeated creates are live is not known: {error}"));
            }
            return run.halted(error);
        }
    };
    for id in expected.iter().filter(|id| !live.iter().any(|seen| seen.id == **id)) {
        run.left_behind(format!("{id} was answered to a repeated create, and is not listed"));
    }
    let (orphans, uncertain) = run.job.state.with_state(|state| {
        let ledger = Ledger::new(state, &live);
        let uncertain = ledger.accounts().flat_map(|account| ledger.candidates(account).uncertain).collect::<Vec<_>>();
        (ledger.orphans(), uncertain)
    });
    for id in uncertain {
        run.tell(Event::Note(format!("{id} may be left of a lost create, or somebody else's: it is left alone")));
    }
    for (key, id) in orphans {
        delete(run, &key, id).await;
    }
}

/// Lists until all that is expected is there, or the list has had time to catch up; the union of the listings.
async fn listing<A: ApiWriter>(run: &Run<A>, expected: &[EndpointId]) -> Result<Vec<Observed>, ApiError> {
    let mut live: Vec<Observed> = Vec::new();
    for pause in LISTING_LAG {
        tokio::time::sleep(pause).await;
        let again = run.unless_cut(run.job.api.list()).await?;
        live.retain(|seen| !again.iter().any(|other| other.id == seen.id));
        live.extend(again);
        if expected.iter().all(|id| live.iter().any(|seen| seen.id == *id)) {
            break;
        }
    }
    Ok(live)
}

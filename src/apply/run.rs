//! What all workers of one apply share: the job, how far it is, and whether new work may begin.

use std::collections::{BTreeSet, HashSet};
use std::future::Future;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{Event, Job, Outcome, Status};
use crate::crash;
use crate::endpoint::EndpointId;
use crate::plan::Spare;
use crate::state::{Applied, Durable, Record, WriteFailed};
use crate::stopwatch::Started;
use crate::timestamp::{Timestamp, protocol};
use crate::videogen::{ApiError, ApiWriter, Cause};

/// Creates in a row whose answers may be lost before no new one starts.
const MOST_LOST: u32 = 3;

/// The longest time between the first attempt to store a note and the request that it announces.
const FRESH: Duration = Duration::from_secs(30);

/// Why no new work is begun.
#[derive(Debug, Clone)]
pub(crate) enum Halt {
    /// An answer that every other request would get too.
    Api(ApiError),
    /// Too many answers in a row were lost.
    Lost,
    /// The journal failed.
    Journal(WriteFailed),
    /// A signal.
    Interrupted,
}

/// Shared by all workers of one apply.
#[derive(Debug)]
pub(super) struct Run<A> {
    pub job: Job<A>,
    pub lineage: String,
    progress: Mutex<Progress>,
}

#[derive(Debug)]
pub(super) struct Progress {
    pub statuses: Vec<Status>,
    halt: Option<Halt>,
    lost_in_a_row: u32,
    /// Whether an outcome was ever unknown: then the end lists once more.
    lost_any: bool,
    /// Records that the journal did not take.
    unsaved: Vec<Record>,
    /// Endpoints that repeated creates answered: the closing listing must have them.
    resent: Vec<EndpointId>,
    /// What is certainly ours and still live, or not known to be live: the apply is not complete.
    left_behind: Vec<String>,
    /// Orphans that were deleted beyond the plan.
    orphans: Vec<EndpointId>,
    /// Deletions of orphans that the plan leaves room for.
    spare: Spare,
    /// Keys that this run made.
    own_keys: HashSet<String>,
}

impl<A> Run<A> {
    pub(super) fn new(job: Job<A>) -> Self {
        let lineage = job.state.with_state(|state| state.lineage.clone());
        let statuses = vec![Status::Skipped; job.plan.changes.len()];
        let progress = Progress {
            statuses,
            halt: None,
            lost_in_a_row: 0,
            lost_any: false,
            unsaved: Vec::new(),
            resent: Vec::new(),
            left_behind: Vec::new(),
            orphans: Vec::new(),
            spare: job.plan.spare.clone(),
            own_keys: HashSet::new(),
        };
        Self { job, lineage, progress: Mutex::new(progress) }
    }

    /// A key that was never used.
    pub(super) fn fresh_key(&self) -> String {
        let key = (self.job.fresh_key)();
        self.progress().own_keys.insert(key.clone());
        key
    }

    /// A tag for an intent, where creates are marked.
    pub(super) fn fresh_tag(&self) -> Option<String> {
        self.job.mark.then(|| crate::mark::tag(&self.lineage, (self.job.random)()))
    }

    /// Whether an orphan that is charged to this key may be deleted although no plan names it: where `max_deletes` has
    /// room, and, in the rest of a reviewed plan, where this run made the key or the create is marked.
    pub(super) fn may_delete_orphan(&self, key: &str) -> bool {
        let intent = self.job.state.with_state(|state| state.intent(key).cloned());
        let Some(intent) = intent else { return false };
        let mut progress = self.progress();
        let reviewed = !self.job.is_rest || intent.tag.is_some() || progress.own_keys.contains(key);
        reviewed && progress.spare.take(&intent.name)
    }

    /// What a repeated create answered must be in the closing listing.
    pub(super) fn must_be_listed(&self, id: EndpointId) {
        self.progress().resent.push(id);
    }

    /// What the closing listing must have.
    pub(super) fn to_be_listed(&self) -> Vec<EndpointId> {
        self.progress().resent.clone()
    }

    /// Notes that an orphan was deleted beyond the plan.
    pub(super) fn deleted_orphan(&self, id: EndpointId) {
        self.progress().orphans.push(id);
    }

    /// The apply is not complete, for this reason.
    pub(super) fn left_behind(&self, why: String) {
        self.tell(Event::Note(why.clone()));
        self.progress().left_behind.push(why);
    }

    pub(super) fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> Timestamp {
        self.job.clock.now()
    }

    /// Makes records durable; `false` where the journal failed, which halts the run.
    pub(super) async fn note(&self, records: Vec<Record>) -> bool {
        if records.is_empty() {
            return true;
        }
        self.durable(self.job.state.record(records)).await
    }

    /// Makes the note of a request durable, and says when that was begun; `None` where the journal failed, which halts
    /// the run.
    pub(super) async fn note_request(&self, records: Vec<Record>) -> Option<Started> {
        let noted = self.job.stopwatch.start();
        self.note(records).await.then_some(noted)
    }

    /// Whether a request may still leave on its note. A writer that was frozen, or whose disk or store took long, may
    /// have a successor by now, who has read its notes and judged what became of them.
    pub(super) fn is_fresh(&self, noted: &Started) -> bool {
        self.job.stopwatch.is_within(protocol(FRESH), noted)
    }

    /// Waits until records are durable; `false` where the journal failed, which halts the run.
    pub(super) async fn durable(&self, recorded: Durable) -> bool {
        match recorded.wait().await {
            Ok(()) => true,
            Err(failed) => {
                self.journal_failed(failed, Vec::new());
                false
            }
        }
    }

    /// Keeps what the journal did not take, for a rescue at the end.
    pub(super) fn journal_failed(&self, failed: WriteFailed, unsaved: Vec<Record>) {
        self.progress().unsaved.extend(unsaved);
        self.halt(Halt::Journal(failed));
    }

    /// From now on no new work; the first reason is kept, but for a failed journal, which outranks it.
    pub(super) fn halt(&self, why: Halt) {
        let mut progress = self.progress();
        if progress.halt.is_none() || matches!(why, Halt::Journal(_)) {
            progress.halt = Some(why);
        }
    }

    /// Whether a change that has not begun may begin.
    pub(super) fn may_begin(&self) -> bool {
        self.progress().halt.is_none() && !self.job.throttle.is_stopped()
    }

    /// Whether a create that was sent may be sent again: too many lost answers do not forbid to reconcile them.
    pub(super) fn may_reconcile(&self) -> bool {
        matches!(self.progress().halt, None | Some(Halt::Lost)) && !self.job.throttle.is_stopped()
    }

    /// Resolves when what is in flight is to be given up.
    pub(super) async fn cut(&self) {
        let mut cut = self.job.cut.clone();
        if cut.wait_for(|cut| *cut).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Awaits a request that can be made again, or gives it up with what else is in flight.
    pub(super) async fn unless_cut<T>(
        &self,
        request: impl Future<Output = Result<T, ApiError>>,
    ) -> Result<T, ApiError> {
        tokio::select! {
            done = request => done,
            () = self.cut() => Err(given_up("a request")),
        }
    }

    pub(super) fn lost_one(&self) {
        let mut progress = self.progress();
        progress.lost_any = true;
        progress.lost_in_a_row += 1;
        if progress.lost_in_a_row >= MOST_LOST && progress.halt.is_none() {
            progress.halt = Some(Halt::Lost);
        }
    }

    pub(super) fn answered_one(&self) {
        self.progress().lost_in_a_row = 0;
    }

    /// Whether an outcome was unknown at any time in this run.
    pub(super) fn lost_any(&self) -> bool {
        self.progress().lost_any
    }

    /// Writes the state and says how it went.
    pub(super) async fn finish(self) -> Outcome {
        let Self { job, progress, .. } = self;
        let Progress { statuses, halt, unsaved, left_behind, orphans, .. } =
            progress.into_inner().unwrap_or_else(PoisonError::into_inner);
        let interrupted = job.throttle.is_stopped().then_some(Halt::Interrupted);
        let all_done = left_behind.is_empty() && statuses.iter().all(|status| matches!(status, Status::Done(_)));
        let applied = || Record::Applied(Applied { leaves: BTreeSet::new(), ..job.reviewed });
        let (state, saved, rescue) = match job.state.commit(all_done.then(applied)).await {
            Ok(state) => (state, Ok(()), None),
            Err(failed) => {
                let rescue = if unsaved.is_empty() { None } else { Some(failed.rescue(&unsaved).await) };
                (failed.state, Err(failed.error), rescue)
            }
        };
        let outstanding = state.pending.iter().filter(|intent| intent.unanswered > 0).count();
        Outcome { statuses, halt: halt.or(interrupted), saved, rescue, outstanding, left_behind, orphans }
    }
}

impl<A: ApiWriter> Run<A> {
    /// Notes a deletion and sends it while the note is fresh; `orphan_of` is the key of the create that left the
    /// endpoint behind, where one did. A refused deletion leaves no note.
    pub(super) async fn delete(&self, id: &EndpointId, orphan_of: Option<&str>) -> Result<(), NotDeleted> {
        loop {
            let noted = self.job.stopwatch.start();
            let (endpoint_id, at) = (id.clone(), self.now());
            let durable = match orphan_of {
                Some(key) => self.job.state.note_orphan(endpoint_id, key.to_owned(), at).ok_or(NotDeleted::Kept)?,
                None => self.job.state.record(vec![Record::Deleting { endpoint_id, orphan_of: None, at }]),
            };
            if !self.durable(durable).await {
                return Err(NotDeleted::Journal);
            }
            crash::here("deletion-noted");
            if self.is_fresh(&noted) {
                break;
            }
        }
        let deleted = self.unless_cut(self.job.api.delete(id)).await;
        if deleted.as_ref().is_err_and(ApiError::did_nothing) {
            self.note(vec![Record::Lapsed { endpoint_id: id.clone() }]).await;
        }
        deleted.map_err(NotDeleted::Api)
    }
}

/// Why an endpoint was not deleted.
#[derive(Debug)]
pub(super) enum NotDeleted {
    /// It is an endpoint of the state, and no orphan.
    Kept,
    /// The journal did not take the note.
    Journal,
    /// The API's answer.
    Api(ApiError),
}

/// A request that a signal cut short: nobody knows what became of it.
pub(super) fn given_up(request: &str) -> ApiError {
    let reason = "given up five seconds after the signal".to_owned();
    ApiError { request: request.to_owned(), cause: Cause::Lost(reason) }
}

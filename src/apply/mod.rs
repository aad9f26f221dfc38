//! A plan → effects, concurrently and in the safe order. Decides nothing that the plan has not decided; prints
//! nothing: whoever watches gets [`Event`]s.
//!
//! The order: what the state alone knows; planned orphans, whose keys are closed; creates; lost answers are
//! reconciled; deletes; a closing listing, and the orphans that it shows. Every step is in the journal before it counts, and every
//! request that changes something is noted before it is sent.

mod ahead;
mod bookkeeping;
mod create;
mod delete;
mod notes;
mod orphan;
mod pool;
mod reconcile;
mod run;
mod status;
mod task;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use crate::endpoint::{EndpointId, Name, Spec};
use crate::plan::Plan;
use crate::secrets::SecretEncryptor;
use crate::state::{Applied, Guards, Recording, Rescue, StoreError};
use crate::stopwatch::Stopwatch;
use crate::timestamp::{Timestamp, protocol};
use crate::videogen::{ApiWriter, Throttle};

pub(crate) use run::Halt;
use run::Run;

/// A clock.
#[derive(Clone)]
pub(crate) struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// A clock that is read so.
    pub(crate) fn new(read: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    /// The moment.
    pub(crate) fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock")
    }
}

/// Everything that an apply needs.
#[derive(Debug)]
pub(crate) struct Job<A> {
    /// What to do; without refusals.
    pub plan: Arc<Plan>,
    /// The state, and the journal of this apply.
    pub state: Recording,
    /// Reads and changes the API.
    pub api: A,
    /// What every request to the API waits on.
    pub throttle: Throttle,
    /// Encrypts the secrets; probed.
    pub encryptor: SecretEncryptor,
    /// The guards of this apply.
    pub guards: Guards,
    /// The plan as it was reviewed: its id and its leaves.
    pub reviewed: Applied,
    /// Whether this plan is the rest of the reviewed one.
    pub is_rest: bool,
    /// The configuration's environment, where it has any.
    pub environment: Option<String>,
    /// Whether creates are marked with a tag of their intent.
    pub mark: bool,
    /// The account, where it is known.
    pub team: Option<String>,
    /// Requests in flight at once.
    pub parallelism: usize,
    /// The API's clock, where it tells one.
    pub clock: Clock,
    /// Tells how old a note is.
    pub stopwatch: Stopwatch,
    /// Makes an idempotency key that was never used.
    pub fresh_key: fn() -> String,
    /// Draws a number by lot.
    pub random: fn() -> u32,
    /// Who watches.
    pub events: mpsc::UnboundedSender<Event>,
    /// Turns true when what is in flight is to be given up.
    pub cut: watch::Receiver<bool>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    /// A change's first request is about to go.
    Started {
        /// The entry.
        name: Name,
        /// The action's word.
        action: &'static str,
    },
    /// A change is done, durably.
    Done {
        /// The entry.
        name: Name,
        /// The action's word.
        action: &'static str,
        /// The endpoint it was about.
        endpoint_id: Option<EndpointId>,
    },
    /// A change failed.
    Failed {
        /// The entry.
        name: Name,
        /// The action's word.
        action: &'static str,
        /// Why.
        error: String,
        /// What to do.
        hint: Option<&'static str>,
    },
    /// A create's outcome is unknown; it is reconciled next.
    Lost {
        /// The entry.
        name: Name,
        /// What was answered, or why nothing was.
        error: String,
    },
    /// Something worth knowing.
    Note(String),
    /// A signal: nothing new is started.
    Interrupted,
}

/// How one change ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Status {
    /// Done, durably; with its endpoint where it has one.
    Done(Option<EndpointId>),
    /// Failed: nothing of it was made, or the error says what was.
    Failed(String),
    /// Nobody knows; the state keeps the intent, and the next apply reconciles it.
    Unknown(String),
    /// Not begun.
    Skipped,
}

/// How an apply ended.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// One for each change of the plan, in its order.
    pub statuses: Vec<Status>,
    /// Why no new work was begun any more, if so.
    pub halt: Option<Halt>,
    /// Whether the state file now holds everything. Where not, journal or rescue do.
    pub saved: Result<(), StoreError>,
    /// Where receipts went that neither journal nor state took.
    pub rescue: Option<Rescue>,
    /// Creates of this run or an earlier one whose answer may still arrive.
    pub outstanding: usize,
    /// What is certainly ours and still live, or not known to be live, each as a sentence.
    pub left_behind: Vec<String>,
    /// Orphans of lost creates that were deleted beyond the plan.
    pub orphans: Vec<EndpointId>,
}

impl Outcome {
    /// Whether every change is done and the state written.
    pub(crate) fn is_complete(&self) -> bool {
        let done = self.statuses.iter().all(|status| matches!(status, Status::Done(_)));
        done && self.halt.is_none() && self.saved.is_ok() && self.left_behind.is_empty()
    }
}

/// Does what the plan says.
///
/// Ends when everything is done, failed, or given up; then the state file is rewritten and the journal removed.
pub(crate) async fn apply<A: ApiWriter>(job: Job<A>) -> Outcome {
    let run = Arc::new(Run::new(job));
    if run.note(bookkeeping::records(&run.job)).await {
        bookkeeping::report(&run);
        orphan::planned(&run).await;
        let lost = create::all(&run).await;
        reconcile::all(&run, lost).await;
        delete::all(&run).await;
        orphan::closing(&run).await;
    }
    let run = Arc::into_inner(run).expect("every worker has ended");
    run.finish().await
}

/// How long an endpoint that ended is remembered.
fn memory() -> Duration {
    protocol(Duration::from_secs(30 * 24 * 3600))
}

/// Bytes that the journal of an apply of this plan may take: reserved before anything is sent.
pub(crate) fn journal_room(plan: &Plan, recipients: usize) -> u64 {
    // An intent, its sends and its receipt; each recipient adds a stanza to the encrypted secret, the longest for ssh-rsa
    // with 4096 bits, armored twice; the words stand in the intent, and once more where the answer has others.
    let each = 4096 + 1536 * recipients as u64;
    let words = |spec: &Spec| {
        let events: usize = spec.events.iter().map(|event| event.len() + 3).sum();
        spec.url.len() + events + spec.description.as_ref().map_or(0, String::len)
    };
    let said: usize =
        plan.changes.iter().filter_map(|change| change.after.as_ref()).map(|view| words(&view.spec)).sum();
    65_536 + each * plan.changes.len() as u64 + 4 * said as u64
}

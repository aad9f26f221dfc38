//! Creates, replacements and lost creates: one send at a time each, its intent and the send durable before it goes,
//! its receipt durable before it counts.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::run::{Run, given_up, pool};
use super::{Event, Job};
use crate::crash;
use crate::endpoint::EndpointId;
use crate::plan::{Action, Make, Order};
use crate::secrets::Binding;
use crate::state::{Durable, Intent, Receipt, Record, answered};
use crate::videogen::{ApiError, Created, Fault, Made};

/// One create on its way.
#[derive(Debug, Clone)]
pub struct Task {
    /// The change in the plan.
    pub index: usize,
    /// What is sent, under which key.
    pub intent: Intent,
    /// Whether the intent is in the journal.
    pub noted: bool,
    /// An endpoint that is deleted before: of a destroy-first replacement, or one that is gone.
    before: Option<EndpointId>,
    /// Endpoints that may be the outcome of an earlier send.
    pub matches: BTreeSet<EndpointId>,
    /// Sends in this run.
    pub sends: u32,
    /// What the last two lost sends led to, the last first.
    pub last: [Option<Lost>; 2],
}

/// What a lost send led to.
#[derive(Debug, Clone)]
pub struct Lost {
    /// What was answered, or why nothing was.
    pub error: ApiError,
    /// The endpoint that the answer named without its secret.
    pub named: Option<EndpointId>,
}

/// Sends every create of the plan once, and returns those whose outcome is unknown.
pub async fn all(run: &Arc<Run>) -> Vec<Task> {
    let tasks = tasks(&run.job);
    each(run, tasks).await
}

/// Works through the tasks; what is lost comes back.
pub async fn each(run: &Arc<Run>, tasks: Vec<Task>) -> Vec<Task> {
    let shared = Arc::clone(run);
    let ended = pool(run.job.parallelism, tasks, move |task| one(Arc::clone(&shared), task)).await;
    let mut lost = Vec::new();
    for end in ended {
        match end {
            End::Lost(task) => lost.push(*task),
            End::Made(finish) => {
                let _ = finish.await;
            }
            End::Ended => {}
        }
    }
    lost
}

enum End {
    Lost(Box<Task>),
    /// The receipt is being synced; the next send may go meanwhile.
    Made(tokio::task::JoinHandle<()>),
    Ended,
}

fn tasks(job: &Job) -> Vec<Task> {
    let known = |key: &str| job.state.with_state(|state| state.intent(key).cloned());
    let task = |index, intent, noted, before, matches| Task {
        index,
        intent,
        noted,
        before,
        matches,
        sends: 0,
        last: [None, None],
    };
    let mut tasks = Vec::new();
    for (index, change) in job.plan.changes.iter().enumerate() {
        let fresh = |make: &Make, replaces| intent(job, change.name.clone(), make, replaces);
        match &change.action {
            Action::Create(make) => {
                tasks.push(task(index, fresh(make, None), false, make.gone.clone(), BTreeSet::new()));
            }
            Action::Replace { make, old, order: Order::DestroyFirst } => {
                tasks.push(task(index, fresh(make, None), false, Some(old.clone()), BTreeSet::new()));
            }
            Action::Replace { make, old, order: Order::CreateFirst } => {
                tasks.push(task(index, fresh(make, Some(old.clone())), false, None, BTreeSet::new()));
            }
            Action::Resend { key, matches, .. } => {
                let matches = matches.iter().cloned().collect();
                tasks.extend(known(key).map(|intent| task(index, intent, true, None, matches)));
            }
            _ => {}
        }
    }
    tasks
}

fn intent(job: &Job, name: crate::endpoint::Name, make: &Make, replaces: Option<EndpointId>) -> Intent {
    Intent {
        key: (job.fresh_key)(),
        name,
        body: make.spec.clone(),
        events_as_written: make.events_as_written.clone(),
        rotation: make.rotation,
        prevent_destroy: make.prevent_destroy,
        live_before: make.live_before.clone(),
        replaces,
        overlap_seconds: make.overlap.as_secs(),
        first_sent: None,
        last_sent: None,
        unanswered: 0,
        named: BTreeSet::new(),
        closed: false,
    }
}

async fn one(run: Arc<Run>, mut task: Task) -> End {
    let may = if task.sends == 0 { run.may_begin() } else { run.may_settle() };
    if !may {
        return if task.sends == 0 { End::Ended } else { End::Lost(Box::new(task)) };
    }
    if task.sends == 0 {
        run.started(task.index);
    }
    if let Some(old) = task.before.take()
        && !destroy_first(&run, &task, old).await
    {
        return End::Ended;
    }
    loop {
        match send(&run, &mut task).await {
            Sent::Made(made) => match receive(&run, &task, made) {
                Ok((receipt, durable)) => return End::Made(tokio::spawn(finish(run, task, receipt, durable))),
                Err(lost) => return lose(&run, task, lost).await,
            },
            Sent::Lost(lost) => return lose(&run, task, lost).await,
            Sent::Later => {}
            Sent::Never => return End::Ended,
        }
    }
}

async fn destroy_first(run: &Run, task: &Task, old: EndpointId) -> bool {
    if let Err(error) = run.unless_cut(run.job.writer.delete(&old)).await {
        run.refused(task.index, error);
        return false;
    }
    let name = Some(task.intent.name.clone());
    run.note(vec![Record::Deleted { endpoint_id: old, name, orphan_of: None }]).await
}

enum Sent {
    Made(Made),
    Lost(Lost),
    /// Rate-limited: nothing was made, and the throttle knows how long to wait.
    Later,
    /// Not sent, or certainly refused; reported.
    Never,
}

/// One send: note it, send it, note what came back.
async fn send(run: &Run, task: &mut Task) -> Sent {
    if let Err(wait) = run.job.throttle.pass().await {
        let fault = wait.map_or(Fault::Stopped, Fault::WaitTooLong);
        return never(run, task, ApiError { request: "POST /v1/webhooks/endpoints".to_owned(), fault }).await;
    }
    let may = if task.sends == 0 { run.may_begin() } else { run.may_settle() };
    if !may {
        return never(run, task, ApiError { request: String::new(), fault: Fault::Stopped }).await;
    }
    let intent = (!task.noted).then(|| Record::Intent(task.intent.clone()));
    let note = Record::Send { key: task.intent.key.clone(), at: run.now() };
    if !run.note(intent.into_iter().chain([note]).collect()).await {
        return Sent::Never;
    }
    (task.noted, task.sends) = (true, task.sends + 1);
    crash::here("intent-durable");
    let created = tokio::select! {
        created = run.job.writer.create(&task.intent.body, &task.intent.key) => created,
        () = run.cut() => Created::Unknown { error: given_up("POST /v1/webhooks/endpoints"), named: None },
    };
    crash::here("answer-read");
    match created {
        Created::Made(made) => {
            run.answered_one();
            Sent::Made(made)
        }
        Created::Unknown { error, named } => Sent::Lost(Lost { error, named }),
        Created::Nothing(error) => {
            run.answered_one();
            if !run.note(vec![Record::Refused { key: task.intent.key.clone() }]).await {
                return Sent::Never;
            }
            task.sends -= 1;
            if error.is_rate_limit() { Sent::Later } else { never(run, task, error).await }
        }
    }
}

/// Ends a create that was not sent, or was refused. Its intent is closed unless an earlier send is still unsettled.
async fn never(run: &Run, task: &Task, error: ApiError) -> Sent {
    let key = &task.intent.key;
    let unsettled = run.job.state.with_state(|state| state.intent(key).is_some_and(Intent::is_unsettled));
    if task.noted && !unsettled {
        run.note(vec![Record::Closed { key: key.clone() }]).await;
    }
    if unsettled {
        // An earlier send may still have made it: unknown it stays, whatever this one met.
        if error.fault != Fault::Stopped {
            run.unknown(task.index, error.to_string());
        }
        run.halted(error);
    } else {
        run.refused(task.index, error);
    }
    Sent::Never
}

/// Seals the secret and records the receipt. Where the answer names an endpoint that stands in the state already,
/// or sealing fails, the outcome is unknown.
fn receive(run: &Run, task: &Task, made: Made) -> Result<(Receipt, Durable), Lost> {
    let Made { observed, secret } = made;
    let unreadable = |reason: &str, named| {
        let request = "POST /v1/webhooks/endpoints".to_owned();
        Lost { error: ApiError { request, fault: Fault::Lost(reason.to_owned()) }, named }
    };
    let binding = Binding { lineage: &run.lineage, endpoint_id: &observed.id };
    let Ok(sealed) = run.job.sealer.seal(binding, &secret) else {
        return Err(unreadable("the secret could not be sealed", Some(observed.id)));
    };
    if !run.claim(&observed.id) {
        return Err(unreadable("the answer names an endpoint that is in the state already", None));
    }
    let receipt = Receipt {
        key: task.intent.key.clone(),
        answered: answered(&task.intent.body, &observed),
        created_at: observed.created_at,
        secret_last4: observed.secret_last4.unwrap_or_default(),
        secret: sealed,
        sealed_to: run.job.sealer.recipients().iter().map(ToString::to_string).collect(),
        at: run.now(),
        key_honoured: task.matches.contains(&observed.id),
        endpoint_id: observed.id,
    };
    let durable = run.job.state.record(vec![Record::Receipt(receipt.clone())]);
    crash::here("receipt-written");
    Ok((receipt, durable))
}

async fn finish(run: Arc<Run>, task: Task, receipt: Receipt, durable: Durable) {
    let id = receipt.endpoint_id.clone();
    match durable.wait().await {
        Ok(()) => {
            crash::here("receipt-durable");
            run.done(task.index, Some(id));
        }
        Err(failed) => {
            run.failed(task.index, format!("{id} was made, and the journal did not take its receipt"), None);
            run.journal_failed(failed, vec![Record::Intent(task.intent), Record::Receipt(receipt)]);
        }
    }
}

async fn lose(run: &Run, mut task: Task, lost: Lost) -> End {
    run.lost_one();
    if let Some(id) = lost.named.clone().filter(|id| is_ours(run, &task.intent, id)) {
        let key_honoured = task.matches.contains(&id);
        run.note(vec![Record::Named { key: task.intent.key.clone(), endpoint_id: id, key_honoured }]).await;
    }
    let (name, error) = (task.intent.name.clone(), lost.error.to_string());
    run.tell(Event::Lost { name, error: error.clone() });
    run.unknown(task.index, error);
    task.matches.extend(lost.named.clone());
    task.last = [Some(lost), task.last[0].take()];
    End::Lost(Box::new(task))
}

/// An endpoint that an answer to our own create named is ours, unless it was there before.
pub fn is_ours(run: &Run, intent: &Intent, id: &EndpointId) -> bool {
    !run.is_claimed(id) && !intent.live_before.contains(id)
}

//! Creates, replacements and lost creates: one send at a time each, its intent and the send durable before it goes,
//! its receipt durable before it counts.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::Event;
use super::ahead::Queue;
use super::notes::{note, withdraw};
use super::pool::pool;
use super::run::{NotDeleted, Run, given_up};
use super::task::{Before, Lost, Task, tasks};
use crate::crash;
use crate::endpoint::EndpointId;
use crate::secrets::Binding;
use crate::state::{Durable, Ended, Receipt, Record, answered};
use crate::videogen::{ApiError, ApiWriter, Cause, Created, Made};

const POST: &str = "POST /v1/webhooks/endpoints";

/// Sends every create of the plan once, and returns those whose outcome is unknown.
pub(super) async fn all<A: ApiWriter>(run: &Arc<Run<A>>) -> Vec<Task> {
    let tasks = tasks(run);
    each(run, tasks).await
}

/// Works through the tasks; what is lost comes back.
pub(super) async fn each<A: ApiWriter>(run: &Arc<Run<A>>, tasks: Vec<Task>) -> Vec<Task> {
    let shared = Arc::clone(run);
    let workers = run.job.parallelism.min(tasks.len());
    // Where the journal is slow or its store is down, no more secrets than these are in memory alone.
    let most = 2 * run.job.parallelism;
    let unsynced = Arc::new(Semaphore::new(most));
    let permits = Arc::clone(&unsynced);
    let (queue, noting) = Queue::begin(run, tasks);
    let next = move || {
        let queue = queue.clone();
        async move { queue.next().await }
    };
    let ended = pool(workers, next, move |task| one(Arc::clone(&shared), task, Arc::clone(&permits))).await;
    noting.await.expect("noting does not panic");
    // It has them all when the last receipt is synced.
    let all = unsynced.acquire_many(u32::try_from(most).unwrap_or(u32::MAX)).await;
    drop(all.expect("it is never closed"));
    let lost = ended.into_iter().filter_map(|end| if let End::Lost(task) = end { Some(*task) } else { None });
    lost.collect()
}

enum End {
    Lost(Box<Task>),
    /// Done, failed, or its receipt is being synced.
    Ended,
}

async fn one<A: ApiWriter>(run: Arc<Run<A>>, mut task: Task, unsynced: Arc<Semaphore>) -> End {
    // Held until the receipt is synced.
    let permit = unsynced.acquire_owned().await.expect("it is never closed");
    let may = if task.sends == 0 { run.may_begin() } else { run.may_reconcile() };
    if !may {
        if task.sends > 0 {
            return End::Lost(Box::new(task));
        }
        withdraw(&run, &mut task).await;
        return End::Ended;
    }
    if task.sends == 0 {
        run.started(task.index);
    }
    if let Some(Before::Delete(old)) = &task.before {
        let old = old.clone();
        if !destroy_first(&run, &task, old).await {
            return End::Ended;
        }
        task.before = None;
    }
    loop {
        match send(&run, &mut task).await {
            Sent::Made(made) => match receive(&run, &task, made) {
                Ok((receipt, durable)) => {
                    // The next send may go meanwhile.
                    tokio::spawn(async move {
                        finish(run, task, receipt, durable).await;
                        drop(permit);
                    });
                    return End::Ended;
                }
                Err(lost) => return lose(&run, task, lost).await,
            },
            Sent::Lost(lost) => return lose(&run, task, lost).await,
            Sent::Later => {}
            Sent::Never => return End::Ended,
        }
    }
}

/// Deletes the old endpoint, which the state remembers until its successor's receipt.
async fn destroy_first<A: ApiWriter>(run: &Run<A>, task: &Task, old: EndpointId) -> bool {
    match run.delete(&old, None).await {
        Ok(()) => {}
        Err(NotDeleted::Kept | NotDeleted::Journal) => return false,
        Err(NotDeleted::Api(error)) => {
            run.refused(task.index, error);
            return false;
        }
    }
    let name = task.intent.name.clone();
    let until = run.now().after(super::memory());
    run.note(vec![Record::Ended { name, endpoint_id: old, how: Ended::Deleted, until }]).await
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
async fn send<A: ApiWriter>(run: &Run<A>, task: &mut Task) -> Sent {
    if let Err(wait) = run.job.throttle.pass().await {
        let cause = wait.map_or(Cause::Stopped, Cause::WaitTooLong);
        return never(run, task, ApiError { request: POST.to_owned(), cause }).await;
    }
    let may = if task.sends == 0 { run.may_begin() } else { run.may_reconcile() };
    if !may {
        return never(run, task, ApiError { request: String::new(), cause: Cause::Stopped }).await;
    }
    if !note(run, task).await {
        return Sent::Never;
    }
    task.sends += 1;
    crash::here("intent-durable");
    let sent = task.intent.sent();
    let created = tokio::select! {
        created = run.job.api.create(&sent, &task.intent.key) => created,
        () = run.cut() => Created::Unknown { error: given_up(POST), named: None },
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

/// Ends a create that was not sent, or was refused. Its intent is closed unless an earlier send is still unanswered.
async fn never<A: ApiWriter>(run: &Run<A>, task: &mut Task, error: ApiError) -> Sent {
    withdraw(run, task).await;
    let key = &task.intent.key;
    let unanswered = run.job.state.with_state(|state| state.intent(key).is_some_and(|intent| intent.unanswered > 0));
    if task.noted && !unanswered {
        run.note(vec![Record::Closed { key: key.clone() }]).await;
    }
    if unanswered {
        // An earlier send may still have made it: unknown it stays, whatever this one met.
        if error.cause != Cause::Stopped {
            run.unknown(task.index, error.to_string());
        }
        run.halted(error);
    } else {
        run.refused(task.index, error);
    }
    Sent::Never
}

/// Encrypts the secret and records the receipt. Where the answer names an endpoint that was ours before or is being
/// deleted, or encryption fails, the outcome is unknown.
fn receive<A>(run: &Run<A>, task: &Task, made: Made) -> Result<(Receipt, Durable), Lost> {
    let Made { observed, secret } = made;
    let unreadable = |reason: &str, named| {
        let cause = Cause::Lost(reason.to_owned());
        Lost { error: ApiError { request: POST.to_owned(), cause }, named }
    };
    let binding = Binding { lineage: &run.lineage, endpoint_id: &observed.id };
    let Ok(encrypted) = run.job.encryptor.encrypt(binding, &secret) else {
        return Err(unreadable("the secret could not be encrypted", Some(observed.id)));
    };
    let receipt = Receipt {
        key: task.intent.key.clone(),
        answered: answered(&task.intent.wanted.spec, &observed),
        created_at: observed.created_at,
        secret_last4: observed.secret_last4.unwrap_or_default(),
        secret: encrypted,
        sealed_to: run.job.encryptor.recipients().iter().map(ToString::to_string).collect(),
        at: run.now(),
        key_honoured: task.matches.contains(&observed.id),
        endpoint_id: observed.id,
    };
    match run.job.state.receive(receipt.clone()) {
        Some(durable) => {
            crash::here("receipt-written");
            Ok((receipt, durable))
        }
        // The key would answer so for ever: it counts as one that answers without a secret, and gives way.
        None => {
            let why = "the answer names an endpoint that was ours before, or is being deleted";
            Err(unreadable(why, Some(receipt.endpoint_id)))
        }
    }
}

async fn finish<A: ApiWriter>(run: Arc<Run<A>>, task: Task, receipt: Receipt, durable: Durable) {
    let id = receipt.endpoint_id.clone();
    match durable.wait().await {
        Ok(()) => {
            crash::here("receipt-durable");
            if task.was_resent() {
                run.must_be_listed(id.clone());
            }
            run.done(task.index, Some(id));
        }
        Err(failed) => {
            run.failed(task.index, format!("{id} was made, and the journal did not take its receipt"), None);
            run.journal_failed(failed, vec![Record::Intent(task.intent), Record::Receipt(receipt)]);
        }
    }
}

async fn lose<A: ApiWriter>(run: &Run<A>, mut task: Task, lost: Lost) -> End {
    run.lost_one();
    if lost.named.as_ref().is_some_and(|id| task.knows(id)) {
        // The same endpoint again: whatever else is live was not made by this send.
        run.note(vec![Record::Refused { key: task.intent.key.clone() }]).await;
    }
    let (name, error) = (task.intent.name.clone(), lost.error.to_string());
    run.tell(Event::Lost { name, error: error.clone() });
    run.unknown(task.index, error);
    task.last = [Some(lost), task.last[0].take()];
    End::Lost(Box::new(task))
}

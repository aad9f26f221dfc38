//! Creates whose outcome is unknown: one listing reconciles what can be known, and the same bytes are sent again with
//! the same key, at most three sends a run.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Event;
use super::create::each;
use super::orphan;
use super::run::Run;
use super::task::{Lost, Task, named, renewal};
use crate::endpoint::{EndpointId, Observed};
use crate::plan::{Ledger, Next, outlived};
use crate::state::Record;
use crate::videogen::{ApiError, ApiWriter, LISTING_LAG};

/// Sends of one create in one run.
const MOST_SENDS: u32 = 3;

/// Reconciles every lost create, or leaves it to the next run.
pub(super) async fn all<A: ApiWriter>(run: &Arc<Run<A>>, mut lost: Vec<Task>) {
    while !lost.is_empty() && run.may_reconcile() {
        let live = match listing(run, &lost).await {
            Ok(live) => live,
            Err(error) => {
                run.tell(Event::Note(format!("lost answers could not be reconciled now: {error}")));
                run.halted(error);
                return;
            }
        };
        let mut again = Vec::new();
        for task in lost.into_iter().filter(|task| task.sends < MOST_SENDS) {
            match prepared(run, task, &live).await {
                Prepared::Again(task) => again.push(*task),
                Prepared::Left => {}
                Prepared::Stopped => return,
            }
        }
        lost = each(run, again).await;
    }
}

/// Lists until every lost create has a candidate, or the list has had time to catch up.
async fn listing<A: ApiWriter>(run: &Run<A>, lost: &[Task]) -> Result<Vec<Observed>, ApiError> {
    let mut live = Vec::new();
    for pause in LISTING_LAG {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = run.cut() => {}
        }
        live = run.unless_cut(run.job.api.list()).await?;
        let all_found = run.job.state.with_state(|state| {
            let ledger = Ledger::new(state, &live);
            let found = |task: &Task| {
                ledger.account(&task.intent.wanted.spec).is_some_and(|account| !ledger.candidates(account).is_empty())
            };
            lost.iter().all(found)
        });
        if all_found {
            break;
        }
    }
    Ok(live)
}

enum Prepared {
    Again(Box<Task>),
    /// Nothing more is sent of it in this run.
    Left,
    /// The journal failed.
    Stopped,
}

/// A lost create as it is sent next: as it is, under a fresh key, or not at all.
async fn prepared<A: ApiWriter>(run: &Run<A>, mut task: Task, live: &[Observed]) -> Prepared {
    let (next, candidates, is_stuck) = run.job.state.with_state(|state| {
        let ledger = Ledger::new(state, live);
        let account = ledger.account(&task.intent.wanted.spec);
        let candidates = account.map(|account| ledger.candidates(account)).unwrap_or_default();
        let outlived = || state.intent(&task.intent.key).is_some_and(|intent| outlived(intent, run.now()));
        (ledger.before_send(&task.intent.wanted.spec), candidates, is_stuck(&task, outlived))
    });
    match next {
        Next::Stuck(ids) => {
            let ids = named(ids);
            run.unknown(
                task.index,
                format!("nothing more is sent: its outcome may be any of {ids}, and none is certain"),
            );
            Prepared::Left
        }
        Next::Renew { close, delete } => {
            let closed = close.into_iter().map(|key| Record::Closed { key }).collect();
            if !run.note(closed).await {
                return Prepared::Stopped;
            }
            crate::crash::here("keys-closed");
            for (key, id) in delete {
                if !orphan::delete(run, &key, id).await {
                    return Prepared::Left;
                }
            }
            renew(run, task, live).await
        }
        Next::Send if is_stuck => {
            if !run.note(vec![Record::Closed { key: task.intent.key.clone() }]).await {
                return Prepared::Stopped;
            }
            renew(run, task, live).await
        }
        Next::Send => {
            task.matches.extend(candidates.all().cloned());
            Prepared::Again(Box::new(task))
        }
    }
}

async fn renew<A: ApiWriter>(run: &Run<A>, task: Task, live: &[Observed]) -> Prepared {
    let same = live.iter().filter(|seen| seen.is_duplicate_of(&task.intent.wanted.spec)).map(|seen| seen.id.clone());
    let fresh = renewal(run, &task.intent, same.collect::<BTreeSet<EndpointId>>());
    if run.note(vec![Record::Intent(fresh.clone())]).await {
        Prepared::Again(Box::new(task.renewed(fresh)))
    } else {
        Prepared::Stopped
    }
}

fn is_stuck(task: &Task, outlived: impl FnOnce() -> bool) -> bool {
    let [Some(last), Some(before)] = &task.last else {
        // A first answer without its secret may be the fault of that one answer; a repeated one is the server's way.
        return matches!(&task.last[0], Some(Lost { named: Some(_), .. })) && task.sends > 1;
    };
    let same = last.error.status().filter(|status| before.error.status() == Some(*status));
    // A 409 may say that the first request is still under way; one that came ten minutes ago is not.
    last.named.is_some() || same.is_some_and(|status| status >= 500 || outlived())
}

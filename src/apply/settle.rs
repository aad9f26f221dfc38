//! Creates whose outcome is unknown: one listing settles what can be known, and the same bytes are sent again with
//! the same key, at most three sends a run.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::Event;
use super::create::{Lost, Task, each, is_ours};
use super::run::Run;
use crate::endpoint::{EndpointId, Observed};
use crate::plan::{judge, outlived};
use crate::state::{Intent, Record};
use crate::videogen::ApiError;

/// Sends of one create in one run.
const MOST_SENDS: u32 = 3;
/// The pauses before each listing: new endpoints may take a moment to be listed.
const LAG: [Duration; 3] = [Duration::ZERO, Duration::from_millis(500), Duration::from_millis(1500)];

/// Settles every lost create, or leaves it to the next run.
pub async fn all(run: &Arc<Run>, mut lost: Vec<Task>) {
    while !lost.is_empty() && run.may_settle() {
        let live = match listing(run, &lost).await {
            Ok(live) => live,
            Err(error) => {
                run.tell(Event::Note(format!("what was lost could not be settled now: {error}")));
                run.halted(error);
                return;
            }
        };
        match_all(run, &mut lost, &live);
        let mut again = Vec::new();
        for task in lost {
            if task.sends >= MOST_SENDS {
                continue;
            }
            match renewed(run, task).await {
                Some(task) => again.push(task),
                None => return,
            }
        }
        lost = each(run, again).await;
    }
}

/// Lists until every lost create has a match, or the list has had time to catch up.
async fn listing(run: &Run, lost: &[Task]) -> Result<Vec<Observed>, ApiError> {
    let mut live = Vec::new();
    for pause in LAG {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = run.cut() => {}
        }
        live = run.unless_cut(run.job.reader.list()).await?;
        let judged = run.job.state.with_state(|state| judge(state, &live));
        let found = |task: &Task| {
            judged.get(&task.intent.key).is_some_and(|m| !(m.certain.is_empty() && m.uncertain.is_empty()))
        };
        if lost.iter().all(found) {
            break;
        }
    }
    Ok(live)
}

fn match_all(run: &Run, lost: &mut [Task], live: &[Observed]) {
    let judged = run.job.state.with_state(|state| judge(state, live));
    for task in lost {
        if let Some(matches) = judged.get(&task.intent.key) {
            task.matches.extend(matches.certain.iter().chain(&matches.uncertain).cloned());
        }
    }
}

/// The task as it is sent next: under a fresh key where its own keeps answering without a secret or with the same
/// error. `None` where the journal failed.
async fn renewed(run: &Run, mut task: Task) -> Option<Task> {
    let outlived =
        || run.job.state.with_state(|state| state.intent(&task.intent.key).is_some_and(|i| outlived(i, run.now())));
    if !is_stuck(&task, outlived) {
        return Some(task);
    }
    let named: Vec<EndpointId> = task.last.iter().flatten().filter_map(|lost| lost.named.clone()).collect();
    for id in named.into_iter().collect::<BTreeSet<_>>() {
        if is_ours(run, &task.intent, &id) && !discard(run, &task.intent, id).await {
            return None;
        }
    }
    let key = (run.job.fresh_key)();
    let mut live_before = task.intent.live_before.clone();
    live_before.extend(task.matches.iter().cloned());
    let fresh = Intent {
        key,
        live_before,
        first_sent: None,
        last_sent: None,
        unanswered: 0,
        named: BTreeSet::new(),
        closed: false,
        ..task.intent.clone()
    };
    let records = vec![Record::Closed { key: task.intent.key.clone() }, Record::Intent(fresh.clone())];
    if !run.note(records).await {
        return None;
    }
    task.intent = fresh;
    task.matches.clear();
    task.last = [None, None];
    Some(task)
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

async fn discard(run: &Run, intent: &Intent, id: EndpointId) -> bool {
    match run.unless_cut(run.job.writer.delete(&id)).await {
        Ok(()) => {
            run.tell(Event::Note(format!("{id} was made without a secret that anybody can know, and is deleted")));
            run.note(vec![Record::Deleted { endpoint_id: id, name: None, orphan_of: Some(intent.key.clone()) }]).await
        }
        // It stays a match of the closed intent, and is deleted as its orphan later.
        Err(error) => {
            run.tell(Event::Note(format!("{id} could not be deleted now: {error}")));
            true
        }
    }
}

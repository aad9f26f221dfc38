//! The notes of creates: what is durable before a send, and what is taken back where it never leaves.

use super::run::Run;
use super::task::{Before, Task};
use crate::state::{Ended, Record};
use crate::videogen::ApiWriter;

/// Makes sure that this send has a note that is durable and fresh: the one that was made ahead, or one that is made now.
pub(super) async fn note<A: ApiWriter>(run: &Run<A>, task: &mut Task) -> bool {
    let mut noted = task.ahead.take();
    loop {
        match noted {
            Some(noted) if run.is_fresh(&noted) => return true,
            Some(_) if !run.note(vec![Record::Withdrawn { key: task.intent.key.clone() }]).await => return false,
            _ => {}
        }
        noted = run.note_request(notes(run, task)).await;
        if noted.is_none() {
            return false;
        }
        (task.noted, task.before) = (true, None);
    }
}

/// Takes back what was noted ahead of a send that never left.
pub(super) async fn withdraw<A: ApiWriter>(run: &Run<A>, task: &mut Task) {
    if task.ahead.take().is_some() {
        let key = task.intent.key.clone();
        run.note(vec![Record::Withdrawn { key: key.clone() }, Record::Closed { key }]).await;
    }
}

/// What must be durable before a send: that the old endpoint is gone, the intent, the send.
pub(super) fn notes<A>(run: &Run<A>, task: &Task) -> Vec<Record> {
    let mut records = Vec::new();
    if let Some(Before::Gone(old)) = &task.before {
        let (name, until) = (task.intent.name.clone(), run.now().after(super::memory()));
        records.push(Record::Ended { name, endpoint_id: old.clone(), how: Ended::Gone, until });
    }
    if !task.noted {
        records.push(Record::Intent(task.intent.clone()));
    }
    records.push(Record::Send { key: task.intent.key.clone(), at: run.now() });
    records
}

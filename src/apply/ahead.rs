//! Creates are noted ahead of the workers that send them, so that no worker waits for a disk or a store.

use std::sync::Arc;

use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;

use super::notes::notes;
use super::run::Run;
use super::task::{Before, Task};
use crate::crash;
use crate::videogen::ApiWriter;

/// Tasks on their way to the workers.
#[derive(Clone)]
pub(super) struct Queue(Arc<Mutex<mpsc::Receiver<Task>>>);

impl Queue {
    /// Begins to note tasks, a group at a time, each group in one write. At most two groups are noted and not taken. The
    /// handle is of what notes them, and shares the run until it has ended.
    pub(super) fn begin<A: ApiWriter>(run: &Arc<Run<A>>, tasks: Vec<Task>) -> (Self, JoinHandle<()>) {
        let group = run.job.state.ahead(run.job.parallelism);
        let (ready, queue) = mpsc::channel(group);
        let noting = tokio::spawn(note_all(Arc::clone(run), tasks, group, ready));
        (Self(Arc::new(Mutex::new(queue))), noting)
    }

    /// The next task; `None` when all are taken.
    pub(super) async fn next(&self) -> Option<Task> {
        self.0.lock().await.recv().await
    }
}

async fn note_all<A: ApiWriter>(run: Arc<Run<A>>, tasks: Vec<Task>, group: usize, ready: mpsc::Sender<Task>) {
    let mut tasks = tasks.into_iter();
    loop {
        let mut next: Vec<Task> = tasks.by_ref().take(group).collect();
        if next.is_empty() {
            return;
        }
        note(&run, &mut next).await;
        for task in next {
            if ready.send(task).await.is_err() {
                return;
            }
        }
    }
}

/// Notes those that can be noted now. After a failure of the journal they go on without a note, and are not sent.
async fn note<A: ApiWriter>(run: &Run<A>, tasks: &mut [Task]) {
    if !run.may_begin() {
        return;
    }
    // What is deleted first is noted when it is deleted; what is sent again is noted at its send.
    let ahead = |task: &&mut Task| task.sends == 0 && !matches!(task.before, Some(Before::Delete(_)));
    let mut ahead: Vec<&mut Task> = tasks.iter_mut().filter(ahead).collect();
    let records = ahead.iter().flat_map(|task| notes(run, task)).collect();
    if let Some(noted) = run.note_request(records).await {
        crash::here("noted-ahead");
        for task in &mut ahead {
            (task.noted, task.before, task.ahead) = (true, None, Some(noted));
        }
    }
}

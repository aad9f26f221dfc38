//! A file that is appended to: whoever appends writes, and one thread syncs for all who wait meanwhile.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::disk::DiskError;
use crate::state::backend::{Answer, BackendError, Created, Urgency};

/// A failed write or sync: final, since what the disk holds is unknown from here on.
type Failed = Arc<OnceLock<Arc<io::Error>>>;

/// The appending end of a file. Dropped, it syncs what is written and ends.
#[derive(Debug)]
pub(super) struct Appender {
    file: Arc<File>,
    failed: Failed,
    queue: Option<Sender<Written>>,
    syncer: Option<JoinHandle<()>>,
}

/// Bytes that are written and wait for a sync.
struct Written {
    urgency: Urgency,
    done: oneshot::Sender<Result<(), Arc<io::Error>>>,
}

/// How long a receipt may wait for a sync that somebody needs: the worker's next send comes within microseconds.
const COMPANY: Duration = Duration::from_millis(1);

impl Appender {
    /// Starts the thread that syncs; `path` is for the words of an error.
    pub(super) fn start(file: File, path: &Path) -> Result<Self, DiskError> {
        let (file, failed) = (Arc::new(file), Failed::default());
        let (queue, written) = channel();
        let shared = (Arc::clone(&file), Arc::clone(&failed));
        let syncer = std::thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || sync_groups(&shared.0, &shared.1, &written))
            .map_err(DiskError::of("start the syncer of", path))?;
        Ok(Self { file, failed, queue: Some(queue), syncer: Some(syncer) })
    }

    /// Writes bytes, and returns what to wait for until they are durable. Order of calls is order on the disk.
    ///
    /// When this returns they outlive the process, though not yet the machine. After a failure nothing more is written.
    pub(super) fn append(&mut self, bytes: &[u8], urgency: Urgency) -> Answer<'static, Created> {
        if self.failed.get().is_none()
            && let Err(error) = (&*self.file).write_all(bytes)
        {
            // A failed sync may have come before it.
            let _ = self.failed.set(Arc::new(error));
        }
        let (done, wait) = oneshot::channel();
        if let Some(queue) = &self.queue {
            // A syncer that has ended drops `done`: the wait says so.
            let _ = queue.send(Written { urgency, done });
        }
        Box::pin(async {
            let ended = || Err(Arc::new(io::Error::other("the journal's syncer has ended")));
            wait.await.unwrap_or_else(|_| ended()).map(|()| Created::Done).map_err(BackendError::Append)
        })
    }
}

impl Drop for Appender {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(syncer) = self.syncer.take() {
            let _ = syncer.join();
        }
    }
}

fn sync_groups(file: &File, failed: &Failed, written: &Receiver<Written>) {
    while let Ok(first) = written.recv() {
        let mut group = vec![first];
        while !group.iter().any(|one| one.urgency == Urgency::Awaited)
            && let Ok(next) = written.recv_timeout(COMPANY)
        {
            group.push(next);
        }
        // Whatever is in the queue by now was written before this sync begins.
        group.extend(written.try_iter());
        if failed.get().is_none()
            && let Err(error) = file.sync_data()
        {
            let _ = failed.set(Arc::new(error));
        }
        for Written { done, .. } in group {
            let _ = done.send(failed.get().cloned().map_or(Ok(()), Err));
        }
    }
}

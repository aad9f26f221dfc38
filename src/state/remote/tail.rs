//! The end of a journal, to which its one writer appends: a segment at a time, in which all is that was recorded while the
//! one before was under way.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout, timeout_at};

use super::{Remote, once, pace, segment};
use crate::crash;
use crate::state::backend::{Answer, BackendError, Base, Created};
use crate::stopwatch::Started;

/// What an append comes to, for each who waits for it.
type Ended = Result<Created, BackendError>;

/// A handle of the end of a journal; the journal is appended to as long as there is one.
#[derive(Debug, Clone)]
pub(crate) struct Tail {
    name: String,
    queue: mpsc::UnboundedSender<Item>,
}

#[derive(Debug)]
enum Item {
    Append { lines: Vec<u8>, ended: oneshot::Sender<Ended> },
    Close(oneshot::Sender<Closed>),
}

/// How the appending ended.
#[derive(Debug)]
pub(super) struct Closed {
    /// The last segment that is certainly there.
    pub number: u64,
    /// The first failure, where there was one: what is there behind it is not known.
    pub failed: Option<Ended>,
}

impl Tail {
    /// Appends to a journal of which this writer created the first segment.
    pub(super) fn begun(remote: Arc<Remote>, writer: String, base: Base) -> Self {
        let (queue, items) = mpsc::unbounded_channel();
        let name = remote.name.clone();
        let began = remote.stopwatch.start();
        tokio::spawn(Appending { remote, writer, base, number: 1, began, failed: None }.run(items));
        Self { name, queue }
    }

    /// How people name the journal.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Appends lines; the answer comes when they are durable. After a failure, or where another writer has taken the
    /// number, every later append fails as the first did.
    pub(crate) fn append(&self, lines: Vec<u8>) -> Answer<'static, Created> {
        let (ended, answer) = oneshot::channel();
        let what = self.name.clone();
        let _ = self.queue.send(Item::Append { lines, ended });
        Box::pin(async move { answer.await.unwrap_or(Err(BackendError::Unknown { what, cause: None })) })
    }

    /// Appends what is still to be appended, and ends.
    pub(super) async fn close(&self) -> Closed {
        let (closing, closed) = oneshot::channel();
        let _ = self.queue.send(Item::Close(closing));
        let what = self.name.clone();
        closed.await.unwrap_or(Closed { number: 1, failed: Some(Err(BackendError::Unknown { what, cause: None })) })
    }
}

struct Appending {
    remote: Arc<Remote>,
    writer: String,
    base: Base,
    number: u64,
    /// When the last segment that is there was begun.
    began: Started,
    failed: Option<Ended>,
}

impl Appending {
    async fn run(mut self, mut items: mpsc::UnboundedReceiver<Item>) {
        loop {
            let (mut lines, mut waiting, mut closing) = (Vec::new(), Vec::new(), None);
            let mut next = match timeout(pace::keep_alive(), items.recv()).await {
                Ok(Some(item)) => Some(item),
                Ok(None) => return,
                // Nothing was recorded: an empty segment says that we live.
                Err(_) => None,
            };
            let lingers = Instant::now() + pace::linger();
            while let Some(item) = next.take() {
                match item {
                    Item::Append { lines: more, ended } => {
                        lines.extend(more);
                        waiting.push(ended);
                        next = timeout_at(lingers, items.recv()).await.ok().flatten();
                    }
                    Item::Close(closed) => closing = Some(closed),
                }
            }
            // The last segment of an ended journal stays, to betray an old document that is put back: a lone first one would
            // look like a journal that goes on.
            if closing.is_none() || !waiting.is_empty() || self.number == 1 {
                let ended = self.append(&lines).await;
                waiting.into_iter().for_each(|waits| drop(waits.send(ended.clone())));
            }
            if let Some(closing) = closing {
                let _ = closing.send(Closed { number: self.number, failed: self.failed });
                return;
            }
        }
    }

    async fn append(&mut self, lines: &[u8]) -> Ended {
        if let Some(failed) = &self.failed {
            return failed.clone();
        }
        let began = self.remote.stopwatch.start();
        if !self.remote.stopwatch.is_within(pace::outlived(), &self.began) {
            // So long ago that a successor may have come, written, and removed all trace of it.
            self.failed = Some(Ok(Created::Exists));
            return Ok(Created::Exists);
        }
        let number = self.number + 1;
        let key = self.remote.keys.segment(&self.base, number);
        let ended = once::create(&*self.remote.objects, &key, segment::of(number, &self.writer, lines)).await;
        match ended {
            Ok(Created::Done) => (self.number, self.began) = (number, began),
            _ => self.failed = Some(ended.clone()),
        }
        crash::here("segment-created");
        ended
    }
}

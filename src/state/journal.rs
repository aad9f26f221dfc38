//! The journal that an apply writes: records become lines, and the lines of one call become one object of the log.

use std::sync::{Arc, OnceLock};

use super::backend::{Answer, BackendError, Base, Created, Log, Urgency};
use super::error::BeginFailed;
use super::format::{Head, journal_bytes, journal_line};
use super::holder::Holder;
use super::model::{Folded, Record};
use super::remote::Tail;
use crate::quote::escaped;

/// A journal that is written to.
#[derive(Debug)]
pub(super) struct Journal {
    id: String,
    sink: Sink,
    records: u64,
    /// The first failure: nothing is written after it.
    failed: Arc<OnceLock<WriteFailed>>,
}

/// Where lines go.
#[derive(Debug)]
enum Sink {
    /// The lines of one call become one object.
    Log {
        log: Arc<dyn Log>,
        /// Objects that were created.
        objects: u64,
    },
    /// The lines of many calls become one segment.
    Tail(Tail),
}

impl Sink {
    fn name(&self) -> &str {
        match self {
            Self::Log { log, .. } => log.name(),
            Self::Tail(tail) => tail.name(),
        }
    }

    fn append(&mut self, bytes: Vec<u8>, urgency: Urgency) -> Answer<'static, Created> {
        match self {
            Self::Log { log, objects } => {
                *objects += 1;
                log.create(*objects, bytes, urgency)
            }
            Self::Tail(tail) => tail.append(bytes),
        }
    }
}

/// A failed write: final, since what is stored is unknown from here on.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the journal `{}` could not be written", escaped(name))]
pub struct WriteFailed {
    name: String,
    source: NotCreated,
}

/// Why an object of the log was not created.
#[derive(Debug, Clone, thiserror::Error)]
enum NotCreated {
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// Another writer holds the number: it has taken over.
    #[error("another writer has written to it")]
    Exists,
}

/// Resolves once the records it stands for are durable.
pub struct Durable {
    /// `None` where a write before it failed.
    answer: Option<Answer<'static, Created>>,
    name: String,
    failed: Arc<OnceLock<WriteFailed>>,
}

impl std::fmt::Debug for Durable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Durable").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Durable {
    /// Waits.
    pub async fn wait(self) -> Result<(), WriteFailed> {
        let Self { answer, name, failed } = self;
        if let Some(answer) = answer {
            let source = match answer.await {
                Ok(Created::Done) => return Ok(()),
                Ok(Created::Exists) => NotCreated::Exists,
                Err(error) => NotCreated::Backend(error),
            };
            failed.get_or_init(|| WriteFailed { name, source });
        }
        failed.get().cloned().map_or(Ok(()), Err)
    }
}

impl Journal {
    /// Begins a journal: its head and who writes it are durable, and `room` bytes are reserved where that is possible,
    /// when this returns.
    pub(super) async fn begin(log: Arc<dyn Log>, base: Base, holder: Holder, room: u64) -> Result<Self, BeginFailed> {
        let Base { lineage, serial } = base;
        let head = Head { journal: uuid::Uuid::new_v4().to_string(), lineage, base_serial: serial };
        let begin = Record::Begin { writer: head.journal.clone(), holder };
        log.reserve(room).await?;
        match log.create(1, journal_bytes(&head, &[begin]), Urgency::Awaited).await? {
            Created::Done => {
                let sink = Sink::Log { log, objects: 1 };
                Ok(Self { id: head.journal, sink, records: 1, failed: Arc::default() })
            }
            Created::Exists => Err(BeginFailed::Exists { journal: log.name().to_owned() }),
        }
    }

    /// The journal that a remote writer has begun.
    pub(super) fn begun(id: String, tail: Tail) -> Self {
        Self { id, sink: Sink::Tail(tail), records: 0, failed: Arc::default() }
    }

    /// Writes records, and returns what to wait for until they are durable. Order of calls is the order in the journal.
    ///
    /// After a failure, or where another writer has taken over, nothing more is written.
    pub(super) fn append(&mut self, records: &[Record]) -> Durable {
        let bytes: Vec<u8> = records.iter().flat_map(journal_line).collect();
        let receipts = records.iter().all(|record| matches!(record, Record::Receipt(_)));
        let urgency = if receipts { Urgency::MayWait } else { Urgency::Awaited };
        let answer = self.failed.get().is_none().then(|| self.sink.append(bytes, urgency));
        self.records += records.len() as u64;
        Durable { answer, name: self.sink.name().to_owned(), failed: Arc::clone(&self.failed) }
    }

    /// What a state that holds all of it says of it.
    pub(super) fn folded(&self) -> Folded {
        Folded { journal: self.id.clone(), records: self.records }
    }

    /// Removes it: a committed state holds it.
    pub(super) async fn remove(self) -> Result<(), BackendError> {
        match self.sink {
            Sink::Log { log, objects } => log.remove(1..=objects).await,
            // Its writer removes it as it commits.
            Sink::Tail(_) => Ok(()),
        }
    }
}

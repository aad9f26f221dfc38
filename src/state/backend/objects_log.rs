//! The log of a journal as numbered objects in one folder of a store.

use std::ops::RangeInclusive;
use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt};
use tokio::sync::{mpsc, oneshot};

use super::answer::{Answer, BackendError};
use super::log::{Created, Log, Urgency};
use super::objects::Objects;

/// How many objects are removed at once.
const REMOVALS: usize = 8;

/// The objects `FOLDER/1`, `FOLDER/2`, … One create is in flight at a time; later ones wait in a queue, and what waits
/// behind a failure fails with it.
///
/// Whoever fails at a number may try the same bytes at the same number again, and goes on above once that is done.
/// `Exists` means that other bytes are there, or none: bytes that are equal are this writer's own, by a request whose
/// answer was lost. So no two writers may write the same bytes; the journal's lines have their writer in them.
#[derive(Debug)]
pub(crate) struct ObjectLog {
    objects: Arc<dyn Objects>,
    folder: String,
    name: String,
    queue: mpsc::UnboundedSender<Request>,
}

#[derive(Debug)]
struct Request {
    number: u64,
    bytes: Vec<u8>,
    answer: oneshot::Sender<Result<Created, BackendError>>,
}

impl ObjectLog {
    /// The log in this folder. Called within a runtime, which carries out the creates.
    pub(crate) fn new(objects: Arc<dyn Objects>, folder: String) -> Self {
        let (queue, requests) = mpsc::unbounded_channel();
        let name = objects.name(&folder);
        let writer = Writer { objects: objects.clone(), folder: folder.clone(), created: 0, failed: None };
        tokio::spawn(writer.run(requests));
        Self { objects, folder, name, queue }
    }

    fn key(&self, number: u64) -> String {
        format!("{}/{number}", self.folder)
    }
}

/// Carries out the creates of one log, one after another. It ends when the log is dropped and its queue is empty.
struct Writer {
    objects: Arc<dyn Objects>,
    folder: String,
    /// The highest number that this log created.
    created: u64,
    /// The number above that which could not be created, and why.
    failed: Option<(u64, Result<Created, BackendError>)>,
}

impl Writer {
    async fn run(mut self, mut requests: mpsc::UnboundedReceiver<Request>) {
        while let Some(Request { number, bytes, answer }) = requests.recv().await {
            let created = match &self.failed {
                Some((failed, why)) if number > *failed => why.clone(),
                _ => self.create(number, bytes).await,
            };
            // Nobody may wait for it any more.
            let _ = answer.send(created);
        }
    }

    async fn create(&mut self, number: u64, bytes: Vec<u8>) -> Result<Created, BackendError> {
        let key = format!("{}/{number}", self.folder);
        let created = match self.objects.create(&key, bytes.clone()).await {
            Ok(Created::Exists) => self.compare(&key, &bytes).await,
            created => created,
        };
        if matches!(created, Ok(Created::Done)) {
            self.created = self.created.max(number);
            self.failed = None;
        } else if number > self.created {
            self.failed = Some((number, created.clone()));
        }
        created
    }

    /// Whether what is there is ours. Nothing at all may be anybody's.
    async fn compare(&self, key: &str, bytes: &[u8]) -> Result<Created, BackendError> {
        let found = self.objects.read(key).await?;
        let is_ours = !bytes.is_empty() && found.is_some_and(|found| found.bytes == bytes);
        Ok(if is_ours { Created::Done } else { Created::Exists })
    }
}

impl Log for ObjectLog {
    fn name(&self) -> &str {
        &self.name
    }

    /// A store has no room to reserve.
    fn reserve(&self, _: u64) -> Answer<'_, ()> {
        Box::pin(async { Ok(()) })
    }

    fn create(&self, number: u64, bytes: Vec<u8>, _: Urgency) -> Answer<'static, Created> {
        let (answer, created) = oneshot::channel();
        let unknown = BackendError::Unknown { what: self.objects.name(&self.key(number)), cause: None };
        // The writer ends before its log only where the runtime does.
        let _ = self.queue.send(Request { number, bytes, answer });
        Box::pin(async { created.await.unwrap_or(Err(unknown)) })
    }

    fn read(&self, number: u64) -> Answer<'_, Option<Vec<u8>>> {
        let read = self.objects.read(&self.key(number));
        Box::pin(async { Ok(read.await?.map(|stored| stored.bytes)) })
    }

    /// From the last to the first, so that what a crash leaves has no gap, or a short one.
    fn remove(&self, numbers: RangeInclusive<u64>) -> Answer<'_, ()> {
        let removals = numbers.rev().map(|number| self.objects.remove(&self.key(number)));
        Box::pin(async { futures_util::stream::iter(removals).buffered(REMOVALS).try_collect().await })
    }
}

#[cfg(test)]
mod tests {
    use super::super::objects_faulty::{FaultyObjects, ObjectFault};
    use super::super::objects_memory::MemoryObjects;
    use super::*;

    fn log(memory: &MemoryObjects, fault: ObjectFault, part: &str, times: u32) -> ObjectLog {
        let objects = FaultyObjects::new(Arc::new(memory.clone()), fault, part, times);
        ObjectLog::new(Arc::new(objects), "s.journal/l/1".to_owned())
    }

    async fn create(log: &ObjectLog, number: u64, text: &str) -> Result<Created, BackendError> {
        log.create(number, text.as_bytes().to_vec(), Urgency::Awaited).await
    }

    async fn text(memory: &MemoryObjects, number: u64) -> Option<String> {
        let found = memory.read(&format!("s.journal/l/1/{number}")).await.unwrap();
        found.map(|stored| String::from_utf8(stored.bytes).unwrap())
    }

    #[tokio::test]
    async fn what_waits_behind_a_failure_fails_with_it_and_goes_on_after_the_same_bytes_are_there() {
        let memory = MemoryObjects::default();
        let log = log(&memory, ObjectFault::UnwrittenUnknown, "/2", 1);
        let answers = ["one", "two", "three"].into_iter().zip(1..);
        let asked: Vec<_> = answers.map(|(text, n)| log.create(n, text.into(), Urgency::Awaited)).collect();
        let answers = futures_util::future::join_all(asked).await;
        assert!(matches!(answers[0], Ok(Created::Done)));
        assert!(answers[1..].iter().all(|answer| matches!(answer, Err(BackendError::Unknown { .. }))), "{answers:?}");
        assert!(create(&log, 3, "three").await.is_err(), "asked later, and 2 is still missing");
        assert_eq!(memory.keys(), ["s.journal/l/1/1"]);
        assert_eq!(create(&log, 2, "two").await.unwrap(), Created::Done);
        assert_eq!(create(&log, 3, "three").await.unwrap(), Created::Done);
        assert_eq!(text(&memory, 3).await.as_deref(), Some("three"));
    }

    #[tokio::test]
    async fn a_write_whose_answer_was_lost_is_done_when_it_is_tried_again() {
        for fault in [ObjectFault::WrittenUnknown, ObjectFault::WrittenLate] {
            let memory = MemoryObjects::default();
            let log = log(&memory, fault, "/1", 1);
            assert!(create(&log, 1, "one").await.is_err());
            assert_eq!(create(&log, 1, "one").await.unwrap(), Created::Done, "{fault:?}");
            assert_eq!(create(&log, 2, "two").await.unwrap(), Created::Done);
        }
    }

    #[tokio::test]
    async fn above_a_number_that_another_writer_took_nothing_is_created() {
        let memory = MemoryObjects::default();
        memory.create("s.journal/l/1/2", b"theirs".to_vec()).await.unwrap();
        let log = log(&memory, ObjectFault::Down, "nothing", 0);
        assert_eq!(create(&log, 1, "one").await.unwrap(), Created::Done);
        for number in [2, 3, 2, 4] {
            assert_eq!(create(&log, number, "mine").await.unwrap(), Created::Exists, "{number}");
        }
        assert_eq!(memory.keys(), ["s.journal/l/1/1", "s.journal/l/1/2"]);
        memory.create("s.journal/l/1/3", Vec::new()).await.unwrap();
        let other = ObjectLog::new(Arc::new(memory), "s.journal/l/1".to_owned());
        assert_eq!(create(&other, 3, "").await.unwrap(), Created::Exists, "nothing may be anybody's");
    }

    #[tokio::test]
    async fn objects_that_nobody_awaits_are_created_in_their_order_after_the_log_is_dropped() {
        let memory = MemoryObjects::default();
        let log = log(&memory, ObjectFault::Down, "nothing", 0);
        drop(log.create(1, b"one".to_vec(), Urgency::MayWait));
        let second = log.create(2, b"two".to_vec(), Urgency::MayWait);
        drop(log);
        assert_eq!(second.await.unwrap(), Created::Done);
        assert_eq!(memory.keys(), ["s.journal/l/1/1", "s.journal/l/1/2"]);
    }

    #[tokio::test]
    async fn objects_are_read_and_removed_by_their_numbers() {
        let memory = MemoryObjects::default();
        let log = log(&memory, ObjectFault::RemoveUnknown, "/2", 1);
        for (text, number) in ["one", "two", "three"].into_iter().zip(1..) {
            create(&log, number, text).await.unwrap();
        }
        assert_eq!((log.read(2).await.unwrap(), log.read(4).await.unwrap()), (Some(b"two".to_vec()), None));
        assert!(log.remove(1..=3).await.is_err());
        log.remove(1..=3).await.unwrap();
        assert_eq!(memory.keys(), [""; 0]);
    }
}

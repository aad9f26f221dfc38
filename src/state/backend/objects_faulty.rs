//! Wrappers that break one kind of call of a store, for the keys that a test names, and pass on all others.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use super::answer::{Answer, BackendError};
use super::document::{Replaced, Stored, Tag};
use super::failure::{FailureKind, StoreFailure};
use super::objects::{Listing, Objects};

/// What breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ObjectFault {
    /// The write happens, and its answer is lost.
    WrittenUnknown,
    /// The write does not happen, and its answer is lost.
    UnwrittenUnknown,
    /// The create does not happen now, its answer is lost, and it happens as the key is written next, just before that.
    WrittenLate,
    /// The store is busy: no read, no write, no listing, no removal.
    Down,
    /// The store does not let us write.
    Denied,
    /// The store ignores conditions: it lets every writer win.
    Unconditional,
    /// A removal's answer is lost, and it does not happen.
    RemoveUnknown,
    /// A listing shows nothing, as one of a moment ago may.
    StaleList,
}

/// The creates that come late: keys and bytes.
type Late = Vec<(String, Vec<u8>)>;

/// The faults of a write.
const WRITES: [ObjectFault; 6] = [
    ObjectFault::WrittenUnknown,
    ObjectFault::UnwrittenUnknown,
    ObjectFault::WrittenLate,
    ObjectFault::Down,
    ObjectFault::Denied,
    ObjectFault::Unconditional,
];

/// A store, a kind of call of which is broken.
#[derive(Debug, Clone)]
pub(crate) struct FaultyObjects {
    objects: Arc<dyn Objects>,
    fault: ObjectFault,
    part: String,
    /// Whether the part is the whole key.
    is_whole: bool,
    times: Arc<AtomicU32>,
    late: Arc<Mutex<Late>>,
}

impl FaultyObjects {
    /// The store through a handle with this fault, for the first `times` calls about keys that have `part` in them.
    pub(crate) fn new(objects: Arc<dyn Objects>, fault: ObjectFault, part: &str, times: u32) -> Self {
        let times = Arc::new(AtomicU32::new(times));
        Self { objects, fault, part: part.to_owned(), is_whole: false, times, late: Arc::default() }
    }

    /// The store through a handle with this fault, for every call about this one key.
    pub(crate) fn exactly(objects: Arc<dyn Objects>, fault: ObjectFault, key: &str) -> Self {
        Self { is_whole: true, ..Self::new(objects, fault, key, u32::MAX) }
    }

    /// Whether this call, about this key, breaks if the fault is one of these.
    fn breaks(&self, key: &str, faults: &[ObjectFault]) -> bool {
        let one_less = |times: u32| times.checked_sub(1);
        faults.contains(&self.fault)
            && if self.is_whole { key == self.part } else { key.contains(&self.part) }
            && self.times.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less).is_ok()
    }

    fn unknown<T: Send + 'static>(&self, key: &str) -> Answer<'static, T> {
        let what = self.objects.name(key);
        Box::pin(async { Err(BackendError::Unknown { what, cause: None }) })
    }

    fn failed<T: Send + 'static>(&self, verb: &str, key: &str, kind: FailureKind) -> Answer<'static, T> {
        let (status, message) = match kind {
            FailureKind::Down => (503, "Please reduce your request rate."),
            _ => (403, "Access Denied"),
        };
        let what = format!("{verb} {}", self.objects.name(key));
        let message = message.to_owned();
        let failure = StoreFailure { what, kind, status: Some(status), code: None, message, request_id: None };
        Box::pin(async { Err(failure.into()) })
    }

    /// A write that comes late, if one waits for this key.
    fn arrives(&self, key: &str) -> Option<Answer<'static, Replaced>> {
        let mut late = self.late.lock().unwrap();
        let at = late.iter().position(|(waits, _)| waits == key)?;
        let (key, bytes) = late.remove(at);
        Some(self.objects.replace(&key, None, bytes))
    }

    fn broken(&self, key: &str, expected: Option<&Tag>, bytes: Vec<u8>) -> Answer<'static, Replaced> {
        let unknown = self.unknown(key);
        match self.fault {
            ObjectFault::Denied => self.failed("write", key, FailureKind::Denied),
            ObjectFault::Unconditional => self.unconditional(key, bytes),
            ObjectFault::WrittenUnknown => {
                let written = self.objects.replace(key, expected, bytes);
                Box::pin(async {
                    written.await?;
                    unknown.await
                })
            }
            ObjectFault::WrittenLate => {
                self.late.lock().unwrap().push((key.to_owned(), bytes));
                unknown
            }
            _ => unknown,
        }
    }

    fn unconditional(&self, key: &str, bytes: Vec<u8>) -> Answer<'static, Replaced> {
        let (objects, key) = (self.objects.clone(), key.to_owned());
        Box::pin(async move {
            let tag = objects.tag(&key).await?;
            objects.replace(&key, tag.as_ref(), bytes).await
        })
    }
}

impl Objects for FaultyObjects {
    fn name(&self, key: &str) -> String {
        self.objects.name(key)
    }

    fn read(&self, key: &str) -> Answer<'static, Option<Stored>> {
        if self.breaks(key, &[ObjectFault::Down]) {
            return self.failed("read", key, FailureKind::Down);
        }
        self.objects.read(key)
    }

    fn tag(&self, key: &str) -> Answer<'static, Option<Tag>> {
        if self.breaks(key, &[ObjectFault::Down]) {
            return self.failed("read", key, FailureKind::Down);
        }
        self.objects.tag(key)
    }

    fn replace(&self, key: &str, expected: Option<&Tag>, bytes: Vec<u8>) -> Answer<'static, Replaced> {
        let arrives = self.arrives(key);
        let answer = match self.breaks(key, &WRITES) {
            true => self.broken(key, expected, bytes),
            false => self.objects.replace(key, expected, bytes),
        };
        Box::pin(async move {
            if let Some(arrives) = arrives {
                arrives.await?;
            }
            answer.await
        })
    }

    fn remove(&self, key: &str) -> Answer<'static, ()> {
        if self.breaks(key, &[ObjectFault::RemoveUnknown, ObjectFault::Down]) {
            return self.unknown(key);
        }
        self.objects.remove(key)
    }

    fn list(&self, folder: &str) -> Answer<'static, Listing> {
        if self.breaks(folder, &[ObjectFault::StaleList]) {
            return Box::pin(async { Ok(Listing::default()) });
        }
        if self.breaks(folder, &[ObjectFault::Down]) {
            return self.failed("list", folder, FailureKind::Down);
        }
        self.objects.list(folder)
    }
}

#[cfg(test)]
mod tests {
    use super::super::objects_memory::MemoryObjects;
    use super::*;

    async fn written(objects: &dyn Objects, key: &str, text: &str) -> Result<Replaced, BackendError> {
        objects.replace(key, None, text.as_bytes().to_vec()).await
    }

    async fn text(objects: &dyn Objects, key: &str) -> Option<String> {
        objects.read(key).await.unwrap().map(|stored| String::from_utf8(stored.bytes).unwrap())
    }

    #[tokio::test]
    async fn a_write_breaks_as_its_fault_says_and_only_so_often() {
        for (fault, is_there, then) in [
            (ObjectFault::WrittenUnknown, Some("one"), Some("one")),
            (ObjectFault::UnwrittenUnknown, None, Some("two")),
            (ObjectFault::WrittenLate, None, Some("one")),
            (ObjectFault::Down, None, Some("two")),
            (ObjectFault::Denied, None, Some("two")),
        ] {
            let memory = MemoryObjects::default();
            let faulty = FaultyObjects::new(Arc::new(memory.clone()), fault, "k", 1);
            let failed = written(&faulty, "a/k", "one").await.unwrap_err();
            assert_eq!(matches!(failed, BackendError::Store(_)), fault == ObjectFault::Denied, "{failed}");
            assert_eq!(text(&memory, "a/k").await.as_deref(), is_there, "{fault:?}");
            written(&faulty, "a/k", "two").await.unwrap();
            assert_eq!(text(&memory, "a/k").await.as_deref(), then, "{fault:?}");
        }
    }

    #[tokio::test]
    async fn a_store_without_conditions_lets_every_writer_win() {
        let faulty = FaultyObjects::new(Arc::new(MemoryObjects::default()), ObjectFault::Unconditional, "", 2);
        for n in ["one", "two"] {
            assert!(matches!(written(&faulty, "k", n).await.unwrap(), Replaced::Done(_)));
        }
        assert_eq!(text(&faulty, "k").await.as_deref(), Some("two"));
    }

    #[tokio::test]
    async fn a_store_that_is_down_answers_nothing() {
        let faulty = FaultyObjects::new(Arc::new(MemoryObjects::default()), ObjectFault::Down, "", 3);
        let failures = [faulty.read("k").await.err(), faulty.tag("k").await.err(), faulty.list("k").await.err()];
        assert!(failures.iter().all(|failure| matches!(failure, Some(BackendError::Store(why)) if why.may_pass())));
        assert_eq!(faulty.read("k").await.unwrap(), None);
    }

    #[tokio::test]
    async fn removals_and_listings_break_too() {
        let memory = MemoryObjects::default();
        written(&memory, "a/k", "one").await.unwrap();
        let faulty = FaultyObjects::new(Arc::new(memory.clone()), ObjectFault::RemoveUnknown, "a/", 1);
        faulty.remove("a/k").await.unwrap_err();
        assert_eq!(memory.keys(), ["a/k"]);
        let stale = FaultyObjects::new(Arc::new(memory.clone()), ObjectFault::StaleList, "a", 1);
        assert_eq!(stale.list("a").await.unwrap(), Listing::default());
        assert_eq!(stale.list("a").await.unwrap().objects.len(), 1);
        faulty.remove("a/k").await.unwrap();
        assert_eq!(memory.keys(), [""; 0]);
    }
}

//! A backend that is gone with the process, for tests: each request is answered at once, and objects stay apart, as in a
//! bucket.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{
    Answer, Backend, Base, Created, Document, Lease, Leased, LockError, Log, Replaced, Rescue, Stored, Tag, Urgency,
};
use crate::state::holder::Holder;

/// A place in memory; a clone is another handle of the same one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Memory(Arc<Mutex<Shared>>);

#[derive(Debug, Default)]
struct Shared {
    document: Option<Stored>,
    replacements: u64,
    logs: BTreeMap<Base, BTreeMap<u64, Vec<u8>>>,
    holder: Option<Holder>,
}

impl Memory {
    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All objects of all logs.
    pub(crate) fn objects(&self) -> usize {
        self.shared().logs.values().map(BTreeMap::len).sum()
    }
}

impl Backend for Memory {
    fn lease<'a>(&'a self, holder: &'a Holder, timeout: Duration) -> Leased<'a> {
        Box::pin(async move {
            let deadline = Instant::now() + timeout;
            loop {
                let held = self.shared().holder.clone();
                match held {
                    None => break,
                    Some(_) if Instant::now() < deadline => tokio::time::sleep(Duration::from_millis(5)).await,
                    held => return Err(LockError::Held { holder: held }),
                }
            }
            self.shared().holder = Some(holder.clone());
            Ok(Box::new(Held(self.clone())) as Box<dyn Lease>)
        })
    }

    fn document(&self) -> &dyn Document {
        self
    }

    fn log(&self, base: &Base) -> Arc<dyn Log> {
        Arc::new(MemoryLog { place: self.clone(), base: base.clone() })
    }

    fn rescue(&self, bytes: &[u8]) -> Rescue {
        Rescue::Text(String::from_utf8_lossy(bytes).into_owned())
    }
}

#[derive(Debug)]
struct Held(Memory);

impl Lease for Held {}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.shared().holder = None;
    }
}

impl Document for Memory {
    fn name(&self) -> &str {
        "memory"
    }

    fn read(&self) -> Answer<'_, Option<Stored>> {
        Box::pin(async { Ok(self.shared().document.clone()) })
    }

    fn tag(&self) -> Answer<'_, Option<Tag>> {
        Box::pin(async { Ok(self.shared().document.as_ref().map(|stored| stored.tag.clone())) })
    }

    fn probe(&self) -> Answer<'_, ()> {
        Box::pin(async { Ok(()) })
    }

    fn replace<'a>(&'a self, expected: Option<&'a Tag>, bytes: &'a [u8]) -> Answer<'a, Replaced> {
        Box::pin(async move {
            let mut shared = self.shared();
            if shared.document.as_ref().map(|stored| &stored.tag) != expected {
                return Ok(Replaced::Lost);
            }
            shared.replacements += 1;
            let tag = Tag::new(shared.replacements.to_string());
            shared.document = Some(Stored { bytes: bytes.to_vec(), tag: tag.clone() });
            Ok(Replaced::Done(tag))
        })
    }
}

#[derive(Debug)]
struct MemoryLog {
    place: Memory,
    base: Base,
}

impl Log for MemoryLog {
    fn name(&self) -> &str {
        "memory.journal"
    }

    fn reserve(&self, _: u64) -> Answer<'_, ()> {
        Box::pin(async { Ok(()) })
    }

    fn create(&self, number: u64, bytes: Vec<u8>, _: Urgency) -> Answer<'static, Created> {
        let mut shared = self.place.shared();
        let log = shared.logs.entry(self.base.clone()).or_default();
        let created = if log.contains_key(&number) { Created::Exists } else { Created::Done };
        log.entry(number).or_insert(bytes);
        Box::pin(async move { Ok(created) })
    }

    fn read(&self, number: u64) -> Answer<'_, Option<Vec<u8>>> {
        Box::pin(async move { Ok(self.place.shared().logs.get(&self.base).and_then(|log| log.get(&number).cloned())) })
    }

    fn remove(&self, numbers: RangeInclusive<u64>) -> Answer<'_, ()> {
        Box::pin(async move {
            if let Some(log) = self.place.shared().logs.get_mut(&self.base) {
                log.retain(|number, _| !numbers.contains(number));
            }
            Ok(())
        })
    }
}

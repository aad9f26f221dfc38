//! Wrappers that break one kind of call of a backend and pass on all others.

use std::io::{Error, ErrorKind};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use super::memory::Memory;
use super::{
    Answer, Backend, BackendError, Base, Created, Document, Leased, Log, Replaced, Rescue, Stored, Tag, Urgency,
};
use crate::state::holder::Holder;

/// What breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A replacement finds another version than the expected one.
    ReplaceLost,
    /// A replacement happens, and its answer is lost.
    ReplaceUnknown,
    /// A replacement does not happen, and its answer is lost.
    ReplaceNever,
    /// There is no room for objects from this number on.
    Full(u64),
    /// There is no room for anything: for objects from this number on, and for a replacement.
    AllFull(u64),
    /// Another writer has created the object with this number.
    Taken(u64),
    /// The answer to a removal is lost, and it does not happen.
    RemoveUnknown,
}

/// A place in memory, a kind of call of which is broken.
#[derive(Debug, Clone)]
pub(crate) struct Faulty {
    place: Memory,
    fault: Fault,
}

impl Faulty {
    /// The place through a handle with this fault.
    pub(crate) fn new(place: &Memory, fault: Fault) -> Self {
        Self { place: place.clone(), fault }
    }
}

fn full() -> BackendError {
    BackendError::Append(Arc::new(Error::from(ErrorKind::StorageFull)))
}

fn unknown() -> BackendError {
    BackendError::Unknown { what: "memory".to_owned(), cause: None }
}

impl Backend for Faulty {
    fn lease<'a>(&'a self, holder: &'a Holder, timeout: Duration) -> Leased<'a> {
        self.place.lease(holder, timeout)
    }

    fn document(&self) -> &dyn Document {
        self
    }

    fn log(&self, base: &Base) -> Arc<dyn Log> {
        Arc::new(FaultyLog { log: self.place.log(base), fault: self.fault })
    }

    fn rescue(&self, bytes: &[u8]) -> Rescue {
        self.place.rescue(bytes)
    }
}

impl Document for Faulty {
    fn name(&self) -> &str {
        self.place.name()
    }

    fn read(&self) -> Answer<'_, Option<Stored>> {
        self.place.read()
    }

    fn tag(&self) -> Answer<'_, Option<Tag>> {
        self.place.tag()
    }

    fn probe(&self) -> Answer<'_, ()> {
        self.place.probe()
    }

    fn replace<'a>(&'a self, expected: Option<&'a Tag>, bytes: &'a [u8]) -> Answer<'a, Replaced> {
        Box::pin(async move {
            match self.fault {
                Fault::ReplaceLost => Ok(Replaced::Lost),
                Fault::ReplaceUnknown => self.place.replace(expected, bytes).await.and_then(|_| Err(unknown())),
                Fault::ReplaceNever => Err(unknown()),
                Fault::AllFull(_) => Err(full()),
                Fault::Full(_) | Fault::Taken(_) | Fault::RemoveUnknown => self.place.replace(expected, bytes).await,
            }
        })
    }
}

#[derive(Debug)]
struct FaultyLog {
    log: Arc<dyn Log>,
    fault: Fault,
}

impl Log for FaultyLog {
    fn name(&self) -> &str {
        self.log.name()
    }

    fn reserve(&self, room: u64) -> Answer<'_, ()> {
        self.log.reserve(room)
    }

    fn create(&self, number: u64, bytes: Vec<u8>, urgency: Urgency) -> Answer<'static, Created> {
        match self.fault {
            Fault::Full(first) | Fault::AllFull(first) if number >= first => Box::pin(async { Err(full()) }),
            Fault::Taken(taken) if number == taken => Box::pin(async { Ok(Created::Exists) }),
            _ => self.log.create(number, bytes, urgency),
        }
    }

    fn read(&self, number: u64) -> Answer<'_, Option<Vec<u8>>> {
        self.log.read(number)
    }

    fn remove(&self, numbers: RangeInclusive<u64>) -> Answer<'_, ()> {
        match self.fault {
            Fault::RemoveUnknown => Box::pin(async { Err(unknown()) }),
            _ => self.log.remove(numbers),
        }
    }
}

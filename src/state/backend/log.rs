//! The log: numbered objects, each created once. All of them in order are the bytes of a journal.

use std::ops::RangeInclusive;

use super::answer::Answer;

/// The state that a journal is begun on. A backend may keep many logs, each under the base of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Base {
    /// The state's lineage; empty where there is no state.
    pub lineage: String,
    /// Its serial.
    pub serial: u64,
}

/// Whether work stands still until an object is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// It does.
    Awaited,
    /// It does not: the backend may wait a moment for more to make durable at once.
    MayWait,
}

/// What came of a create.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// The object is there, durably, and so are all before it.
    Done,
    /// The number is taken, and what is there stays. Whoever wrote it may be this writer, by a request whose answer was
    /// lost: the caller reads it back and compares.
    Exists,
}

/// The log of one journal.
///
/// Numbers begin at 1 and leave no gap. A reader reads on from 1 until a number is missing, and joins what it read;
/// what stands above a gap was never acknowledged.
///
/// Implementers: a number is never given twice, whatever two writers do at once. Objects become durable in their order:
/// none counts as created before all below it do, and what was asked for above a failure, or above a number that is
/// taken, fails with it. The write begins at the call, not when the answer is first polled, and goes on where the answer
/// is dropped; a backend whose writes outlive the process before they are durable has written when the call returns.
/// Objects may be asked for before earlier ones are answered: a backend with one request in flight at a time queues
/// them.
///
/// Callers: they hold the lease, or are about to take it where it is made of the log itself; they reserve once, and
/// create 1, 2, 3, … in the order of what happened. An object counts when its answer says so. After `Exists` or an
/// unknown outcome it may be read back and compared, and the same bytes may be created again; other bytes there, and
/// every other error, are final: nothing more is created in that log. Objects may be read joined: what one writer
/// created as 1, 2 and 3 may be 1 alone to the next reader, so a log is continued only where the backend keeps the
/// objects apart, and removed whole where it does not.
pub trait Log: std::fmt::Debug + Send + Sync {
    /// How people name it: a path, a URL. No credentials are in it.
    fn name(&self) -> &str;

    /// Makes room for about so many bytes, where the backend can; an error where it certainly has none.
    fn reserve(&self, room: u64) -> Answer<'_, ()>;

    /// Creates an object, once.
    fn create(&self, number: u64, bytes: Vec<u8>, urgency: Urgency) -> Answer<'static, Created>;

    /// An object, or `None` where there certainly is none. The last one may be torn: it was not acknowledged then.
    fn read(&self, number: u64) -> Answer<'_, Option<Vec<u8>>>;

    /// Removes objects that a committed document holds; those that are not there are no error. A backend may keep them
    /// until one removal covers the whole log.
    fn remove(&self, numbers: RangeInclusive<u64>) -> Answer<'_, ()>;
}

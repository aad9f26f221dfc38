//! The state on the disk, with its journal and lock: read by anybody at any time, written by one.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::file::{self, FileError};
use super::journal::{self, Durable, Found, Head, Journal, JournalError};
use super::lock::{Holder, Lock, LockError};
use super::model::{Folded, State, VERSION};
use super::record::{Receipt, Record};
use crate::disk::{self, Mode, beside};
use crate::endpoint::EndpointId;
use crate::timestamp::Timestamp;

/// Why a state was not loaded or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The lock.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// State and journal do not belong together.
    #[error("{}", mismatch(*.state_serial, *.journal_serial, state, journal))]
    Mismatch {
        /// The state file.
        state: PathBuf,
        /// The journal.
        journal: PathBuf,
        /// The state's serial; `None` where there is no state of that lineage.
        state_serial: Option<u64>,
        /// The serial that the journal was begun on.
        journal_serial: u64,
    },
}

fn mismatch(state_serial: Option<u64>, journal_serial: u64, state: &Path, journal: &Path) -> String {
    let (state, journal) = (state.display().to_string(), journal.display().to_string());
    let (state, journal) = (crate::quote::escaped(&state), crate::quote::escaped(&journal));
    match state_serial {
        None => format!("the journal `{journal}` belongs to a state that `{state}` is not: another lineage, or none"),
        Some(serial) => {
            let older = if serial < journal_serial { "older" } else { "newer" };
            format!(
                "the state `{state}` (serial {serial}) is {older} than its journal `{journal}` (begun on serial {journal_serial})"
            )
        }
    }
}

/// Where a state lives.
#[derive(Debug, Clone)]
pub struct Store {
    path: PathBuf,
}

impl Store {
    /// The store of a state file; links in its path are resolved, so that one state has one lock and one journal. A
    /// link to what is not there yet is one to where the state is made.
    pub fn at(path: &Path) -> Self {
        Self { path: disk::resolve(path).unwrap_or_else(|_| path.to_owned()) }
    }

    /// The state file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The journal beside it.
    pub fn journal(&self) -> PathBuf {
        beside(&self.path, ".journal")
    }

    /// The file for receipts that the journal did not take.
    pub fn errored(&self) -> PathBuf {
        beside(&self.path, ".errored")
    }

    /// The state with its journal folded in; `None` where there is neither. Takes no lock and writes nothing; an
    /// apply that is writing meanwhile is seen at one moment.
    pub fn load(&self) -> Result<Option<State>, StoreError> {
        Ok(self.read_both()?.0)
    }

    /// Takes the lock, loads, and makes the folding of a journal left behind durable.
    ///
    /// The folder is made where it does not exist.
    pub fn write(&self, holder: &Holder, timeout: Duration) -> Result<Writer, StoreError> {
        disk::make_folder(disk::folder_of(&self.path)).map_err(FileError::from)?;
        let store = Self::at(&self.path);
        let lock = Lock::take(&beside(&store.path, ".lock"), &store.path, holder, timeout)?;
        let (state, found) = store.read_both()?;
        // Whatever would keep the state from being written is found before anything is asked of anybody.
        disk::check_replaceable(&store.path).map_err(FileError::from)?;
        // Under the lock nobody else is writing them.
        disk::remove_leftovers(&store.path, Duration::ZERO);
        let existed = state.is_some();
        let state = state.unwrap_or_else(|| State::new(uuid::Uuid::new_v4().to_string()));
        let mut writer = Writer {
            store,
            _lock: lock,
            existed,
            current: Mutex::new(Current { state, ids: HashSet::new(), journal: None, changed: false }),
        };
        if found {
            writer.current().changed = true;
            writer.commit()?;
        }
        Ok(writer)
    }

    /// State and whether a journal was found. Read again where the state was replaced between the two reads.
    fn read_both(&self) -> Result<(Option<State>, bool), StoreError> {
        loop {
            let before = identity(&self.path);
            let state = file::read(&self.path)?;
            let journal = journal::bytes_of(&self.journal())?;
            if before == identity(&self.path) {
                let has_journal = journal.is_some();
                let state = state.map(|bytes| file::parse_whole(&bytes, &self.path)).transpose()?;
                let found = journal.map(|bytes| journal::parse(&bytes, &self.journal())).transpose()?.flatten();
                return Ok((self.combine(state, found)?, has_journal));
            }
        }
    }

    /// What differs whenever the state or its journal was written between two calls.
    pub fn stamp(&self) -> Stamp {
        Stamp([identity(&self.path), identity(&self.journal())])
    }

    fn combine(&self, state: Option<State>, found: Option<Found>) -> Result<Option<State>, StoreError> {
        let Some(Found { head, records, .. }) = found else {
            return Ok(state.map(settled));
        };
        let mismatch = |state_serial| StoreError::Mismatch {
            state: self.path.clone(),
            journal: self.journal(),
            state_serial,
            journal_serial: head.base_serial,
        };
        let mut state = state.filter(|state| state.lineage == head.lineage).ok_or_else(|| mismatch(None))?;
        let skip = match &state.folded {
            Some(Folded { journal, records }) if *journal == head.journal => *records,
            _ if state.serial == head.base_serial => 0,
            _ => return Err(mismatch(Some(state.serial))),
        };
        let total = records.len() as u64;
        records.into_iter().skip(usize::try_from(skip).unwrap_or(usize::MAX)).for_each(|record| state.fold(record));
        state.folded = Some(Folded { journal: head.journal, records: total });
        Ok(Some(settled(state)))
    }
}

/// What state and journal looked like at one moment.
#[derive(Debug, PartialEq, Eq)]
pub struct Stamp([Option<Identity>; 2]);

/// A file's inode, length, and time of its last write in seconds and nanoseconds.
type Identity = (u64, u64, i64, i64);

/// What changes whenever the file is replaced or written; `None` where there is none.
fn identity(path: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;
    let meta = std::fs::metadata(path).ok()?;
    Some((meta.ino(), meta.len(), meta.mtime(), meta.mtime_nsec()))
}

fn settled(mut state: State) -> State {
    state.drop_unsent();
    state
}

/// The one writer of a state: holds the lock until dropped.
///
/// What is recorded is in the state at once and durable when the returned [`Durable`] resolves; the file itself is
/// rewritten by [`Writer::commit`] alone.
#[derive(Debug)]
pub struct Writer {
    store: Store,
    _lock: Lock,
    existed: bool,
    current: Mutex<Current>,
}

#[derive(Debug)]
struct Current {
    state: State,
    /// Every endpoint that stood in the state since this writer began.
    ids: HashSet<EndpointId>,
    journal: Option<(Head, Journal, u64)>,
    changed: bool,
}

impl Writer {
    fn current(&self) -> MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state as it now is.
    pub fn state(&self) -> State {
        self.current().state.clone()
    }

    /// Reads the state without copying it.
    pub fn with_state<T>(&self, read: impl FnOnce(&State) -> T) -> T {
        read(&self.current().state)
    }

    /// Whether there was no state before this writer.
    pub fn is_new(&self) -> bool {
        !self.existed
    }

    /// Where it is written to.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Makes ready for records: writes the state if there is none yet, proves that the folder can be written and
    /// reserves `room` bytes for the journal.
    ///
    /// A state of an older version is written in today's first, so that an older hookwright refuses the state rather
    /// than take records that it does not know for a torn tail.
    pub fn begin(&mut self, room: u64) -> Result<(), StoreError> {
        if !self.existed || self.with_state(|state| state.version < VERSION) {
            self.current().changed = true;
            self.commit()?;
        }
        let mut current = self.current();
        current.ids = current.state.all().map(|(_, managed)| managed.endpoint_id.clone()).collect();
        let State { lineage, serial, .. } = &current.state;
        let head = Head { journal: uuid::Uuid::new_v4().to_string(), lineage: lineage.clone(), base_serial: *serial };
        let journal = Journal::create(&self.store.journal(), &self.store.path, &head, room)?;
        current.journal = Some((head, journal, 0));
        Ok(())
    }

    /// Records what happened: folded into the state at once, durable when the returned value resolves.
    ///
    /// # Panics
    /// Before [`Writer::begin`].
    pub fn record(&self, records: Vec<Record>) -> Durable {
        self.current().record(records)
    }

    /// Records a receipt, unless its endpoint is known already: one that stands or stood in the state, or whose
    /// deletion was noted, is nobody's new endpoint.
    pub fn receive(&self, receipt: Receipt) -> Option<Durable> {
        let mut current = self.current();
        (!current.knows(&receipt.endpoint_id)).then(|| current.record(vec![Record::Receipt(receipt)]))
    }

    /// Notes that an orphan is about to be deleted, unless it has a receipt or stood in the state at any time: the one
    /// place where that is decided, under the lock that records receipts.
    pub fn note_orphan(&self, endpoint_id: EndpointId, key: String, at: Timestamp) -> Option<Durable> {
        let mut current = self.current();
        let ours = current.ids.contains(&endpoint_id) || current.state.was_ours(&endpoint_id);
        (!ours).then(|| current.record(vec![Record::Deleting { endpoint_id, orphan_of: Some(key), at }]))
    }

    /// Changes the state without the journal: for commands whose whole effect is one write of the file.
    pub fn change(&self, change: impl FnOnce(&mut State)) {
        let mut current = self.current();
        change(&mut current.state);
        current.changed = true;
    }

    /// Writes the state, if anything changed, with the next serial, and removes the journal that it now holds.
    ///
    /// After an error the journal still stands and holds everything; the next writer folds it in.
    pub fn commit(&mut self) -> Result<(), StoreError> {
        let path = self.store.journal();
        let mut current = self.current();
        if let Some((head, journal, records)) = current.journal.take() {
            journal.close();
            current.state.folded = Some(Folded { journal: head.journal, records });
        }
        if current.changed {
            current.state.serial += 1;
            current.state.version = VERSION;
            if let Err(error) = disk::replace(&self.store.path, &file::bytes(&current.state), Mode::Private) {
                current.state.serial -= 1;
                return Err(FileError::from(error).into());
            }
            current.changed = false;
        }
        drop(current);
        match std::fs::remove_file(&path) {
            Ok(()) => {
                crate::crash::here("journal-removed");
                disk::sync_folder(disk::folder_of(&path)).map_err(FileError::from)?;
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            Err(e) => return Err(FileError::io("remove the journal", &path)(e).into()),
        }
        self.existed = true;
        Ok(())
    }

    /// Saves receipts that the journal did not take: beside the state, else in the temporary folder, else returned
    /// as text. Nothing in them is in clear.
    pub fn rescue(&self, records: &[Record]) -> Rescue {
        let lineage = self.with_state(|state| state.lineage.clone());
        let serial = self.with_state(|state| state.serial);
        let head = Head { journal: uuid::Uuid::new_v4().to_string(), lineage, base_serial: serial };
        let bytes = journal::bytes(&head, records);
        let name = self.store.errored();
        let file_name = name.file_name().unwrap_or_default().to_owned();
        let elsewhere = [std::env::temp_dir(), "/tmp".into(), "/var/tmp".into()].map(|folder| folder.join(&file_name));
        for place in std::iter::once(name).chain(elsewhere) {
            // An earlier one may not be folded in yet: it is never replaced.
            let mut numbered = (2..).map(|number| beside(&place, &format!(".{number}")));
            let mut path = place.clone();
            while path.symlink_metadata().is_ok() {
                path = numbered.next().expect("there is always one more");
            }
            if disk::replace(&path, &bytes, Mode::Private).is_ok() {
                return Rescue::File(path);
            }
        }
        Rescue::Text(String::from_utf8(bytes).unwrap_or_default())
    }
}

impl Current {
    fn record(&mut self, records: Vec<Record>) -> Durable {
        self.changed = true;
        let (_, journal, count) = self.journal.as_mut().expect("begin comes before the first record");
        *count += records.len() as u64;
        let durable = journal.append(&records);
        for record in records {
            match &record {
                Record::Receipt(receipt) => drop(self.ids.insert(receipt.endpoint_id.clone())),
                Record::Imported { managed, .. } => drop(self.ids.insert(managed.endpoint_id.clone())),
                _ => {}
            }
            self.state.fold(record);
        }
        durable
    }

    fn knows(&self, id: &EndpointId) -> bool {
        self.ids.contains(id) || self.state.was_ours(id) || self.state.is_being_deleted(id)
    }
}

/// Where rescued receipts went.
#[derive(Debug)]
pub enum Rescue {
    /// A file.
    File(PathBuf),
    /// Nowhere: the text is to be shown.
    Text(String),
}

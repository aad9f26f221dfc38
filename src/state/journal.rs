//! The journal beside the state: intents and receipts, append-only, each line checksummed, fsynced in groups.
//!
//! A line is sixteen hexadecimal digits of SHA-256, a space, and a JSON value; the first is the [`Head`].

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::sync::oneshot;

use super::file::FileError;
use super::record::Record;
use crate::disk;

/// What a journal belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The journal's own id, a UUID.
    pub journal: String,
    /// The state's lineage.
    pub lineage: String,
    /// The serial of the state that its records are to be folded into.
    pub base_serial: u64,
}

/// A journal as found on the disk.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// What it belongs to.
    pub head: Head,
    /// Its whole records, in order.
    pub records: Vec<Record>,
    /// Where a torn tail begins, if there is one: a line that was never acknowledged.
    pub torn_at: Option<u64>,
}

/// Why a journal was not read.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The disk's own words, with the path.
    #[error(transparent)]
    File(#[from] FileError),
    /// A line is damaged and whole ones follow it: no crash does that.
    #[error("line {line} of the journal `{}` is damaged, and whole lines follow it", crate::quote::escaped(&path.display().to_string()))]
    Damaged {
        /// The file.
        path: PathBuf,
        /// 1-based.
        line: usize,
    },
    /// A whole line has words that this version does not know.
    #[error("line {line} of the journal `{}` was written by a newer hookwright", crate::quote::escaped(&path.display().to_string()))]
    Newer {
        /// The file.
        path: PathBuf,
        /// 1-based.
        line: usize,
    },
}

fn line<T: Serialize>(value: &T) -> Vec<u8> {
    let json = serde_json::to_vec(value).expect("a record has string keys and no failing parts");
    let mut line = format!("{} ", checksum(&json)).into_bytes();
    line.extend_from_slice(&json);
    line.push(b'\n');
    line
}

fn checksum(json: &[u8]) -> String {
    Sha256::digest(json)[..8].iter().map(|b| format!("{b:02x}")).collect()
}

/// What a line turned out to be.
enum Line<T> {
    Whole(T),
    /// Its checksum is right, and its words are unknown: a later hookwright wrote it.
    Unknown,
    Damaged,
}

/// Reads a line; one without its newline is damaged.
fn read_line<T: for<'de> Deserialize<'de>>(line: &[u8]) -> Line<T> {
    let parts = || {
        let line = line.strip_suffix(b"\n")?;
        Some((line.get(..16)?, line.get(17..)?))
    };
    match parts() {
        Some((sum, json)) if sum == checksum(json).as_bytes() => {
            serde_json::from_slice(json).map_or(Line::Unknown, Line::Whole)
        }
        _ => Line::Damaged,
    }
}

/// The lines of a journal, with the byte at which each begins.
fn lines(bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut at = 0;
    bytes.split_inclusive(|b| *b == b'\n').map(move |line| {
        let start = at;
        at += line.len();
        (start, line)
    })
}

fn whole<T: for<'de> Deserialize<'de>>(line: &[u8]) -> Option<T> {
    match read_line(line) {
        Line::Whole(value) => Some(value),
        Line::Unknown | Line::Damaged => None,
    }
}

/// Reads the bytes of a journal; `None` where there is none.
pub fn bytes_of(path: &Path) -> Result<Option<Vec<u8>>, JournalError> {
    match disk::read(path, disk::LARGEST) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(FileError::io("read the journal", path)(e).into()),
    }
}

/// Parses the bytes of a journal; `None` where its head was never completed: then it holds nothing. `path` is for the
/// words of an error.
pub fn parse(bytes: &[u8], path: &Path) -> Result<Option<Found>, JournalError> {
    let mut all = lines(bytes).enumerate();
    let mut torn: Option<(usize, usize)> = None;
    let head: Option<Head> = match all.next().map(|(_, (_, line))| read_line(line)) {
        Some(Line::Whole(head)) => Some(head),
        Some(Line::Unknown) => return Err(JournalError::Newer { path: path.to_owned(), line: 1 }),
        Some(Line::Damaged) | None => None,
    };
    let mut records = Vec::new();
    for (number, (start, line)) in all {
        match read_line(line) {
            Line::Whole(record) if torn.is_none() && head.is_some() => records.push(record),
            Line::Unknown if torn.is_none() && head.is_some() => {
                return Err(JournalError::Newer { path: path.to_owned(), line: number + 1 });
            }
            Line::<Record>::Whole(_) | Line::Unknown => {
                let line = torn.map_or(1, |(number, _)| number + 1);
                return Err(JournalError::Damaged { path: path.to_owned(), line });
            }
            Line::Damaged => torn = torn.or(Some((number, start))),
        }
    }
    Ok(head.map(|head| Found { head, records, torn_at: torn.map(|(_, start)| start as u64) }))
}

/// Reads every whole line of a journal or an errored file, damaged ones passed over and counted. For `state recover`.
pub fn salvage(bytes: &[u8]) -> (Option<Head>, Vec<Record>, usize) {
    let mut found = (None, Vec::new(), 0);
    for (_, line) in lines(bytes) {
        match (whole::<Record>(line), whole::<Head>(line)) {
            (Some(record), _) => found.1.push(record),
            (None, Some(head)) => found.0 = Some(head),
            (None, None) => found.2 += 1,
        }
    }
    found
}

/// The bytes of a journal that holds these records: the form of an errored file.
pub fn bytes(head: &Head, records: &[Record]) -> Vec<u8> {
    let mut bytes = line(head);
    records.iter().for_each(|record| bytes.extend(line(record)));
    bytes
}

/// A journal that is written to: whoever appends writes, and one thread syncs for all who wait meanwhile.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: Arc<File>,
    failed: Arc<OnceLock<WriteFailed>>,
    queue: Option<Sender<Written>>,
    syncer: Option<JoinHandle<()>>,
}

/// A failed write or sync: final, since what the disk holds is unknown from here on.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the journal `{}` could not be written", crate::quote::escaped(&path.display().to_string()))]
pub struct WriteFailed {
    path: PathBuf,
    source: Arc<std::io::Error>,
}

/// Records that are written and wait for a sync.
struct Written {
    /// Whether work stands still until they are durable.
    awaited: bool,
    done: oneshot::Sender<Result<(), WriteFailed>>,
}

/// Resolves once the records it stands for are on the disk.
#[derive(Debug)]
pub struct Durable(oneshot::Receiver<Result<(), WriteFailed>>, PathBuf);

impl Durable {
    /// Waits.
    pub async fn wait(self) -> Result<(), WriteFailed> {
        let gone = || std::io::Error::other("the journal's syncer has ended");
        let path = self.1;
        self.0.await.unwrap_or_else(|_| Err(WriteFailed { path, source: Arc::new(gone()) }))
    }
}

/// How long a receipt may wait for a sync that somebody needs: the worker's next send comes within microseconds.
const COMPANY: Duration = Duration::from_millis(1);

impl Journal {
    /// Starts a new journal: its head is durable, and `room` bytes are reserved, when this returns.
    /// It has the owner and the mode of the state.
    pub fn create(path: &Path, state: &Path, head: &Head, room: u64) -> Result<Self, FileError> {
        let mut options = disk::options();
        options.create(true).truncate(true).write(true).mode(0o600);
        let mut file = disk::open(path, &options).map_err(FileError::io("create the journal", path))?;
        disk::keep_like(&file, state);
        reserve(&file, room).map_err(FileError::io("reserve room for the journal", path))?;
        file.write_all(&line(head)).and_then(|()| file.sync_all()).map_err(FileError::io("write the journal", path))?;
        disk::sync_folder(disk::folder_of(path))?;
        crate::crash::here("journal-created");
        let (file, failed) = (Arc::new(file), Arc::new(OnceLock::new()));
        let (queue, written) = channel();
        let (path, shared) = (path.to_owned(), (Arc::clone(&file), Arc::clone(&failed)));
        let named = path.clone();
        let syncer = std::thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || sync_groups(&shared.0, &shared.1, &named, &written))
            .map_err(FileError::io("start the syncer of", &path))?;
        Ok(Self { path, file, failed, queue: Some(queue), syncer: Some(syncer) })
    }

    /// Writes records, and returns what to wait for until they are durable. Order of calls is order on the disk.
    ///
    /// When this returns they outlive the process, though not yet the machine. After a failure nothing more is written.
    pub fn append(&mut self, records: &[Record]) -> Durable {
        let bytes: Vec<u8> = records.iter().flat_map(line).collect();
        if self.failed.get().is_none()
            && let Err(source) = (&*self.file).write_all(&bytes)
        {
            // A failed sync may have come before it.
            let _ = self.failed.set(WriteFailed { path: self.path.clone(), source: Arc::new(source) });
        }
        let awaited = !records.iter().all(|record| matches!(record, Record::Receipt(_)));
        let (done, wait) = oneshot::channel();
        if let Some(queue) = &self.queue {
            // A syncer that has ended drops `done`: the wait says so.
            let _ = queue.send(Written { awaited, done });
        }
        Durable(wait, self.path.clone())
    }

    /// Waits until everything is synced, and ends. The file stays.
    pub fn close(mut self) -> PathBuf {
        self.end();
        self.path.clone()
    }

    fn end(&mut self) {
        self.queue = None;
        if let Some(syncer) = self.syncer.take() {
            let _ = syncer.join();
        }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.end();
    }
}

/// Reserves room without changing the length, so that a torn tail stays recognisable. Where the file system
/// cannot reserve, the room is only proven: written, then cut off again.
fn reserve(mut file: &File, room: u64) -> std::io::Result<()> {
    #[cfg(target_os = "linux")]
    if reserved(file, room)? {
        return Ok(());
    }
    let block = vec![0u8; 1 << 16];
    for _ in 0..room.div_ceil(1 << 16) {
        file.write_all(&block)?;
    }
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0)).map(drop)
}

/// Reserves room as Linux can; false where the file system cannot.
#[cfg(target_os = "linux")]
fn reserved(file: &File, room: u64) -> std::io::Result<bool> {
    use rustix::fs::{FallocateFlags, fallocate};
    use rustix::io::Errno;
    match fallocate(file, FallocateFlags::KEEP_SIZE, 0, room.max(1)) {
        Ok(()) => Ok(true),
        Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => Ok(false),
        Err(e) => Err(e.into()),
    }
}

fn sync_groups(file: &File, failed: &OnceLock<WriteFailed>, path: &Path, written: &Receiver<Written>) {
    while let Ok(first) = written.recv() {
        let mut group = vec![first];
        while !group.iter().any(|one| one.awaited)
            && let Ok(next) = written.recv_timeout(COMPANY)
        {
            group.push(next);
        }
        // Whatever is in the queue by now was written before this sync begins.
        group.extend(written.try_iter());
        if failed.get().is_none()
            && let Err(source) = file.sync_data()
        {
            let _ = failed.set(WriteFailed { path: path.to_owned(), source: Arc::new(source) });
        }
        for Written { done, .. } in group {
            let _ = done.send(failed.get().cloned().map_or(Ok(()), Err));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head() -> Head {
        Head { journal: "j".into(), lineage: "l".into(), base_serial: 3 }
    }

    fn settled(n: usize) -> Record {
        Record::Settled { key: format!("k{n}") }
    }

    #[tokio::test]
    async fn what_is_durable_is_read_back_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("j");
        let mut journal = Journal::create(&path, &path.with_extension("state"), &head(), 4096).unwrap();
        let first = journal.append(&[settled(1), settled(2)]);
        let second = journal.append(&[settled(3)]);
        second.wait().await.unwrap();
        first.wait().await.unwrap();
        let found = parse(&bytes_of(&path).unwrap().unwrap(), &path).unwrap().unwrap();
        assert_eq!(found, Found { head: head(), records: vec![settled(1), settled(2), settled(3)], torn_at: None });
        journal.close();
    }

    #[test]
    fn a_dangling_link_in_the_journals_place_makes_nothing_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let (target, path) = (folder.path().join("target"), folder.path().join("j"));
        std::os::unix::fs::symlink(&target, &path).unwrap();
        assert!(Journal::create(&path, &path.with_extension("state"), &head(), 4096).is_err());
        assert!(!target.exists());
    }

    #[test]
    fn every_cut_of_a_journal_reads_as_its_whole_lines() {
        let records: Vec<Record> = (0..4).map(settled).collect();
        let all = bytes(&head(), &records);
        for cut in 0..all.len() {
            let complete = all[..cut].iter().filter(|b| **b == b'\n').count();
            match parse(&all[..cut], Path::new("j")).unwrap() {
                None => assert_eq!(complete, 0),
                Some(found) => {
                    assert_eq!(found.records, records[..complete - 1], "cut at {cut}");
                    let torn = !all[..cut].ends_with(b"\n");
                    assert_eq!(found.torn_at.is_some(), torn);
                }
            }
        }
    }

    #[test]
    fn a_whole_line_with_unknown_words_is_a_newer_hookwright_and_no_torn_tail() {
        let newer = line(&serde_json::json!({"record": "moved_to", "url": "s3://x/y"}));
        let all = [bytes(&head(), &[settled(1)]), newer].concat();
        assert!(matches!(parse(&all, Path::new("j")), Err(JournalError::Newer { line: 3, .. })));
        let foreign = line(&serde_json::json!({"writer": 1}));
        assert!(matches!(parse(&foreign, Path::new("j")), Err(JournalError::Newer { line: 1, .. })));
    }

    #[test]
    fn a_flipped_byte_before_whole_lines_is_an_error_and_at_the_end_a_torn_tail() {
        let all = bytes(&head(), &[settled(1), settled(2)]);
        let ends: Vec<usize> = (0..all.len()).filter(|i| all[*i] == b'\n').collect();
        let flipped = |at: usize| {
            let mut damaged = all.clone();
            damaged[at] ^= 1;
            damaged
        };
        let middle = parse(&flipped(ends[0] + 20), Path::new("j"));
        assert!(matches!(middle, Err(JournalError::Damaged { line: 2, .. })));
        assert!(matches!(parse(&flipped(3), Path::new("j")), Err(JournalError::Damaged { line: 1, .. })));
        let last = parse(&flipped(ends[1] + 20), Path::new("j")).unwrap().unwrap();
        assert_eq!((last.records.len(), last.torn_at), (1, Some(ends[1] as u64 + 1)));
        let (found, records, damaged) = salvage(&flipped(ends[0] + 20));
        assert_eq!((found, records, damaged), (Some(head()), vec![settled(2)], 1));
    }
}

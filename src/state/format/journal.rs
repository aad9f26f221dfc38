//! The journal's lines: intents and receipts, each with its checksum.
//!
//! A line is sixteen hexadecimal digits of SHA-256, a space, and a JSON value; the first is the [`Head`].

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::quote::escaped;
use crate::state::model::Record;

/// What a journal belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Head {
    /// The journal's own id, a UUID.
    pub journal: String,
    /// The state's lineage.
    pub lineage: String,
    /// The serial of the state that its records are to be folded into.
    pub base_serial: u64,
}

/// A journal as it was found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Found {
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
    /// A line is damaged and whole ones follow it: no crash does that.
    #[error("line {line} of the journal `{}` is damaged, and whole lines follow it", escaped(journal))]
    Damaged {
        /// The journal, as people name it.
        journal: String,
        /// 1-based.
        line: usize,
    },
    /// A whole line has words that this version does not know.
    #[error("line {line} of the journal `{}` was written by a newer hookwright", escaped(journal))]
    Newer {
        /// The journal, as people name it.
        journal: String,
        /// 1-based.
        line: usize,
    },
}

/// A value as a line.
pub(crate) fn line<T: Serialize>(value: &T) -> Vec<u8> {
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

/// Parses the bytes of a journal; `None` where its head was never completed: then it holds nothing. `name` says in
/// an error which one it is.
pub(crate) fn parse(bytes: &[u8], name: &str) -> Result<Option<Found>, JournalError> {
    let mut all = lines(bytes).enumerate();
    let mut torn: Option<(usize, usize)> = None;
    let head: Option<Head> = match all.next().map(|(_, (_, line))| read_line(line)) {
        Some(Line::Whole(head)) => Some(head),
        Some(Line::Unknown) => return Err(JournalError::Newer { journal: name.to_owned(), line: 1 }),
        Some(Line::Damaged) | None => None,
    };
    let mut records = Vec::new();
    for (number, (start, line)) in all {
        match read_line(line) {
            Line::Whole(record) if torn.is_none() && head.is_some() => records.push(record),
            Line::Unknown if torn.is_none() && head.is_some() => {
                return Err(JournalError::Newer { journal: name.to_owned(), line: number + 1 });
            }
            Line::<Record>::Whole(_) | Line::Unknown => {
                let line = torn.map_or(1, |(number, _)| number + 1);
                return Err(JournalError::Damaged { journal: name.to_owned(), line });
            }
            Line::Damaged => torn = torn.or(Some((number, start))),
        }
    }
    Ok(head.map(|head| Found { head, records, torn_at: torn.map(|(_, start)| start as u64) }))
}

/// Reads every whole line of a journal or an errored file, damaged ones passed over and counted. For `state recover`.
pub(crate) fn salvage(bytes: &[u8]) -> (Option<Head>, Vec<Record>, usize) {
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
pub(crate) fn bytes(head: &Head, records: &[Record]) -> Vec<u8> {
    let mut bytes = line(head);
    records.iter().for_each(|record| bytes.extend(line(record)));
    bytes
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

    #[test]
    fn every_cut_of_a_journal_reads_as_its_whole_lines() {
        let records: Vec<Record> = (0..4).map(settled).collect();
        let all = bytes(&head(), &records);
        for cut in 0..all.len() {
            let complete = all[..cut].iter().filter(|b| **b == b'\n').count();
            match parse(&all[..cut], "j").unwrap() {
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
        assert!(matches!(parse(&all, "j"), Err(JournalError::Newer { line: 3, .. })));
        let untrusted = line(&serde_json::json!({"writer": 1}));
        assert!(matches!(parse(&untrusted, "j"), Err(JournalError::Newer { line: 1, .. })));
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
        let middle = parse(&flipped(ends[0] + 20), "j");
        assert!(matches!(middle, Err(JournalError::Damaged { line: 2, .. })));
        assert!(matches!(parse(&flipped(3), "j"), Err(JournalError::Damaged { line: 1, .. })));
        let last = parse(&flipped(ends[1] + 20), "j").unwrap().unwrap();
        assert_eq!((last.records.len(), last.torn_at), (1, Some(ends[1] as u64 + 1)));
        let (found, records, damaged) = salvage(&flipped(ends[0] + 20));
        assert_eq!((found, records, damaged), (Some(head()), vec![settled(2)], 1));
    }
}

//! The bytes of a segment. Its first record says who wrote it and as which number, so that equal bytes tell the writer
//! that a segment is its own.

use crate::state::backend::Base;
use crate::state::format::{Head, journal_bytes, journal_line};
use crate::state::holder::Holder;
use crate::state::model::Record;

/// A segment by which a writer begins, as number `number`.
pub(super) fn begin(base: &Base, number: u64, writer: &str, holder: &Holder) -> Vec<u8> {
    let begin = Record::Begin { writer: writer.to_owned(), holder: holder.clone() };
    if number > 1 {
        return [marked(number, writer), journal_line(&begin)].concat();
    }
    let Base { lineage, serial } = base.clone();
    let head = Head { journal: writer.to_owned(), lineage, base_serial: serial };
    journal_bytes(&head, &[mark(number, writer), begin])
}

/// A segment of what a writer records; empty, it is a sign of life.
pub(super) fn of(number: u64, writer: &str, lines: &[u8]) -> Vec<u8> {
    [&*marked(number, writer), lines].concat()
}

fn mark(number: u64, writer: &str) -> Record {
    Record::Segment { writer: writer.to_owned(), number }
}

fn marked(number: u64, writer: &str) -> Vec<u8> {
    journal_line(&mark(number, writer))
}

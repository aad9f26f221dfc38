//! The form in which a state and its journal are stored: bytes in, bytes out. No disk, and no path: an error names what it
//! is about by the name that it is given.

mod document;
mod journal;

pub(crate) use document::{DocumentError, bytes as document_bytes, parse as parse_document};
pub(crate) use journal::{
    Found, Head, JournalError, bytes as journal_bytes, line as journal_line, parse as parse_journal, salvage,
};

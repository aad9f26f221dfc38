//! A state in a store that other machines write too: one protocol for every engine.
//!
//! Two primitives carry it: objects that are created once, and one document that is replaced by compare-and-swap. The
//! journal of a state is a row of numbered objects, its segments. It is journal, lock and fence in one: whoever creates
//! the next number writes, and a writer whose number was taken has a successor and writes nothing more. No clock of one
//! machine is compared with another's, and no listing is relied on for what is there.
//!
//! - `document`: the state, as in a file.
//! - `<document>.journal/<lineage>/<serial>/<n>`: segment `n` of the journal that was begun on that serial.
//! - `<document>.late/<writer>/<n>`: receipts that a writer got after it had a successor.
//!
//! A writer reads, creates the next segment of the journal that it found (its first is [`Record::Begin`]), looks whether
//! the document is still the one that it read, replaces it by one that holds all of the journal, and begins the journal
//! of that new serial. It appends to that journal alone. A commit replaces the document once more; then the journal is
//! garbage.
//!
//! [`Record::Begin`]: crate::state::model::Record::Begin

mod acquire;
mod close;
mod garbage;
mod keys;
mod late;
mod look;
mod once;
mod pace;
mod patience;
mod segment;
mod tail;
#[cfg(test)]
mod tests;
mod writer;

use std::path::PathBuf;
use std::sync::Arc;

use super::backend::{Objects, is_key};
use crate::stopwatch::Stopwatch;

pub(crate) use acquire::{Acquired, acquire};
use keys::Keys;
pub(crate) use look::{look, mark};
pub(crate) use patience::Patience;
pub(crate) use tail::Tail;
pub(crate) use writer::Writer;

/// Where a remote state lives: a store, and the key of the document in it.
#[derive(Debug, Clone)]
pub(crate) struct Remote {
    objects: Arc<dyn Objects>,
    keys: Keys,
    name: String,
    stopwatch: Stopwatch,
    /// Where receipts go that the store does not take.
    folder: PathBuf,
}

impl Remote {
    /// The state whose document has this key, which is one that every store takes; what the store does not take in the end
    /// is kept in the folder.
    pub(crate) fn new(objects: Arc<dyn Objects>, key: String, stopwatch: Stopwatch, folder: PathBuf) -> Self {
        debug_assert!(is_key(&key), "{key}");
        Self { name: objects.name(&key), objects, keys: Keys::new(key), stopwatch, folder }
    }

    /// How people name it. No credentials are in it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

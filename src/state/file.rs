//! The state's JSON: read with the place of every fault, written sorted, pretty and durably.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::de::{Deserializer, Error as _, MapAccess, Visitor};

use super::intent::Intent;
use super::model::{OLDEST, State, VERSION};
use super::slot::Slot;
use crate::disk::{self, DiskError};
use crate::endpoint::Name;

/// Why a state file was not read or written.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The disk's own words, with the path.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// Not a whole, valid state. Never taken for an empty one.
    #[error("the state `{}` is damaged at line {line}, column {column}: {reason}", crate::quote::escaped(&path.display().to_string()))]
    Damaged {
        /// The file.
        path: PathBuf,
        /// 1-based; 0 where the place is the whole file.
        line: usize,
        /// 1-based.
        column: usize,
        /// What is wrong there.
        reason: String,
    },
    /// Written by a later hookwright.
    #[error("the state `{}` has format version {version}; this hookwright reads versions up to {VERSION}", crate::quote::escaped(&path.display().to_string()))]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        version: u64,
    },
}

impl FileError {
    /// An I/O error that knows its file.
    pub fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let failed = DiskError::of(action, path);
        move |source| Self::Disk(failed(source))
    }
}

/// Reads the bytes of a state file; `None` where there is none.
pub fn read(path: &Path) -> Result<Option<Vec<u8>>, FileError> {
    match disk::read(path, disk::LARGEST) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(FileError::io("read the state", path)(e)),
    }
}

/// Parses the bytes of a state file, of which a kill may have left the old text and the new one; `path` is for the words
/// of an error.
pub fn parse_whole(bytes: &[u8], path: &Path) -> Result<State, FileError> {
    parse(bytes, path).or_else(|error| match disk::whole(bytes) {
        whole if whole.len() < bytes.len() => parse(whole, path),
        _ => Err(error),
    })
}

/// Parses the bytes of a state file; `path` is for the words of an error.
pub fn parse(bytes: &[u8], path: &Path) -> Result<State, FileError> {
    let damaged = |line, column, reason| FileError::Damaged { path: path.to_owned(), line, column, reason };
    let mut state: State = serde_json::from_slice(bytes).map_err(|e| {
        // A newer version may have another shape: say the version rather than the first difference.
        match version_of(bytes) {
            Some(version) if version > VERSION => FileError::Newer { path: path.to_owned(), version },
            _ => damaged(
                e.line(),
                e.column(),
                crate::quote::escaped(&crate::quote::hidden(&without_place(&e.to_string()))),
            ),
        }
    })?;
    if state.version > VERSION {
        return Err(FileError::Newer { path: path.to_owned(), version: state.version });
    }
    if state.version < OLDEST || state.lineage.is_empty() {
        return Err(damaged(1, 1, "`version` is less than 1, or `lineage` is empty".to_owned()));
    }
    if state.serial > MOST_SERIAL {
        return Err(damaged(1, 1, format!("`serial` is {}, and no state was written so often", state.serial)));
    }
    state.pending.iter_mut().for_each(Intent::upgrade);
    let mut seen = BTreeMap::new();
    for (name, managed) in state.all() {
        if let Some(first) = seen.insert(&managed.endpoint_id, name) {
            let id = &managed.endpoint_id;
            return Err(damaged(1, 1, format!("endpoint `{id}` stands in it twice, under `{first}` and `{name}`")));
        }
    }
    Ok(state)
}

/// The most writes of a state: as far as a number is exact for every reader of JSON. It never wraps.
pub(super) const MOST_SERIAL: u64 = 1 << 53;

fn version_of(bytes: &[u8]) -> Option<u64> {
    serde_json::from_slice::<serde_json::Value>(bytes).ok()?.get("version")?.as_u64()
}

/// serde_json ends its messages with the place, which is said elsewhere.
fn without_place(message: &str) -> String {
    message.rsplit_once(" at line ").map_or(message, |(reason, _)| reason).to_owned()
}

/// The bytes of the file: pretty JSON, every object's keys sorted, a newline at the end.
pub fn bytes(state: &State) -> Vec<u8> {
    // Through `Value`, whose objects are sorted maps.
    let value = serde_json::to_value(state).expect("a state has string keys and no failing parts");
    let mut bytes = serde_json::to_vec_pretty(&value).expect("a JSON value is serialisable");
    bytes.push(b'\n');
    bytes
}

/// Reads a map of endpoints and refuses a name that stands twice: a merge gone wrong would lose a secret.
pub(super) fn unique<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<Name, Slot>, D::Error> {
    struct Unique;
    impl<'de> Visitor<'de> for Unique {
        type Value = BTreeMap<Name, Slot>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object of endpoints")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
            let mut map = BTreeMap::new();
            while let Some((name, managed)) = access.next_entry::<Name, Slot>()? {
                let text = name.to_string();
                if map.insert(name, managed).is_some() {
                    return Err(A::Error::custom(format!("the name `{text}` stands twice")));
                }
            }
            Ok(map)
        }
    }
    deserializer.deserialize_map(Unique)
}

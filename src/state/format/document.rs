//! The state's JSON: read with the place of every error, written sorted and pretty.

use std::collections::BTreeMap;

use crate::quote::escaped;
use crate::state::model::{Intent, MOST_SERIAL, OLDEST, State, VERSION};

/// Why the bytes of a state were not read.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// Not a whole, valid state. Never taken for an empty one.
    #[error("the state `{}` is damaged at line {line}, column {column}: {reason}", escaped(state))]
    Damaged {
        /// The state, as people name it.
        state: String,
        /// 1-based; 0 where the place is the whole file.
        line: usize,
        /// 1-based.
        column: usize,
        /// What is wrong there.
        reason: String,
    },
    /// Written by a later hookwright.
    #[error(
        "the state `{}` has format version {version}; this hookwright reads versions up to {VERSION}",
        escaped(state)
    )]
    Newer {
        /// The state, as people name it.
        state: String,
        /// Its version.
        version: u64,
    },
}

/// Parses the bytes of a state; `name` says in an error which one it is.
pub fn parse(bytes: &[u8], name: &str) -> Result<State, DocumentError> {
    let damaged = |line, column, reason| DocumentError::Damaged { state: name.to_owned(), line, column, reason };
    let mut state: State = serde_json::from_slice(bytes).map_err(|e| {
        // A newer version may have another shape: say the version rather than the first difference.
        match version_of(bytes) {
            Some(version) if version > VERSION => DocumentError::Newer { state: name.to_owned(), version },
            _ => damaged(e.line(), e.column(), escaped(&crate::quote::hidden(&without_place(&e.to_string())))),
        }
    })?;
    if state.version > VERSION {
        return Err(DocumentError::Newer { state: name.to_owned(), version: state.version });
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

fn version_of(bytes: &[u8]) -> Option<u64> {
    serde_json::from_slice::<serde_json::Value>(bytes).ok()?.get("version")?.as_u64()
}

/// serde_json ends its messages with the place, which is said elsewhere.
fn without_place(message: &str) -> String {
    message.rsplit_once(" at line ").map_or(message, |(reason, _)| reason).to_owned()
}

/// The bytes of a state: pretty JSON, every object's keys sorted, a newline at the end.
pub fn bytes(state: &State) -> Vec<u8> {
    // Through `Value`, whose objects are sorted maps.
    let value = serde_json::to_value(state).expect("a state has string keys and no failing parts");
    let mut bytes = serde_json::to_vec_pretty(&value).expect("a JSON value is serialisable");
    bytes.push(b'\n');
    bytes
}

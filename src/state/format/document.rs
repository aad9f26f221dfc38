//! The state's JSON: read with the place of every error, written sorted and pretty.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use serde::ser::{Error as _, SerializeMap, Serializer};
use serde_json::{Map, Value};

use crate::endpoint::Name;
use crate::quote::escaped;
use crate::state::model::{Intent, MOST_SERIAL, OLDEST, Slot, State, VERSION};

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
pub(crate) fn parse(bytes: &[u8], name: &str) -> Result<State, DocumentError> {
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
    let mut seen = HashMap::with_capacity(state.endpoints.len());
    for (name, managed) in state.all() {
        if let Some(first) = seen.insert(&managed.endpoint_id, name) {
            let id = &managed.endpoint_id;
            return Err(damaged(1, 1, format!("endpoint `{id}` stands in it twice, under `{first}` and `{name}`")));
        }
    }
    Ok(state)
}

fn version_of(bytes: &[u8]) -> Option<u64> {
    serde_json::from_slice::<Value>(bytes).ok()?.get("version")?.as_u64()
}

/// serde_json ends its messages with the place, which is said elsewhere.
fn without_place(message: &str) -> String {
    message.rsplit_once(" at line ").map_or(message, |(reason, _)| reason).to_owned()
}

/// The bytes of a state: pretty JSON, every object's keys sorted, a newline at the end.
///
/// A state goes through `Value`, whose objects are sorted maps. Its endpoints do so one by one: all of them at once take
/// several times the memory of the state.
pub(crate) fn bytes(state: &mut State) -> Vec<u8> {
    let endpoints = std::mem::take(&mut state.endpoints);
    let rest = serde_json::to_value(&*state).expect("a state has string keys and no failing parts");
    state.endpoints = endpoints;
    let document = Document { rest: rest.as_object().expect("a state is an object"), endpoints: &state.endpoints };
    let mut bytes = serde_json::to_vec_pretty(&document).expect("a JSON value is serialisable");
    bytes.push(b'\n');
    bytes
}

/// A state whose endpoints stand apart.
struct Document<'a> {
    rest: &'a Map<String, Value>,
    endpoints: &'a BTreeMap<Name, Slot>,
}

/// A field of it.
#[derive(Serialize)]
#[serde(untagged)]
enum Field<'a> {
    #[serde(serialize_with = "sorted")]
    Endpoints(&'a BTreeMap<Name, Slot>),
    Other(&'a Value),
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.rest.iter().map(|(key, value)| {
            (key, if key == "endpoints" { Field::Endpoints(self.endpoints) } else { Field::Other(value) })
        }))
    }
}

/// Each endpoint with its keys sorted.
fn sorted<S: Serializer>(endpoints: &BTreeMap<Name, Slot>, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(endpoints.len()))?;
    for (name, slot) in endpoints {
        map.serialize_entry(name, &serde_json::to_value(slot).map_err(S::Error::custom)?)?;
    }
    map.end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_of_every_object_are_sorted() {
        let endpoint = r#"{"url":"https://h.example/x","zebra":{"b":1,"a":2},"events":["file.upload.failed"],"rotation":1,
            "endpoint_id":"ep_1","deposed":[{"url":"https://h.example/y","events":[],"rotation":1,"endpoint_id":"ep_0"}]}"#;
        let text = format!(
            r#"{{"version":1,"serial":1,"lineage":"l","zebra":{{"b":1,"a":2}},"endpoints":{{"b":{endpoint},"a":{{}}}}}}"#
        );
        let mut state = parse(text.as_bytes(), "s").unwrap();
        let sorted = serde_json::to_string_pretty(&serde_json::to_value(&state).unwrap()).unwrap() + "\n";
        assert_eq!(String::from_utf8(bytes(&mut state)).unwrap(), sorted);
        assert_eq!(state.endpoints.len(), 2, "the endpoints are still there");
    }
}

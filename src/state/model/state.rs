//! The whole state as a value, and what can be asked of it. Its transitions are next door, in `replay`.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;

use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::applied::{Applied, Folded, Guards};
use super::intent::{Deletion, Intent};
use super::managed::Managed;
use super::slot::Slot;
use crate::endpoint::{EndpointId, Name, Words};
use crate::secrets::Ciphertext;

/// The version of the state format that this hookwright writes; it reads 0.1's, version 1, too.
pub(crate) const VERSION: u64 = 2;
/// The oldest version that is read: 0.1's.
pub(crate) const OLDEST: u64 = 1;

/// The most writes of a state: as far as a number is exact for every reader of JSON. It never wraps.
pub(crate) const MOST_SERIAL: u64 = 1 << 53;

/// The whole state. Unknown fields, here and in every part, are kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// The format's version, as read; [`VERSION`] is written.
    pub version: u64,
    /// Grows by one with every write of the file.
    pub serial: u64,
    /// A UUID, constant over the state's whole life.
    pub lineage: String,
    /// The account that the endpoints live in, as `GET /v1/me` tells; never guessed.
    #[serde(default)]
    pub team_id: Option<String>,
    /// The environment of the configuration that this state belongs to, where it has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The guards of the last apply.
    #[serde(default)]
    pub guards: Option<Guards>,
    /// Creates whose outcome is not reconciled, closed ones of the same account included.
    #[serde(default)]
    pub pending: Vec<Intent>,
    /// Deletions that were noted and are not confirmed, by the endpoint that they delete.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub deleting: BTreeMap<EndpointId, Deletion>,
    /// Endpoints that left the state while a create was pending. They were ours once: none is ever an orphan.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub former: BTreeSet<EndpointId>,
    /// Name → endpoint and predecessors.
    #[serde(default, deserialize_with = "unique")]
    pub endpoints: BTreeMap<Name, Slot>,
    /// The journal that was replayed last, so that replaying it again changes nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folded: Option<Folded>,
    /// The plan that was applied last, and what an apply that stopped may still do of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applied: Option<Applied>,
    /// Fields of a later hookwright.
    #[serde(flatten)]
    pub unknown: BTreeMap<String, Value>,
}

impl State {
    /// A new, empty state.
    pub fn new(lineage: String) -> Self {
        Self {
            version: VERSION,
            serial: 0,
            lineage,
            team_id: None,
            environment: None,
            guards: None,
            pending: Vec::new(),
            deleting: BTreeMap::new(),
            former: BTreeSet::new(),
            endpoints: BTreeMap::new(),
            folded: None,
            applied: None,
            unknown: BTreeMap::new(),
        }
    }

    /// Every endpoint that is remembered: current, predecessor, or ended.
    pub fn all(&self) -> impl Iterator<Item = (&Name, &Managed)> {
        self.endpoints.iter().flat_map(|(name, slot)| slot.all().map(move |managed| (name, managed)))
    }

    /// The endpoint that an entry has.
    pub fn current(&self, name: &Name) -> Option<&Managed> {
        self.endpoints.get(name)?.current.as_deref()
    }

    /// Every entry's endpoint, by name.
    pub fn currents(&self) -> impl Iterator<Item = (&Name, &Managed)> {
        self.endpoints.iter().filter_map(|(name, slot)| Some((name, slot.current.as_deref()?)))
    }

    /// The entries with a secret, current or deposed, that is encrypted to others than these recipients; each once.
    pub fn encrypted_otherwise(&self, recipients: &BTreeSet<String>) -> impl Iterator<Item = &Name> {
        let otherwise = move |managed: &Managed| {
            managed.secret.is_some()
                && (managed.sealed_to.len() != recipients.len()
                    || !managed.sealed_to.iter().all(|recipient| recipients.contains(recipient)))
        };
        self.endpoints.iter().filter(move |(_, slot)| slot.all().any(otherwise)).map(|(name, _)| name)
    }

    /// Puts secrets that were encrypted anew in the place of those that they were decrypted from.
    pub fn rekey(&mut self, encrypted: Vec<(EndpointId, Ciphertext)>, recipients: &[String]) {
        let recipients = Words::from(recipients.to_vec());
        let mut encrypted: BTreeMap<EndpointId, Ciphertext> = encrypted.into_iter().collect();
        for managed in self.endpoints.values_mut().flat_map(Slot::all_mut) {
            if let Some(anew) = encrypted.remove(&managed.endpoint_id) {
                managed.secret = Some(anew);
                managed.sealed_to = recipients.clone();
            }
        }
    }

    /// The intent with this key.
    pub fn intent(&self, key: &str) -> Option<&Intent> {
        self.pending.iter().find(|intent| intent.key == key)
    }

    /// Whether an endpoint left the state while a create was pending, or has a receipt of a pending create.
    pub fn was_ours(&self, id: &EndpointId) -> bool {
        self.former.contains(id) || self.pending.iter().any(|intent| intent.received.contains(id))
    }

    /// Whether an endpoint's deletion was noted, confirmed or not.
    pub fn is_being_deleted(&self, id: &EndpointId) -> bool {
        self.deleting.contains_key(id) || self.pending.iter().any(|intent| intent.used.contains(id))
    }

    /// The intents that may be sent again.
    pub fn open_intents(&self) -> impl Iterator<Item = &Intent> {
        self.pending.iter().filter(|intent| !intent.closed)
    }
}

/// Reads a map of endpoints and refuses a name that stands twice: a merge gone wrong would lose a secret.
fn unique<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<Name, Slot>, D::Error> {
    struct Unique;
    impl<'de> Visitor<'de> for Unique {
        type Value = BTreeMap<Name, Slot>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object of endpoints")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
            let (mut map, mut events, mut words) = (BTreeMap::new(), HashSet::new(), HashSet::new());
            while let Some((name, mut slot)) = access.next_entry::<Name, Slot>()? {
                for managed in slot.all_mut() {
                    managed.wanted.spec.events.share(&mut events);
                    managed.wanted.events_as_written.share(&mut words);
                    managed.sealed_to.share(&mut words);
                }
                match map.entry(name) {
                    Entry::Vacant(place) => drop(place.insert(slot)),
                    Entry::Occupied(place) => {
                        return Err(A::Error::custom(format!("the name `{}` stands twice", place.key())));
                    }
                }
            }
            Ok(map)
        }
    }
    deserializer.deserialize_map(Unique)
}

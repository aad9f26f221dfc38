//! What hookwright remembers: the state as a value. Its JSON form is next door in `file` and `slot`, its transitions
//! in `replay`.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::intent::{Deletion, Intent};
use super::slot::Slot;
use crate::endpoint::{EndpointId, Name, Observed, Spec};
use crate::secrets::Sealed;
use crate::timestamp::Timestamp;

/// The version of the state format that this hookwright writes; it reads 0.1's, version 1, too.
pub const VERSION: u64 = 2;
/// The oldest version that is read: 0.1's.
pub const OLDEST: u64 = 1;

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
    #[serde(default, deserialize_with = "super::file::unique")]
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

/// A plan that was reviewed and applied.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Applied {
    /// Its id.
    pub plan: String,
    /// Its leaves, while they are not all done; empty once they are. 0.1 wrote other words here, under `left`.
    #[serde(default, alias = "left")]
    pub leaves: BTreeSet<String>,
}

/// What an apply was allowed to do; a change of it is the first thing a plan shows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Guards {
    /// Where the API is.
    pub base_url: String,
    /// Who can read the secrets, sorted.
    pub recipients: BTreeSet<String>,
    /// The hosts that urls may have; absent: all.
    #[serde(default)]
    pub allowed_hosts: Option<BTreeSet<String>>,
    /// The most endpoints that one apply may delete, replace or forget; absent: no limit.
    #[serde(default)]
    pub max_deletes: Option<u32>,
}

/// One endpoint that hookwright made or adopted.
#[derive(Debug, Clone, PartialEq)]
pub struct Managed {
    /// The API's id.
    pub endpoint_id: EndpointId,
    /// What was sent: desired is compared with this.
    pub spec: Spec,
    /// What was answered, where that was in other words: live is compared with this.
    pub answered: Option<Spec>,
    /// The events as the file wrote them, before groups were expanded.
    pub events_as_written: Vec<String>,
    /// Seconds since the Unix epoch, as the API answered.
    pub created_at: Option<i64>,
    /// The file's `rotation` that this endpoint was made for.
    pub rotation: u32,
    /// Protection that outlives the entry.
    pub prevent_destroy: bool,
    /// The secret's last four characters.
    pub secret_last4: Option<String>,
    /// The secret, encrypted; null where it is unknown (imported without it).
    pub secret: Option<Sealed>,
    /// The recipients that it is encrypted to.
    pub sealed_to: Vec<String>,
    /// For a predecessor: the end of its overlap; for one that ended, the end of its memory.
    pub until: Option<Timestamp>,
    /// For a predecessor: how it ended, where it is no longer live as far as is known.
    pub ended: Option<Ended>,
    /// Fields of a later hookwright.
    pub unknown: BTreeMap<String, Value>,
}

/// How a remembered endpoint ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// Listings did not have it. If it turns up again, its deletion is planned.
    Gone,
    /// It was deleted before its successor is created; remembered until the successor's receipt.
    Deleted,
}

/// What an entry sets of an endpoint.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// What is sent.
    pub spec: Spec,
    /// The events as the file writes them.
    pub events_as_written: Vec<String>,
    /// The entry's rotation.
    pub rotation: u32,
    /// The entry's protection.
    pub prevent_destroy: bool,
}

impl Managed {
    /// An endpoint that exists and is taken over for an entry, its secret unknown.
    pub fn adopted(wanted: Wanted, seen: &Observed) -> Self {
        let Wanted { spec, events_as_written, rotation, prevent_destroy } = wanted;
        Self {
            endpoint_id: seen.id.clone(),
            answered: answered(&spec, seen),
            spec,
            events_as_written,
            created_at: seen.created_at,
            rotation,
            prevent_destroy,
            secret_last4: seen.secret_last4.clone(),
            secret: None,
            sealed_to: Vec::new(),
            until: None,
            ended: None,
            unknown: BTreeMap::new(),
        }
    }

    /// What the API is expected to list.
    pub fn expected_live(&self) -> &Spec {
        self.answered.as_ref().unwrap_or(&self.spec)
    }
}

/// What the API answered, where that is in other words than were sent; an absent description says nothing.
pub fn answered(sent: &Spec, seen: &Observed) -> Option<Spec> {
    let description = seen.description.clone().unwrap_or_else(|| sent.description.clone());
    let answered = Spec { url: seen.url.clone(), events: seen.events.clone(), description };
    (answered != *sent).then_some(answered)
}

/// How far a journal has been replayed into the state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Folded {
    /// The journal's own id.
    pub journal: String,
    /// How many of its records.
    pub records: u64,
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
        self.endpoints.get(name)?.current.as_ref()
    }

    /// Every entry's endpoint, by name.
    pub fn currents(&self) -> impl Iterator<Item = (&Name, &Managed)> {
        self.endpoints.iter().filter_map(|(name, slot)| Some((name, slot.current.as_ref()?)))
    }

    /// The entries with a secret, current or deposed, that is encrypted to others than these recipients; each once.
    pub fn sealed_otherwise(&self, recipients: &BTreeSet<String>) -> impl Iterator<Item = &Name> {
        let otherwise = move |managed: &Managed| {
            managed.secret.is_some()
                && (managed.sealed_to.len() != recipients.len()
                    || !managed.sealed_to.iter().all(|recipient| recipients.contains(recipient)))
        };
        self.endpoints.iter().filter(move |(_, slot)| slot.all().any(otherwise)).map(|(name, _)| name)
    }

    /// Puts secrets that were encrypted anew in the place of those that they were decrypted from.
    pub fn rekey(&mut self, sealed: Vec<(EndpointId, Sealed)>, recipients: &[String]) {
        let mut sealed: BTreeMap<EndpointId, Sealed> = sealed.into_iter().collect();
        for managed in self.endpoints.values_mut().flat_map(Slot::all_mut) {
            if let Some(anew) = sealed.remove(&managed.endpoint_id) {
                managed.secret = Some(anew);
                managed.sealed_to = recipients.to_vec();
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

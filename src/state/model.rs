//! What hookwright remembers: the state as a value. Its JSON form is next door in `file`, its transitions in `record`.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::endpoint::{EndpointId, Name, Observed, Spec};
use crate::secrets::Sealed;
use crate::timestamp::Timestamp;

/// The version of the state format that this hookwright reads and writes.
pub const VERSION: u64 = 1;

/// The whole state. Unknown fields, here and in every part, are kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// The format's version, [`VERSION`].
    pub version: u64,
    /// Grows by one with every write of the file.
    pub serial: u64,
    /// A UUID, constant over the state's whole life.
    pub lineage: String,
    /// The account that the endpoints live in, as `GET /v1/me` tells; never guessed.
    #[serde(default)]
    pub team_id: Option<String>,
    /// The guards of the last apply.
    #[serde(default)]
    pub guards: Option<Guards>,
    /// Creates whose outcome is not settled.
    #[serde(default)]
    pub pending: Vec<Intent>,
    /// Name → endpoint.
    #[serde(default, deserialize_with = "super::file::unique")]
    pub endpoints: BTreeMap<Name, Managed>,
    /// The journal folded in last, so that folding it again changes nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folded: Option<Folded>,
    /// The plan that was applied last, and what of it an apply that stopped may still do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applied: Option<Applied>,
    /// Fields of a later hookwright.
    #[serde(flatten)]
    pub unknown: BTreeMap<String, Value>,
}

/// A plan that was reviewed and applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applied {
    /// Its id.
    pub plan: String,
    /// What it took, while that is not all done; empty once it is.
    pub left: BTreeSet<String>,
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
    /// The most endpoints that one apply may delete or replace; absent: no limit.
    #[serde(default)]
    pub max_deletes: Option<u32>,
}

/// One endpoint that hookwright made or adopted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Managed {
    /// The API's id.
    pub endpoint_id: EndpointId,
    /// What was sent: desired is compared with this.
    #[serde(flatten)]
    pub spec: Spec,
    /// What was answered, where that was in other words: live is compared with this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<Spec>,
    /// The events as the file wrote them, before groups were expanded.
    #[serde(default)]
    pub events_as_written: Vec<String>,
    /// Seconds since the Unix epoch, as the API answered.
    #[serde(default)]
    pub created_at: Option<i64>,
    /// The file's `rotation` that this endpoint was made for.
    pub rotation: u32,
    /// Protection that outlives the entry.
    #[serde(default)]
    pub prevent_destroy: bool,
    /// The secret's last four characters.
    #[serde(default)]
    pub secret_last4: Option<String>,
    /// The secret, sealed; null where it is unknown (imported without it).
    #[serde(default)]
    pub secret: Option<Sealed>,
    /// The recipients it is sealed to.
    #[serde(default)]
    pub sealed_to: Vec<String>,
    /// Predecessors that are still live, oldest first.
    #[serde(default)]
    pub deposed: Vec<Managed>,
    /// For a deposed one: the end of its overlap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Fields of a later hookwright.
    #[serde(flatten)]
    pub unknown: BTreeMap<String, Value>,
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
            deposed: Vec::new(),
            until: None,
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

/// A create that was decided: durable before its POST is sent, and kept until every send of it is accounted for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// The `Idempotency-Key` of every send of it.
    pub key: String,
    /// The entry it is for.
    pub name: Name,
    /// The body, the same for every send.
    pub body: Spec,
    /// The events as the file wrote them.
    pub events_as_written: Vec<String>,
    /// The entry's rotation.
    pub rotation: u32,
    /// The entry's protection.
    pub prevent_destroy: bool,
    /// Endpoints of the same spec that were live before: never an outcome of this intent.
    pub live_before: BTreeSet<EndpointId>,
    /// The endpoint that it replaces, if any.
    pub replaces: Option<EndpointId>,
    /// Seconds that the replaced endpoint is kept beside its successor.
    pub overlap_seconds: u64,
    /// The moment of the first send that was noted.
    #[serde(default)]
    pub first_sent: Option<Timestamp>,
    /// The moment of the last send that was noted.
    #[serde(default)]
    pub last_sent: Option<Timestamp>,
    /// Sends whose outcome is not known: each may have made, or may yet make, an endpoint.
    #[serde(default)]
    pub unanswered: u32,
    /// Endpoints that answers named without their secret: certainly ours, and of no use.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub named: BTreeSet<EndpointId>,
    /// Whether it is never sent again: its entry has its endpoint, or no longer wants it, or a fresh key took over.
    #[serde(default)]
    pub closed: bool,
}

/// How far a journal has been folded into the state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Folded {
    /// The journal's own id.
    pub journal: String,
    /// How many of its records.
    pub records: u64,
}

impl Intent {
    /// Whether something of it may be live, or may yet be made.
    pub fn is_unsettled(&self) -> bool {
        self.unanswered > 0 || !self.named.is_empty()
    }
}

impl State {
    /// A new, empty state.
    pub fn new(lineage: String) -> Self {
        Self {
            version: VERSION,
            serial: 0,
            lineage,
            team_id: None,
            guards: None,
            pending: Vec::new(),
            endpoints: BTreeMap::new(),
            folded: None,
            applied: None,
            unknown: BTreeMap::new(),
        }
    }

    /// Every endpoint that is remembered, current and deposed.
    pub fn all(&self) -> impl Iterator<Item = (&Name, &Managed)> {
        self.endpoints
            .iter()
            .flat_map(|(name, managed)| std::iter::once(managed).chain(&managed.deposed).map(move |m| (name, m)))
    }

    /// The intents that are to be sent again, by name.
    pub fn open_intents(&self) -> impl Iterator<Item = &Intent> {
        self.pending.iter().filter(|intent| !intent.closed)
    }
}

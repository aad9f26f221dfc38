//! One endpoint of the state.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::endpoint::{EndpointId, Observed, Spec};
use crate::secrets::Sealed;
use crate::timestamp::Timestamp;

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

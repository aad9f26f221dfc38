//! One endpoint of the state.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::endpoint::{EndpointId, Observed, Spec, Wanted, Words};
use crate::secrets::Ciphertext;
use crate::timestamp::Timestamp;

/// One endpoint that hookwright made or adopted.
#[derive(Debug, Clone, PartialEq)]
pub struct Managed {
    /// The API's id.
    pub endpoint_id: EndpointId,
    /// What was sent, and what the entry set beside: desired is compared with this.
    pub wanted: Wanted,
    /// What was answered, where that was in other words: live is compared with this.
    pub answered: Option<Spec>,
    /// Seconds since the Unix epoch, as the API answered.
    pub created_at: Option<i64>,
    /// The secret's last four characters.
    pub secret_last4: Option<String>,
    /// The secret, encrypted; null where it is unknown (imported without it).
    pub secret: Option<Ciphertext>,
    /// The recipients that it is encrypted to.
    pub sealed_to: Words,
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

impl Managed {
    /// An endpoint that exists and is taken over for an entry, its secret unknown.
    pub fn adopted(wanted: Wanted, seen: &Observed) -> Self {
        Self {
            endpoint_id: seen.id.clone(),
            answered: answered(&wanted.spec, seen),
            wanted,
            created_at: seen.created_at,
            secret_last4: seen.secret_last4.clone(),
            secret: None,
            sealed_to: Words::default(),
            until: None,
            ended: None,
            unknown: BTreeMap::new(),
        }
    }

    /// What the API is expected to list.
    pub fn expected_live(&self) -> &Spec {
        self.answered.as_ref().unwrap_or(&self.wanted.spec)
    }
}

/// What the API answered, where that is in other words than were sent; an absent description says nothing.
pub(crate) fn answered(sent: &Spec, seen: &Observed) -> Option<Spec> {
    let answered = seen.as_spec(sent);
    (answered != *sent).then_some(answered)
}

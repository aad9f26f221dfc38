//! What is noted before it is done: creates and deletions.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::endpoint::{EndpointId, Name, Spec, Wanted};
use crate::timestamp::Timestamp;

/// A create that was decided: durable before its POST is sent, and kept until its account is reconciled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// The `Idempotency-Key` of every send of it.
    pub key: String,
    /// The entry it is for.
    pub name: Name,
    /// What the entry wants; its spec is the body, the same for every send, but for the tag.
    #[serde(flatten)]
    pub wanted: Wanted,
    /// The tag that is sent at the end of the description, where `[provider] mark` asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Endpoints of the same spec that were live before: never an outcome of this intent.
    pub live_before: BTreeSet<EndpointId>,
    /// The endpoint that it replaces, if any.
    pub replaces: Option<EndpointId>,
    /// Seconds that the replaced endpoint is kept beside its successor.
    pub overlap_seconds: u64,
    /// The moment of the first send that is not answered, by the API's clock where that is known.
    #[serde(default)]
    pub first_sent: Option<Timestamp>,
    /// The moment of the last send that was noted.
    #[serde(default)]
    pub last_sent: Option<Timestamp>,
    /// Sends whose outcome is not known: each may have made, or may yet make, an endpoint.
    #[serde(default)]
    pub unanswered: u32,
    /// Orphans that use up one unanswered send each: deleted, or being deleted.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub used: BTreeSet<EndpointId>,
    /// Endpoints whose receipts it has. They are never its orphans, whatever becomes of them.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub received: BTreeSet<EndpointId>,
    /// Endpoints that answers named without a secret. 0.1 wrote them and counted their sends as answered.
    #[serde(default, skip_serializing)]
    pub named: BTreeSet<EndpointId>,
    /// Whether it is never sent again: its entry has its endpoint, or no longer wants it, or a fresh key took over.
    #[serde(default)]
    pub closed: bool,
}

impl Intent {
    /// Takes an intent of 0.1: what an answer named is a candidate like any other, and its send is unanswered.
    pub fn upgrade(&mut self) {
        let named = u32::try_from(std::mem::take(&mut self.named).len()).unwrap_or(u32::MAX);
        self.unanswered = self.unanswered.saturating_add(named);
    }

    /// The description that is sent: the entry's own, and the tag.
    pub fn sent(&self) -> Spec {
        let Some(tag) = &self.tag else { return self.wanted.spec.clone() };
        Spec {
            description: Some(crate::mark::add(self.wanted.spec.description.as_deref(), tag)),
            ..self.wanted.spec.clone()
        }
    }

    /// Notes a send.
    pub(super) fn send(&mut self, at: Timestamp) {
        self.first_sent.get_or_insert(at);
        self.last_sent = Some(at);
        self.unanswered += 1;
    }

    /// Takes one send back: it made nothing, or what it made is known. `all`: so are all earlier ones.
    pub(super) fn answer(&mut self, all: bool) {
        self.unanswered = if all { 0 } else { self.unanswered.saturating_sub(1) };
        if self.unanswered == 0 {
            self.first_sent = None;
        }
    }
}

/// A deletion that was noted before it was sent, and is not confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deletion {
    /// When it was noted, by the API's clock where that is known.
    pub at: Timestamp,
    /// The key of the intent whose orphan it deletes; absent for a planned deletion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orphan_of: Option<String>,
}

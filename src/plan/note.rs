//! What is worth knowing about a plan and asks for nothing, as data.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::endpoint::{EndpointId, Name};
use crate::timestamp::Timestamp;

/// One note.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Note {
    /// The entry, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<Name>,
    /// What is worth knowing.
    #[serde(flatten)]
    pub kind: NoteKind,
}

/// What is worth knowing.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames,
)]
#[serde(tag = "code", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum NoteKind {
    /// `--target` left changes out.
    LeftOut {
        /// How many.
        changes: usize,
    },
    /// Secrets are encrypted to other recipients than the file's.
    RekeyNeeded {
        /// The entries.
        names: Vec<Name>,
    },
    /// Nobody here has these secrets.
    SecretsUnknown {
        /// The entries.
        names: Vec<Name>,
        /// The rotation that renews the first.
        rotation: u32,
    },
    /// The file's event groups stand for more events than when the endpoint was made.
    GroupsGrew {
        /// These.
        events: BTreeSet<String>,
    },
    /// The secret is older than `rotate_after`.
    RenewalDue {
        /// Since when.
        since: Timestamp,
        /// The rotation that renews it.
        rotation: u32,
    },
    /// A live endpoint that is not managed here receives the same events.
    Duplicated {
        /// The endpoint.
        endpoint_id: EndpointId,
    },
    /// The endpoint is gone, and its predecessor is live.
    PredecessorLives {
        /// The predecessor.
        endpoint_id: EndpointId,
    },
    /// A deletion was sent and may still arrive.
    DeletionSent {
        /// The endpoint.
        endpoint_id: EndpointId,
        /// When it was noted.
        at: Timestamp,
    },
    /// A predecessor stays for its overlap.
    Overlap {
        /// The predecessor.
        endpoint_id: EndpointId,
        /// Its end.
        until: Timestamp,
        /// How often each event comes.
        times: usize,
    },
    /// A predecessor is not listed; its overlap goes on.
    PredecessorMissing {
        /// The predecessor.
        endpoint_id: EndpointId,
        /// The overlap's end.
        until: Timestamp,
    },
    /// A predecessor stays beyond its overlap, since its successor is not listed.
    SuccessorMissing {
        /// The predecessor.
        endpoint_id: EndpointId,
    },
    /// A retirement waits for the next review: the overlap ended after this one.
    RetirementPostponed {
        /// The predecessor.
        endpoint_id: EndpointId,
    },
    /// A retirement waits: `max_deletes` leaves no room.
    RetirementOverLimit {
        /// The predecessor.
        endpoint_id: EndpointId,
        /// `max_deletes`.
        most: u32,
    },
    /// An endpoint that was gone is listed again, and stays until its successor is listed.
    TurnedUp {
        /// The endpoint.
        endpoint_id: EndpointId,
    },
    /// The same, after the review: its deletion waits for the next one.
    TurnedUpAfterReview {
        /// The endpoint.
        endpoint_id: EndpointId,
    },
    /// A live endpoint may be left of a lost create, or belong to somebody else.
    MayBeLost {
        /// The endpoint.
        endpoint_id: EndpointId,
    },
    /// A lost create may still arrive.
    MayStillArrive,
}

impl NoteKind {
    /// The note about an entry.
    pub(super) fn of(self, name: &Name) -> Note {
        Note { name: Some(name.clone()), kind: self }
    }

    /// The note about the whole plan.
    pub(super) fn of_all(self) -> Note {
        Note { name: None, kind: self }
    }
}

//! The journal's records: all that can happen to a state. What each does is next door, in `replay`.

use serde::{Deserialize, Serialize};

use super::applied::{Applied, Guards};
use super::intent::Intent;
use super::managed::{Ended, Managed};
use crate::endpoint::{EndpointId, Name, Spec, Words};
use crate::secrets::Ciphertext;
use crate::timestamp::Timestamp;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub enum Record {
    /// A create was decided. Durable before its first send.
    Intent(Intent),
    /// A send is about to go out. Durable before it goes.
    Send {
        /// The intent.
        key: String,
        /// When.
        at: Timestamp,
    },
    /// The last send certainly made nothing.
    Refused {
        /// The intent.
        key: String,
    },
    /// 0.1: the last send made this endpoint, and its secret is lost. What an answer names is a candidate like any other
    /// today, so this changes nothing.
    Named {
        /// The intent.
        key: String,
        /// The endpoint.
        endpoint_id: EndpointId,
        /// Whether the server is known to honour the key: then no earlier send of it made another endpoint.
        key_honoured: bool,
    },
    /// The intent is never sent again.
    Closed {
        /// The intent.
        key: String,
    },
    /// The create's answer. Durable before the action counts as done.
    Receipt(Receipt),
    /// A deletion is about to be sent. Durable before it goes. An orphan uses up a send of its account from here on.
    Deleting {
        /// The endpoint.
        endpoint_id: EndpointId,
        /// The key of the intent whose orphan it is, where it is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        orphan_of: Option<String>,
        /// When.
        at: Timestamp,
    },
    /// A noted deletion did nothing: long after its note the endpoint is listed. It is planned anew.
    Lapsed {
        /// The endpoint.
        endpoint_id: EndpointId,
    },
    /// An entry's endpoint ended before its successor is created. Durable before the successor's POST.
    Ended {
        /// The entry.
        name: Name,
        /// The endpoint.
        endpoint_id: EndpointId,
        /// How.
        how: Ended,
        /// When it may be forgotten.
        until: Timestamp,
    },
    /// An endpoint is certainly gone: deleted, or missing long after its deletion was noted. It leaves the state.
    Deleted {
        /// The endpoint.
        endpoint_id: EndpointId,
        /// The entry it stands under, where it stands under one: spares a search of the whole state.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<Name>,
        /// The intent whose orphan it was, where it was one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        orphan_of: Option<String>,
    },
    /// 0.1: no send of the intent can still make anything.
    Settled {
        /// The intent.
        key: String,
    },
    /// No send of an account can still make anything: its intents are dropped, all at once.
    Reconciled {
        /// The intents.
        keys: Vec<String>,
    },
    /// Names moved, all at once.
    Renamed {
        /// (old name, new name).
        moves: Vec<(Name, Name)>,
        /// When: what a move displaces is deposed as of then.
        at: Timestamp,
    },
    /// What the state alone knows of an entry changed.
    Updated {
        /// The entry.
        name: Name,
        /// The entry's rotation.
        rotation: u32,
        /// The entry's protection.
        prevent_destroy: bool,
        /// What was sent, where the state takes over what is live.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        spec: Option<Spec>,
        /// The events as the file writes them.
        events_as_written: Words,
    },
    /// An endpoint that exists was adopted.
    Imported {
        /// The entry.
        name: Name,
        /// The endpoint.
        managed: Box<Managed>,
    },
    /// An entry is forgotten; its endpoint stays live.
    Forgotten {
        /// The entry.
        name: Name,
    },
    /// The guards of this apply.
    Guards(Guards),
    /// A plan is being applied, or was.
    Applied(Applied),
    /// The configuration's environment.
    Environment {
        /// Its name.
        name: String,
    },
    /// The account.
    Team {
        /// Its id.
        team_id: String,
    },
}

/// What a create answered, its secret already encrypted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    /// The intent it answers.
    pub key: String,
    /// The new endpoint.
    pub endpoint_id: EndpointId,
    /// What was answered, where that was in other words than were sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<Spec>,
    /// Seconds since the Unix epoch.
    pub created_at: Option<i64>,
    /// The secret's last four characters.
    pub secret_last4: String,
    /// The secret, encrypted.
    pub secret: Ciphertext,
    /// The recipients it is encrypted to.
    pub sealed_to: Words,
    /// The moment of the answer; a replaced endpoint's overlap runs from here.
    pub at: Timestamp,
    /// Whether the server is known to honour the key: then no earlier send of it made another endpoint.
    pub key_honoured: bool,
}

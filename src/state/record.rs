//! The journal's records and what each does to a state: pure transitions, the one place where a state changes.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::model::{Applied, Guards, Intent, Managed, State};
use crate::endpoint::{EndpointId, Name, Spec};
use crate::secrets::Sealed;
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
    /// The last send made this endpoint, and its secret is lost.
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
    /// An endpoint is certainly gone: deleted, or confirmed missing.
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
    /// No send of the intent can still make anything.
    Settled {
        /// The intent.
        key: String,
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
        events_as_written: Vec<String>,
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
    /// The account.
    Team {
        /// Its id.
        team_id: String,
    },
}

/// What a create answered, its secret already sealed.
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
    /// The secret, sealed.
    pub secret: Sealed,
    /// The recipients it is sealed to.
    pub sealed_to: Vec<String>,
    /// The moment of the answer; a replaced endpoint's overlap runs from here.
    pub at: Timestamp,
    /// Whether the server is known to honour the key: then no earlier send of it made another endpoint.
    pub key_honoured: bool,
}

impl State {
    /// Does to this state what the record says. A record whose intent or endpoint is unknown changes nothing.
    pub fn fold(&mut self, record: Record) {
        match record {
            Record::Intent(intent) => {
                if self.intent(&intent.key).is_none() {
                    self.pending.push(intent);
                }
            }
            Record::Send { key, at } => self.on_intent(&key, |intent| {
                intent.first_sent.get_or_insert(at);
                intent.last_sent = Some(at);
                intent.unanswered += 1;
            }),
            Record::Refused { key } => {
                self.on_intent(&key, |intent| intent.unanswered = intent.unanswered.saturating_sub(1))
            }
            Record::Named { key, endpoint_id, key_honoured } => self.on_intent(&key, |intent| {
                intent.unanswered = if key_honoured { 0 } else { intent.unanswered.saturating_sub(1) };
                intent.named.insert(endpoint_id);
            }),
            Record::Closed { key } => self.on_intent(&key, |intent| intent.closed = true),
            Record::Receipt(receipt) => self.receive(receipt),
            Record::Deleted { endpoint_id, name, orphan_of } => {
                if let Some(key) = orphan_of {
                    self.on_intent(&key, |intent| {
                        if !intent.named.remove(&endpoint_id) {
                            intent.unanswered = intent.unanswered.saturating_sub(1);
                        }
                    });
                }
                self.remove(&endpoint_id, name);
            }
            Record::Settled { key } => self.pending.retain(|intent| intent.key != key),
            Record::Renamed { moves, at } => self.rename(&moves, at),
            Record::Updated { name, rotation, prevent_destroy, spec, events_as_written } => {
                if let Some(managed) = self.endpoints.get_mut(&name) {
                    managed.rotation = rotation;
                    managed.prevent_destroy = prevent_destroy;
                    managed.events_as_written = events_as_written;
                    if let Some(spec) = spec {
                        managed.spec = spec;
                        managed.answered = None;
                    }
                }
            }
            Record::Imported { name, managed } => {
                self.endpoints.entry(name).or_insert(*managed);
            }
            Record::Forgotten { name } => {
                self.endpoints.remove(&name);
            }
            Record::Guards(guards) => self.guards = Some(guards),
            Record::Applied(applied) => self.applied = Some(applied),
            Record::Team { team_id } => self.team_id = Some(team_id),
        }
        self.drop_settled();
    }

    /// Folds in the records of a journal that was moved away, or of an errored file: creates and deletions alone. What
    /// the state has already is passed over.
    pub fn recover(&mut self, records: Vec<Record>) {
        let known: BTreeSet<EndpointId> = self.all().map(|(_, managed)| managed.endpoint_id.clone()).collect();
        let kept = |record: &Record| matches!(record, Record::Receipt(receipt) if known.contains(&receipt.endpoint_id));
        let passed: BTreeSet<String> = records.iter().filter(|record| kept(record)).filter_map(key).collect();
        for record in records {
            let of_creates = key(&record).is_some_and(|key| !passed.contains(&key));
            if of_creates || matches!(record, Record::Deleted { .. }) {
                self.fold(record);
            }
        }
        self.drop_unsent();
    }

    /// The intent with this key.
    pub fn intent(&self, key: &str) -> Option<&Intent> {
        self.pending.iter().find(|intent| intent.key == key)
    }

    /// Drops the intents that were decided but never sent: nothing of them can exist. Only for a state that no
    /// apply is working on.
    pub fn drop_unsent(&mut self) {
        self.pending.retain(Intent::is_unsettled);
    }

    fn on_intent(&mut self, key: &str, change: impl FnOnce(&mut Intent)) {
        if let Some(intent) = self.pending.iter_mut().find(|intent| intent.key == key) {
            change(intent);
        }
    }

    fn drop_settled(&mut self) {
        self.pending.retain(|intent| !intent.closed || intent.is_unsettled());
    }

    /// A receipt makes its endpoint the entry's own and deposes whatever stood there.
    fn receive(&mut self, receipt: Receipt) {
        let Some(intent) = self.pending.iter_mut().find(|intent| intent.key == receipt.key) else { return };
        intent.unanswered = if receipt.key_honoured { 0 } else { intent.unanswered.saturating_sub(1) };
        intent.named.remove(&receipt.endpoint_id);
        intent.closed = true;
        let Intent { name, body, events_as_written, rotation, prevent_destroy, overlap_seconds, .. } = intent.clone();
        let mut made = Managed {
            endpoint_id: receipt.endpoint_id,
            spec: body,
            answered: receipt.answered,
            events_as_written,
            created_at: receipt.created_at,
            rotation,
            prevent_destroy,
            secret_last4: Some(receipt.secret_last4),
            secret: Some(receipt.secret),
            sealed_to: receipt.sealed_to,
            deposed: Vec::new(),
            until: None,
            unknown: Default::default(),
        };
        if let Some(old) = self.endpoints.remove(&name) {
            let until = Timestamp(receipt.at.0.saturating_add_unsigned(overlap_seconds));
            made.deposed = deposed(old, until);
        }
        self.endpoints.insert(name, made);
    }

    /// Removes an endpoint wherever it stands. Where a current one goes while predecessors are still live, the
    /// newest of them stands in, so that none is forgotten.
    fn remove(&mut self, id: &EndpointId, hint: Option<Name>) {
        let holds = |m: &Managed| m.endpoint_id == *id || m.deposed.iter().any(|old| old.endpoint_id == *id);
        let hinted = hint.filter(|name| self.endpoints.get(name).is_some_and(holds));
        let found = || self.endpoints.iter().find(|(_, m)| holds(m)).map(|(name, _)| name.clone());
        let Some(name) = hinted.or_else(found) else { return };
        let Some(mut entry) = self.endpoints.remove(&name) else { return };
        if entry.endpoint_id != *id {
            entry.deposed.retain(|old| old.endpoint_id != *id);
            self.endpoints.insert(name, entry);
        } else if let Some(mut heir) = entry.deposed.pop() {
            heir.deposed = entry.deposed;
            self.endpoints.insert(name, heir);
        }
    }

    fn rename(&mut self, moves: &[(Name, Name)], at: Timestamp) {
        let taken: Vec<(Name, Managed)> = moves
            .iter()
            .filter_map(|(from, to)| self.endpoints.remove(from).map(|managed| (to.clone(), managed)))
            .collect();
        for (to, mut managed) in taken {
            if let Some(displaced) = self.endpoints.remove(&to) {
                managed.deposed.extend(deposed(displaced, at));
            }
            self.endpoints.insert(to, managed);
        }
        for intent in &mut self.pending {
            if let Some((_, to)) = moves.iter().find(|(from, _)| *from == intent.name) {
                intent.name = to.clone();
            }
        }
    }
}

/// The intent that a record is about.
fn key(record: &Record) -> Option<String> {
    match record {
        Record::Intent(intent) => Some(intent.key.clone()),
        Record::Send { key, .. }
        | Record::Refused { key }
        | Record::Named { key, .. }
        | Record::Closed { key }
        | Record::Settled { key } => Some(key.clone()),
        Record::Receipt(receipt) => Some(receipt.key.clone()),
        _ => None,
    }
}

/// An endpoint and its predecessors as a list of predecessors, oldest first.
fn deposed(mut old: Managed, until: Timestamp) -> Vec<Managed> {
    let mut list = std::mem::take(&mut old.deposed);
    // One that stood in for a later endpoint was promised its own overlap before.
    old.until = Some(old.until.map_or(until, |promised| promised.max(until)));
    list.push(old);
    list
}

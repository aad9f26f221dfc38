//! What each record does to a state: pure transitions, the one place where a state changes.

use std::collections::BTreeSet;
use std::time::Duration;

use super::intent::{Deletion, Intent};
use super::managed::{Ended, Managed};
use super::record::{Receipt, Record};
use super::slot::Slot;
use super::state::State;
use crate::endpoint::{EndpointId, Name};
use crate::timestamp::{Timestamp, protocol};

impl State {
    /// Does to this state what the record says. A record whose intent or endpoint is unknown changes nothing.
    pub fn fold(&mut self, record: Record) {
        match record {
            Record::Intent(intent) => self.decide(intent),
            Record::Send { key, at } => self.on_intent(&key, |intent| intent.send(at)),
            Record::Refused { key } | Record::Withdrawn { key } => self.on_intent(&key, |intent| intent.answer(false)),
            Record::Begin { .. } | Record::Segment { .. } | Record::Named { .. } => {}
            Record::Closed { key } => self.on_intent(&key, |intent| intent.closed = true),
            Record::Receipt(receipt) => self.receive(receipt),
            Record::Deleting { endpoint_id, orphan_of, at } => self.note_deletion(endpoint_id, orphan_of, at),
            Record::Lapsed { endpoint_id } => self.lapse(&endpoint_id),
            Record::Ended { name, endpoint_id, how, until } => self.end(&name, &endpoint_id, how, until),
            Record::Deleted { endpoint_id, name, orphan_of } => self.delete(&endpoint_id, name, orphan_of),
            Record::Settled { key } => self.pending.retain(|intent| intent.key != key),
            Record::Reconciled { keys } => self.pending.retain(|intent| !keys.contains(&intent.key)),
            Record::Renamed { moves, at } => self.rename(&moves, at),
            Record::Updated { name, rotation, prevent_destroy, spec, events_as_written } => {
                if let Some(managed) = self.endpoints.get_mut(&name).and_then(|slot| slot.current.as_mut()) {
                    managed.wanted.rotation = rotation;
                    managed.wanted.prevent_destroy = prevent_destroy;
                    managed.wanted.events_as_written = events_as_written;
                    if let Some(spec) = spec {
                        managed.wanted.spec = spec;
                        managed.answered = None;
                    }
                }
            }
            Record::Imported { name, managed } => {
                self.endpoints.entry(name).or_default().current.get_or_insert(managed);
            }
            Record::Forgotten { name } => self.forget(&name),
            Record::Guards(guards) => self.guards = Some(guards),
            Record::Applied(applied) => self.applied = Some(applied),
            Record::Environment { name } => self.environment = Some(name),
            Record::Team { team_id } => self.team_id = Some(team_id),
        }
        self.drop_reconciled();
    }

    fn decide(&mut self, mut intent: Intent) {
        intent.upgrade();
        if self.intent(&intent.key).is_none() {
            self.pending.push(intent);
        }
    }

    fn on_intent(&mut self, key: &str, change: impl FnOnce(&mut Intent)) {
        if let Some(intent) = self.pending.iter_mut().find(|intent| intent.key == key) {
            change(intent);
        }
    }

    /// Drops the intents that were decided and have no unanswered send: nothing of them can exist. Only for a state
    /// that no apply is working on.
    pub fn drop_unsent(&mut self) {
        self.pending.retain(|intent| intent.unanswered > 0 || intent.closed);
        self.drop_reconciled();
    }

    /// Drops closed intents that are accounted for, unless another intent of their account still is not: its ids and
    /// its endpoints that were live before count for the whole account.
    fn drop_reconciled(&mut self) {
        if self.pending.iter().any(|intent| intent.closed && intent.unanswered == 0) {
            let unsettled: BTreeSet<_> = self
                .pending
                .iter()
                .filter(|intent| intent.unanswered > 0 || !intent.closed)
                .map(|intent| intent.wanted.spec.canonical())
                .collect();
            self.pending.retain(|intent| {
                intent.unanswered > 0 || !intent.closed || unsettled.contains(&intent.wanted.spec.canonical())
            });
        }
        if self.pending.is_empty() && !self.former.is_empty() {
            self.former.clear();
        }
    }

    /// A receipt makes its endpoint the entry's own, deposes whatever stood there, and closes the entry's other keys of
    /// the same spec: none of them is ever sent again.
    fn receive(&mut self, receipt: Receipt) {
        let Some(intent) = self.pending.iter_mut().find(|intent| intent.key == receipt.key) else { return };
        intent.answer(receipt.key_honoured);
        intent.received.insert(receipt.endpoint_id.clone());
        let Intent { name, wanted, overlap_seconds, .. } = intent.clone();
        for other in self.pending.iter_mut().filter(|other| other.name == name && other.wanted.spec == wanted.spec) {
            other.closed = true;
        }
        let until = receipt.at.after(protocol(Duration::from_secs(overlap_seconds)));
        let slot = self.endpoints.entry(name).or_default();
        if slot.current.is_some() {
            slot.depose(until, None);
        } else {
            // It stands in for one that is gone: whoever still checks with a predecessor's secret has the whole
            // overlap to change over.
            slot.deposed.iter_mut().filter(|old| old.ended.is_none()).for_each(|old| old.until = Some(until));
        }
        slot.deposed.retain(|old| old.ended != Some(Ended::Deleted));
        slot.current = Some(Box::new(Managed {
            endpoint_id: receipt.endpoint_id,
            wanted,
            answered: receipt.answered,
            created_at: receipt.created_at,
            secret_last4: Some(receipt.secret_last4),
            secret: Some(receipt.secret),
            sealed_to: receipt.sealed_to,
            until: None,
            ended: None,
            unknown: Default::default(),
        }));
    }

    /// From its note on an orphan uses up one unanswered send of its account, whichever key made it.
    fn note_deletion(&mut self, id: EndpointId, orphan_of: Option<String>, at: Timestamp) {
        if let Some(key) = &orphan_of {
            self.on_intent(key, |intent| {
                intent.used.insert(id.clone());
            });
        }
        self.deleting.insert(id, Deletion { at, orphan_of });
    }

    /// The send is given back, and the endpoint is a candidate again, or an endpoint that is live.
    fn lapse(&mut self, id: &EndpointId) {
        self.deleting.remove(id);
        self.pending.iter_mut().for_each(|intent| {
            intent.used.remove(id);
        });
    }

    fn end(&mut self, name: &Name, id: &EndpointId, how: Ended, until: Timestamp) {
        self.deleting.remove(id);
        if let Some(slot) = self.endpoints.get_mut(name)
            && slot.current.as_ref().is_some_and(|current| current.endpoint_id == *id)
        {
            slot.depose(until, Some(how));
        }
    }

    /// Removes an endpoint wherever it stands. Its predecessors stay what they are: none of them becomes current.
    fn delete(&mut self, id: &EndpointId, hint: Option<Name>, orphan_of: Option<String>) {
        self.deleting.remove(id);
        if let Some(key) = orphan_of {
            return self.on_intent(&key, |intent| {
                intent.used.insert(id.clone());
            });
        }
        let holds = |slot: &Slot| slot.all().any(|managed| managed.endpoint_id == *id);
        let hinted = hint.filter(|name| self.endpoints.get(name).is_some_and(holds));
        let found = || self.endpoints.iter().find(|(_, slot)| holds(slot)).map(|(name, _)| name.clone());
        let Some(name) = hinted.or_else(found) else { return };
        let Some(slot) = self.endpoints.get_mut(&name) else { return };
        slot.current.take_if(|current| current.endpoint_id == *id);
        slot.deposed.retain(|old| old.endpoint_id != *id);
        if slot.is_empty() {
            self.endpoints.remove(&name);
        }
        self.remember_former([id.clone()]);
    }

    fn forget(&mut self, name: &Name) {
        let Some(slot) = self.endpoints.remove(name) else { return };
        self.remember_former(slot.all().map(|managed| managed.endpoint_id.clone()));
    }

    /// What was ours once is never an orphan, whatever became of its entry.
    fn remember_former(&mut self, ids: impl IntoIterator<Item = EndpointId>) {
        if !self.pending.is_empty() {
            self.former.extend(ids);
        }
    }

    fn rename(&mut self, moves: &[(Name, Name)], at: Timestamp) {
        let take = |(from, to): &(Name, Name)| Some((to.clone(), self.endpoints.remove(from)?));
        let taken: Vec<(Name, Slot)> = moves.iter().filter_map(take).collect();
        for (to, mut slot) in taken {
            if let Some(mut displaced) = self.endpoints.remove(&to) {
                displaced.depose(at, None);
                slot.deposed.extend(displaced.deposed);
            }
            self.endpoints.insert(to, slot);
        }
        for intent in &mut self.pending {
            if let Some((_, to)) = moves.iter().find(|(from, _)| *from == intent.name) {
                intent.name = to.clone();
            }
        }
    }
}

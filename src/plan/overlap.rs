//! Predecessors: kept for their overlap, then retired while their successor is listed; and endpoints that were gone
//! and turn up again.

use std::collections::{BTreeSet, HashMap};

use super::diff::Builder;
use super::drift::drift;
use super::entry;
use super::live::Live;
use super::note::NoteKind;
use super::{Action, Change, Reason, pattern};
use crate::endpoint::{EndpointId, Name};
use crate::state::{Ended, Managed, Slot};

impl Builder<'_> {
    /// Every predecessor. One whose entry ends has no consumer that changes over: it ends too.
    pub(super) fn predecessors(&mut self) {
        let moved: HashMap<&Name, &Name> = self.moves.iter().map(|(new, old)| (old, new)).collect();
        let (mut changes, mut notes, mut drifted) = (Vec::new(), Vec::new(), Vec::new());
        for (name, slot) in self.world.state.endpoints.iter().filter(|(_, slot)| !slot.deposed.is_empty()) {
            let name = moved.get(name).copied().unwrap_or(name);
            let ends = self.ends(name, slot);
            for old in &slot.deposed {
                let live = self.live(&old.endpoint_id);
                // One that is missing is a note: nothing is made in its place.
                if old.ended.is_none() && matches!(live, Live::Listed(_)) {
                    drifted.extend(drift(name, old, live));
                }
                match self.predecessor(name, slot, old, ends.clone()) {
                    Fate::Retire(change) => changes.push(*change),
                    Fate::Stay(note) => notes.push(note.of(name)),
                    Fate::Remembered => {}
                }
            }
        }
        self.changes.extend(changes);
        self.notes.extend(notes);
        self.drift.extend(drifted);
    }

    /// Why the whole entry ends, where it does.
    fn ends(&self, name: &Name, slot: &Slot) -> Option<Reason> {
        let choices = self.world.choices;
        if choices.destroy {
            return Some(Reason::Destroy);
        }
        let deleted = |change: &Change| {
            let current = slot.current.as_ref().map(|current| &current.endpoint_id);
            matches!(&change.action, Action::Delete { endpoint_id, .. } if Some(endpoint_id) == current)
        };
        let vacant = slot.current.is_none() && !self.world.desired.webhooks.contains_key(name);
        (!choices.retire_only && (vacant || self.changes.iter().any(deleted))).then_some(Reason::NotInConfig)
    }

    fn predecessor(&self, name: &Name, slot: &Slot, old: &Managed, ends: Option<Reason>) -> Fate {
        let (now, live) = (self.world.now, self.live(&old.endpoint_id));
        let retire = |reason| Fate::Retire(Box::new(entry::retire(name, old, reason, live)));
        let successor = slot.current.as_ref().map(|current| self.live(&current.endpoint_id));
        let (id, endpoint_id) = (&old.endpoint_id, old.endpoint_id.clone());
        match old.ended {
            Some(Ended::Gone) if matches!(live, Live::Listed(_)) => {
                // Until then it may be the one endpoint that the consumers can verify.
                return if self.world.choices.postponed.contains(id) {
                    Fate::Stay(NoteKind::TurnedUpAfterReview { endpoint_id })
                } else if ends.is_some() || matches!(successor, Some(Live::Listed(_))) {
                    retire(Reason::TurnedUp)
                } else {
                    Fate::Stay(NoteKind::TurnedUp { endpoint_id })
                };
            }
            Some(_) => return Fate::Remembered,
            None => {}
        }
        if let Some(reason) = ends {
            return retire(reason);
        }
        let until = old.until.unwrap_or(now);
        if until > now && matches!(live, Live::Gone) {
            return Fate::Stay(NoteKind::PredecessorMissing { endpoint_id, until });
        }
        if until > now {
            let times = slot.predecessors().count() + usize::from(slot.current.is_some());
            return Fate::Stay(NoteKind::Overlap { endpoint_id, until, times });
        }
        match successor {
            Some(Live::Listed(_) | Live::Unasked) if self.world.choices.postponed.contains(id) => {
                Fate::Stay(NoteKind::RetirementPostponed { endpoint_id })
            }
            Some(Live::Listed(_) | Live::Unasked) => retire(Reason::OverlapEnded(until)),
            Some(Live::Gone) | None => Fate::Stay(NoteKind::SuccessorMissing { endpoint_id }),
        }
    }

    /// Postpones the retirements that `max_deletes` leaves no room for: those whose overlap ended first go first.
    pub(super) fn postpone(&mut self) {
        let Some(most) = self.world.desired.safety.max_deletes else { return };
        let allowed = &self.world.choices.allow_delete;
        let used = self.changes.iter().filter(|change| change.counts_against_max_deletes()).count();
        let mut due: Vec<(_, EndpointId)> = self.changes.iter().filter_map(Change::retirement).collect();
        due.retain(|(_, id)| {
            let of = |change: &&Change| change.retirement().is_some_and(|(_, other)| other == *id);
            !self.changes.iter().find(of).is_some_and(|change| pattern::any(allowed, &change.name))
        });
        due.sort();
        let room = (most as usize).saturating_sub(used);
        let over: BTreeSet<EndpointId> = due.into_iter().skip(room).map(|(_, id)| id).collect();
        let is_over = |change: &Change| change.retirement().is_some_and(|(_, id)| over.contains(&id));
        for change in self.changes.iter().filter(|change| is_over(change)) {
            let Action::Delete { endpoint_id, .. } = &change.action else { continue };
            let kind = NoteKind::RetirementOverLimit { endpoint_id: endpoint_id.clone(), most };
            self.notes.push(kind.of(&change.name));
        }
        self.changes.retain(|change| !is_over(change));
    }
}

/// What becomes of a predecessor.
enum Fate {
    Retire(Box<Change>),
    /// It stays, and a note says until when.
    Stay(NoteKind),
    /// It ended, and is remembered.
    Remembered,
}

//! The whole plan: every entry, every endpoint of the state, every pending create, in one pass each.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::drift::drift;
use super::entry;
use super::live::Live;
use super::note::{Note, NoteKind};
use super::notes;
use super::recovery::{Ledger, tidy};
use super::renames::renames;
use super::rotation;
use super::{Action, Change, Drift, Plan, Reason, View, World};
use crate::config::Entry;
use crate::endpoint::{EndpointId, Name, Observed};
use crate::state::{Managed, Record, Slot};

/// Makes the plan. Pure: the same world gives the same plan, byte for byte.
pub fn plan(world: &World<'_>) -> Plan {
    let Some(live) = world.live else { return made(world, Vec::new()) };
    let (records, state) = tidy(world.state, live, world.now);
    made(&World { state: &state, ..*world }, records)
}

/// The plan of a world whose state is tidied up.
fn made(world: &World<'_>, tidy: Vec<Record>) -> Plan {
    let mut builder = Builder::new(world);
    if world.choices.refresh_only {
        builder.refresh();
    } else if world.choices.is_rotation() {
        builder.changes = rotation::changes(world, &builder.ledger, |id| builder.live(id));
        builder.rotated();
    } else if world.choices.retire_only {
        builder.predecessors();
    } else {
        builder.entries();
        builder.leftovers();
        builder.predecessors();
        builder.pending();
    }
    builder.finish(tidy)
}

/// A plan that is being made.
pub(super) struct Builder<'a> {
    pub world: &'a World<'a>,
    live: HashMap<&'a EndpointId, &'a Observed>,
    /// New name → old name.
    pub moves: BTreeMap<Name, Name>,
    pub ledger: Ledger<'a>,
    /// Keys of the intents that an entry takes up.
    pub resent: BTreeSet<&'a str>,
    pub changes: Vec<Change>,
    pub drift: Vec<Drift>,
    pub notes: Vec<Note>,
    pub unchanged: Vec<(Name, View)>,
}

impl<'a> Builder<'a> {
    fn new(world: &'a World<'a>) -> Self {
        let moves = if world.choices.destroy { BTreeMap::new() } else { renames(world.desired, world.state) };
        let live = world.live.unwrap_or_default();
        Self {
            world,
            live: live.iter().map(|seen| (&seen.id, seen)).collect(),
            moves,
            ledger: Ledger::new(world.state, live).without(world.elsewhere),
            resent: BTreeSet::new(),
            changes: Vec::new(),
            drift: Vec::new(),
            notes: Vec::new(),
            unchanged: Vec::new(),
        }
    }

    pub(super) fn live(&self, id: &EndpointId) -> Live<'a> {
        match (self.world.live, self.live.get(id)) {
            (None, _) => Live::Unasked,
            (Some(_), Some(seen)) => Live::Listed(seen),
            (Some(_), None) => Live::Gone,
        }
    }

    /// What drifted, taken over into the state as it is.
    fn refresh(&mut self) {
        for (name, slot) in &self.world.state.endpoints {
            let Some(managed) = &slot.current else { continue };
            let live = self.live(&managed.endpoint_id);
            let kept = slot.predecessors().find(|old| !matches!(self.live(&old.endpoint_id), Live::Gone));
            match (entry::refresh(name, managed, live), kept) {
                (Some(Change { action: Action::Forget { .. }, .. }), Some(old)) => {
                    let kind = NoteKind::PredecessorLives { endpoint_id: old.endpoint_id.clone() };
                    self.notes.push(kind.of(name));
                }
                (Some(change), _) => self.changes.push(change),
                (None, _) => self.unchanged.push((name.clone(), entry::view(managed))),
            }
            self.drift.extend(drift(name, managed, live));
        }
    }

    /// How the endpoints drifted that a rotation replaces.
    fn rotated(&mut self) {
        for name in self.world.choices.rotate.keys() {
            if let Some(managed) = self.world.state.current(name) {
                self.drift.extend(drift(name, managed, self.live(&managed.endpoint_id)));
            }
        }
    }

    /// Every wanted entry.
    fn entries(&mut self) {
        if self.world.choices.destroy {
            return;
        }
        let left: HashSet<Name> = self.moves.values().cloned().collect();
        for (name, entry) in &self.world.desired.webhooks {
            let old_name = self.moves.get(name).unwrap_or(name);
            // A name whose own endpoint moved away has none.
            let moved_away = old_name == name && left.contains(name);
            let slot = self.world.state.endpoints.get(old_name).filter(|_| !moved_away);
            let managed = slot.and_then(|slot| Some((slot, slot.current.as_deref()?)));
            let before = self.changes.len();
            if old_name != name
                && let Some(slot) = slot
            {
                self.changes.push(rename(name, old_name, slot));
            }
            if !self.take_up(name, entry, managed.map(|(_, managed)| managed)) {
                self.entry(name, entry, slot, managed);
            }
            let Some((_, managed)) = managed else { continue };
            if !self.world.state.deleting.contains_key(&managed.endpoint_id) {
                self.drift.extend(drift(name, managed, self.live(&managed.endpoint_id)));
            }
            if self.changes.len() == before {
                self.unchanged.push((name.clone(), entry::view(managed)));
            }
        }
    }

    /// An entry that no pending create is for.
    fn entry(&mut self, name: &Name, entry: &Entry, slot: Option<&Slot>, managed: Option<(&'a Slot, &'a Managed)>) {
        match (managed, self.world.desired.imports.get(name)) {
            (Some((slot, managed)), _) => {
                let live = self.live(&managed.endpoint_id);
                let forced = self.world.choices.replaces(name).then_some(Reason::Requested);
                let deletion = self.world.state.deleting.get(&managed.endpoint_id);
                match (live, deletion) {
                    // It was us.
                    (Live::Gone, Some(_)) => {
                        self.changes.push(entry::remake(name, entry, managed, Reason::DeletedBefore))
                    }
                    _ => self.changes.extend(entry::change(name, entry, (slot, managed), live, forced)),
                }
                if let (Live::Listed(_), Some(deletion)) = (live, deletion) {
                    let kind = NoteKind::DeletionSent { endpoint_id: managed.endpoint_id.clone(), at: deletion.at };
                    self.notes.push(kind.of(name));
                }
                self.notes.extend(notes::entry(self.world, name, entry, managed));
            }
            (None, Some(id)) => self.changes.push(entry::import(name, entry, id, self.live(id))),
            (None, None) => self.changes.push(entry::create(name, entry, slot)),
        }
    }

    /// Every endpoint of the state that no entry wants.
    fn leftovers(&mut self) {
        let moved: BTreeSet<&Name> = self.moves.values().collect();
        let mut changes = Vec::new();
        for (name, slot) in &self.world.state.endpoints {
            let stays = self.world.desired.webhooks.contains_key(name) && !self.world.choices.destroy;
            if moved.contains(name) || (stays && !self.moves.contains_key(name)) {
                continue;
            }
            let Some(managed) = &slot.current else { continue };
            let live = self.live(&managed.endpoint_id);
            let change = if self.world.desired.removed.contains(name) && !self.world.choices.destroy {
                forget(name, managed)
            } else {
                let reason = if self.world.choices.destroy { Reason::Destroy } else { Reason::NotInConfig };
                entry::delete(name, managed, reason, live)
            };
            changes.push(change);
            if !self.world.state.deleting.contains_key(&managed.endpoint_id) {
                self.drift.extend(drift(name, managed, live));
            }
        }
        self.changes.extend(changes);
    }
}

fn rename(name: &Name, from: &Name, slot: &Slot) -> Change {
    let view = slot.current.as_deref().map(entry::view);
    Change {
        name: name.clone(),
        action: Action::Rename { from: from.clone() },
        before: view.clone(),
        after: view,
        reasons: vec![Reason::Moved],
    }
}

fn forget(name: &Name, managed: &Managed) -> Change {
    Change {
        name: name.clone(),
        action: Action::Forget { endpoint_id: managed.endpoint_id.clone() },
        before: Some(entry::view(managed)),
        after: None,
        reasons: vec![Reason::Removed],
    }
}

//! The whole plan: every entry, every endpoint of the state, every open intent, in one pass each.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::entry::{self, Live};
use super::first::{guard_changes, new_hosts};
use super::notes;
use super::recovery::{Matches, judge, settles};
use super::refusal::refusals;
use super::renames::renames;
use super::rotation;
use super::{Action, Change, Drift, Plan, PlanId, Reason, View, World};
use crate::endpoint::{EndpointId, Name, Observed, Spec};
use crate::state::{Intent, Managed};

/// Makes the plan. Pure: the same world gives the same plan, byte for byte.
pub fn plan(world: &World<'_>) -> Plan {
    let mut builder = Builder::new(world);
    if world.choices.refresh_only {
        builder.refresh();
        return builder.finish();
    }
    if world.choices.is_rotation() {
        builder.changes = rotation::changes(world, &builder.judged, |id| builder.live(id));
        return builder.finish();
    }
    builder.entries();
    builder.leftovers();
    builder.predecessors();
    builder.intents();
    builder.finish()
}

struct Builder<'a> {
    world: &'a World<'a>,
    live: HashMap<&'a EndpointId, &'a Observed>,
    /// New name → old name.
    moves: BTreeMap<Name, Name>,
    judged: BTreeMap<String, Matches>,
    /// Keys of the intents that an entry takes up.
    resent: BTreeSet<&'a str>,
    changes: Vec<Change>,
    drift: Vec<Drift>,
    notes: Vec<String>,
    settled: Vec<String>,
    unchanged: Vec<(Name, View)>,
}

impl<'a> Builder<'a> {
    fn new(world: &'a World<'a>) -> Self {
        let mut judged = world.live.map(|live| judge(world.state, live)).unwrap_or_default();
        for Matches { certain, uncertain } in judged.values_mut() {
            certain.retain(|id| !world.elsewhere.contains(id));
            uncertain.retain(|id| !world.elsewhere.contains(id));
        }
        let moves = if world.choices.destroy { BTreeMap::new() } else { renames(world.desired, world.state) };
        Self {
            world,
            live: world.live.unwrap_or_default().iter().map(|seen| (&seen.id, seen)).collect(),
            moves,
            judged,
            resent: BTreeSet::new(),
            changes: Vec::new(),
            drift: Vec::new(),
            notes: Vec::new(),
            settled: Vec::new(),
            unchanged: Vec::new(),
        }
    }

    fn live(&self, id: &EndpointId) -> Live<'a> {
        match (self.world.live, self.live.get(id)) {
            (None, _) => Live::Unasked,
            (Some(_), Some(seen)) => Live::Listed(seen),
            (Some(_), None) => Live::Gone,
        }
    }

    /// What drifted, taken over into the state as it is.
    fn refresh(&mut self) {
        for (name, had) in &self.world.state.endpoints {
            let live = self.live(&had.endpoint_id);
            let drift = entry::drift(name, had, live);
            let kept = had.deposed.iter().find(|old| !matches!(self.live(&old.endpoint_id), Live::Gone));
            match (entry::refresh(name, had, live), kept) {
                (Some(Change { action: Action::Forget { .. }, .. }), Some(old)) => self.notes.push(format!(
                    "`{name}`: it is gone, and its predecessor {} is live: a plain apply makes a new one",
                    old.endpoint_id
                )),
                (Some(change), _) => self.changes.push(change),
                (None, _) => self.unchanged.push((name.clone(), entry::view(had))),
            }
            self.drift.extend(drift);
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
            let had = self.world.state.endpoints.get(old_name).filter(|_| !moved_away);
            let before = self.changes.len();
            if old_name != name
                && let Some(had) = had
            {
                self.changes.push(rename(name, old_name, had));
            }
            let intent = self.open_intent(name, entry, had);
            match (intent, had) {
                (Some(intent), _) => {
                    self.resent.insert(&intent.key);
                    let found = self.judged.get(&intent.key).cloned().unwrap_or_default();
                    let matches = [found.certain, found.uncertain].concat();
                    let mut change = entry::resend(name, entry, intent, matches);
                    change.before = had.map(entry::view);
                    self.changes.push(change);
                }
                (None, Some(had)) => {
                    let live = self.live(&had.endpoint_id);
                    let forced = self.world.choices.replaces(name).then_some(Reason::Requested);
                    self.changes.extend(entry::change(name, entry, had, live, forced));
                    self.notes.extend(notes::entry(self.world, name, entry, had));
                }
                (None, None) => match self.world.desired.imports.get(name) {
                    Some(id) => self.changes.push(entry::import(name, entry, id, self.live(id))),
                    None => self.changes.push(entry::create(name, entry)),
                },
            }
            if let Some(had) = had {
                self.drift.extend(entry::drift(name, had, self.live(&had.endpoint_id)));
            }
            if self.changes.len() == before
                && let Some(had) = had
            {
                self.unchanged.push((name.clone(), entry::view(had)));
            }
        }
    }

    /// The lost create that is exactly what the entry still wants: written under its name, or under a name that
    /// nothing else has any more.
    fn open_intent(&self, name: &Name, entry: &crate::config::Entry, had: Option<&Managed>) -> Option<&'a Intent> {
        let state = self.world.state;
        state.open_intents().next()?;
        let wanted = had.map_or_else(|| entry.spec.clone(), |had| super::renames::effective(entry, had));
        let settled = had.is_some_and(|had| had.spec == wanted && had.rotation >= entry.rotation);
        let orphaned = |intent: &Intent| {
            let from = &intent.name;
            had.is_none() && !self.world.desired.webhooks.contains_key(from) && !state.endpoints.contains_key(from)
        };
        let gone = had.is_some_and(|had| matches!(self.live(&had.endpoint_id), Live::Gone));
        state.open_intents().filter(|_| !settled || gone).find(|intent| {
            let name_fits = || intent.name == *name || self.moves.get(name) == Some(&intent.name) || orphaned(intent);
            let replaces = had.map(|had| &had.endpoint_id);
            let place_fits = intent.replaces.is_none() || intent.replaces.as_ref() == replaces;
            // Every entry asks every intent: the test that most fail, and that costs least, comes first.
            intent.body.is_same_as(&wanted) && intent.rotation == entry.rotation && place_fits && name_fits()
        })
    }

    /// Every endpoint of the state that no entry wants.
    fn leftovers(&mut self) {
        let moved: BTreeSet<&Name> = self.moves.values().collect();
        let mut gone = Vec::new();
        for (name, had) in &self.world.state.endpoints {
            let stays = self.world.desired.webhooks.contains_key(name) && !self.world.choices.destroy;
            let displaced = moved.contains(name) || (stays && !self.moves.contains_key(name));
            if displaced {
                continue;
            }
            let live = self.live(&had.endpoint_id);
            let change = if self.world.desired.removed.contains(name) && !self.world.choices.destroy {
                forget(name, had)
            } else {
                let reason = if self.world.choices.destroy { Reason::Destroy } else { Reason::NotInConfig };
                entry::delete(name, had, reason, live)
            };
            gone.push(change);
            self.drift.extend(entry::drift(name, had, live));
        }
        self.changes.extend(gone);
    }

    /// Every predecessor that is still live. One whose entry ends has no consumer that changes over: it ends too.
    fn predecessors(&mut self) {
        let ended: BTreeSet<EndpointId> = self
            .changes
            .iter()
            .filter_map(|change| match &change.action {
                Action::Delete { endpoint_id, .. } => Some(endpoint_id.clone()),
                _ => None,
            })
            .collect();
        let moved: HashMap<&Name, &Name> = self.moves.iter().map(|(new, old)| (old, new)).collect();
        for (name, had) in &self.world.state.endpoints {
            let name = moved.get(name).copied().unwrap_or(name);
            for old in &had.deposed {
                let until = old.until.unwrap_or(self.world.now);
                let gone = matches!(self.live(&old.endpoint_id), Live::Gone);
                if self.world.choices.destroy {
                    self.changes.push(entry::retire(name, old, Reason::Destroy));
                } else if gone {
                    self.changes.push(entry::retire(name, old, Reason::Gone));
                } else if ended.contains(&had.endpoint_id) {
                    self.changes.push(entry::retire(name, old, Reason::NotInConfig));
                } else if until <= self.world.now {
                    self.changes.push(entry::retire(name, old, Reason::OverlapEnded(until)));
                } else {
                    self.notes.push(format!(
                        "`{name}`: overlap: its predecessor {} stays live until {until}, then an apply retires it",
                        old.endpoint_id
                    ));
                }
            }
        }
    }

    /// Every intent that no entry takes up: given up where it is open, its orphans deleted, and settled in the end.
    fn intents(&mut self) {
        for intent in &self.world.state.pending {
            if self.resent.contains(intent.key.as_str()) {
                continue;
            }
            let change = |action| Change {
                name: intent.name.clone(),
                action,
                before: None,
                after: None,
                reasons: vec![if intent.closed { Reason::AnswerLost } else { Reason::NoLongerWanted }],
                consequences: Vec::new(),
            };
            if !intent.closed {
                let mut abandon = change(Action::Abandon { key: intent.key.clone() });
                abandon
                    .consequences
                    .push("it is never sent again; what it may have made is deleted once that is certain".to_owned());
                self.changes.push(abandon);
            }
            let Some(Matches { certain, uncertain }) = self.judged.get(&intent.key) else { continue };
            for id in certain {
                let mut orphan = change(Action::DeleteOrphan { key: intent.key.clone(), endpoint_id: id.clone() });
                orphan
                    .consequences
                    .push(format!("{id} is certainly ours, and nobody can know its secret: it is deleted"));
                orphan.before = self.live.get(id).map(|seen| view_of(seen, &intent.body));
                self.changes.push(orphan);
            }
            let settles = settles(intent, self.world.now);
            for id in uncertain {
                let name = &intent.name;
                self.notes
                    .push(format!("`{name}`: {id} may be left of a lost create, or somebody else's: it is left alone"));
            }
            if settles && certain.is_empty() && intent.closed {
                self.settled.push(intent.key.clone());
            } else if intent.closed && certain.is_empty() {
                self.notes.push(format!(
                    "`{}`: the answer of an earlier create was lost, and it may still arrive; a listing ten minutes later settles it",
                    intent.name
                ));
            }
        }
    }

    fn finish(mut self) -> Plan {
        let managed: BTreeSet<&EndpointId> =
            self.world.state.all().map(|(_, m)| &m.endpoint_id).chain(self.world.elsewhere).collect();
        let imported = self.world.desired.imports.values();
        // What may be left of a create that no entry takes up: named in a note, and as doubtful a twin as a stranger.
        let mut left: BTreeSet<&EndpointId> = BTreeSet::new();
        let mut ours: BTreeSet<&EndpointId> = imported.collect();
        for (key, matches) in &self.judged {
            ours.extend(&matches.certain);
            if self.resent.contains(key.as_str()) { &mut ours } else { &mut left }.extend(&matches.uncertain);
        }
        let nobodys: Vec<&Observed> = self
            .world
            .live
            .unwrap_or_default()
            .iter()
            .filter(|seen| !managed.contains(&seen.id) && !ours.contains(&seen.id))
            .collect();
        let mut strangers: Vec<&Observed> = nobodys.iter().copied().filter(|seen| !left.contains(&seen.id)).collect();
        strangers.sort_by_key(|seen| &seen.id);
        self.keep_targets();
        self.know_twins();
        self.notes.extend(notes::duplicates(self.world, &strangers));
        self.notes.extend(notes::readers(self.world));
        self.notes.extend(notes::unknown_secrets(self.world));
        self.changes.sort_by(|a, b| (a.action.rank(), &a.name).cmp(&(b.action.rank(), &b.name)));
        self.drift.sort_by(|a, b| a.name.cmp(&b.name));
        self.notes.sort();
        let guards = guard_changes(self.world);
        let id = PlanId::of(self.world, &guards, &self.changes);
        let refusals = refusals(self.world, &self.changes, &nobodys);
        Plan {
            id,
            refreshed: self.world.live.is_some(),
            partial: self.world.choices.is_partial(),
            environment: self.world.environment.map(str::to_owned),
            new_hosts: new_hosts(self.world, &self.changes),
            guards,
            changes: self.changes,
            drift: self.drift,
            unmanaged: strangers.into_iter().cloned().collect(),
            notes: self.notes,
            refusals,
            unchanged: self.unchanged,
            settled: self.settled,
        }
    }

    /// Drops what is not targeted, and says so. A rename is one with the name that it leaves.
    fn keep_targets(&mut self) {
        let choices = self.world.choices;
        let all = self.changes.len();
        self.changes.retain(|change| {
            let from = match &change.action {
                Action::Rename { from } => Some(from),
                _ => None,
            };
            choices.targets(&change.name) || from.is_some_and(|from| choices.targets(from))
        });
        self.drift.retain(|drift| choices.targets(&drift.name));
        if !choices.targets.is_empty() {
            let left = crate::quote::count(all - self.changes.len(), "other change");
            self.notes.push(format!(
                "--target limits this plan: {left} left out; what is live may differ from the configuration afterwards"
            ));
        }
    }

    /// Notes in each create which endpoints of its spec are live already.
    fn know_twins(&mut self) {
        let mut by_spec: HashMap<Spec, BTreeSet<EndpointId>> = HashMap::new();
        if self.changes.iter().all(|c| !matches!(c.action, Action::Create(_) | Action::Replace { .. })) {
            return;
        }
        for seen in self.world.live.unwrap_or_default() {
            by_spec.entry(bare(&seen.url, &seen.events)).or_default().insert(seen.id.clone());
        }
        for change in &mut self.changes {
            if let Action::Create(make) | Action::Replace { make, .. } = &mut change.action {
                make.live_before = by_spec.get(&bare(&make.spec.url, &make.spec.events)).cloned().unwrap_or_default();
            }
        }
    }
}

/// Url and events alone, canonical: what makes two endpoints receive the same.
pub(super) fn bare(url: &str, events: &BTreeSet<String>) -> Spec {
    Spec { url: url.to_owned(), events: events.clone(), description: None }.canonical()
}

fn view_of(seen: &Observed, body: &Spec) -> View {
    let description = seen.description.clone().unwrap_or_else(|| body.description.clone());
    View {
        spec: Spec { url: seen.url.clone(), events: seen.events.clone(), description },
        endpoint_id: Some(seen.id.clone()),
        rotation: 1,
        prevent_destroy: false,
    }
}

fn rename(name: &Name, from: &Name, had: &Managed) -> Change {
    Change {
        name: name.clone(),
        action: Action::Rename { from: from.clone() },
        before: Some(entry::view(had)),
        after: Some(entry::view(had)),
        reasons: vec![Reason::Moved],
        consequences: vec!["the state alone changes: endpoint and secret stay".to_owned()],
    }
}

fn forget(name: &Name, had: &Managed) -> Change {
    let mut consequences = vec!["the endpoint stays live, and its secret is dropped from the state".to_owned()];
    consequences.extend(
        had.deposed.iter().map(|old| format!("its predecessor {} stays live too, and is forgotten", old.endpoint_id)),
    );
    Change {
        name: name.clone(),
        action: Action::Forget { endpoint_id: had.endpoint_id.clone() },
        before: Some(entry::view(had)),
        after: None,
        reasons: vec![Reason::Removed],
        consequences,
    }
}

//! The end of making a plan: targets, duplicates, order, refusals, id.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::diff::Builder;
use super::guard::{guard_changes, new_hosts};
use super::live::bare;
use super::notes;
use super::refusal::refusals;
use super::{Action, Header, Plan, PlanId, Scope, Spare};
use crate::endpoint::{EndpointId, Name, Observed, Spec};
use crate::state::Record;

impl<'a> Builder<'a> {
    pub(super) fn finish(mut self, tidy: Vec<Record>) -> Plan {
        let (unmanaged, unaccounted) = self.unmanaged();
        self.keep_targets();
        self.postpone();
        self.know_duplicates();
        self.notes.extend(notes::duplicates(self.world, &unmanaged));
        self.notes.extend(notes::readers(self.world));
        self.notes.extend(notes::unknown_secrets(self.world));
        self.changes.sort_by(|a, b| (a.action.rank(), &a.name).cmp(&(b.action.rank(), &b.name)));
        self.drift.sort_by(|a, b| a.name.cmp(&b.name));
        self.notes.sort();
        let guards = guard_changes(self.world);
        let header = Header::of(self.world);
        let id = PlanId::of(&header, &guards, &self.changes, self.world.live.is_some());
        let refusals = refusals(self.world, &self.changes, &unaccounted);
        Plan {
            id,
            header,
            refreshed: self.world.live.is_some(),
            scope: Scope::of(self.world.choices),
            environment: self.world.environment.map(str::to_owned),
            new_hosts: new_hosts(self.world, &self.changes),
            spare: Spare::of(self.world, &self.changes),
            guards,
            changes: self.changes,
            drift: self.drift,
            unmanaged: unmanaged.into_iter().cloned().collect(),
            notes: self.notes,
            refusals,
            unchanged: self.unchanged,
            tidy,
        }
    }

    /// The live endpoints that are nobody's here, by id; and these with what may be left of a create that no entry takes
    /// up, which is as doubtful a duplicate as any of them.
    fn unmanaged(&self) -> (Vec<&'a Observed>, Vec<&'a Observed>) {
        let Some(live) = self.world.live else { return Default::default() };
        let state = self.world.state;
        let mut ours: HashSet<&EndpointId> = state.all().map(|(_, managed)| &managed.endpoint_id).collect();
        ours.extend(self.world.desired.imports.values());
        ours.extend(self.world.elsewhere);
        // A note alone is no evidence: the orphan's create must be pending.
        let of_account = |key: &Option<String>| key.as_ref().is_some_and(|key| state.intent(key).is_some());
        ours.extend(state.deleting.iter().filter(|(_, deletion)| of_account(&deletion.orphan_of)).map(|(id, _)| id));
        ours.extend(state.pending.iter().flat_map(|intent| &intent.used));
        let mut left: BTreeSet<EndpointId> = BTreeSet::new();
        let mut certain: BTreeSet<EndpointId> = BTreeSet::new();
        for account in self.ledger.accounts() {
            let candidates = self.ledger.candidates(account);
            let resent = account.intents().any(|intent| self.resent.contains(intent.key.as_str()));
            certain.extend(candidates.certain);
            if resent { &mut certain } else { &mut left }.extend(candidates.uncertain);
        }
        let mut unaccounted: Vec<&'a Observed> =
            live.iter().filter(|seen| !ours.contains(&seen.id) && !certain.contains(&seen.id)).collect();
        unaccounted.sort_by_key(|seen| &seen.id);
        (unaccounted.iter().copied().filter(|seen| !left.contains(&seen.id)).collect(), unaccounted)
    }

    /// Drops what is not targeted, and says so. Names that trade endpoints are targeted together: half of a swap would
    /// leave an endpoint without its name, and so without its protection.
    fn keep_targets(&mut self) {
        let choices = self.world.choices;
        if choices.targets.is_empty() {
            return;
        }
        let targeted = self.targeted();
        let all = self.changes.len();
        self.changes.retain(|change| targeted.contains(&change.name));
        self.drift.retain(|drift| targeted.contains(&drift.name));
        self.notes.push(notes::left_out(all, &self.changes));
    }

    /// The targeted names, and all that renames tie to them.
    fn targeted(&self) -> BTreeSet<Name> {
        let mut ties: BTreeMap<&Name, Vec<&Name>> = BTreeMap::new();
        for change in &self.changes {
            if let Action::Rename { from } | Action::Resend { from: Some(from), .. } = &change.action {
                ties.entry(from).or_default().push(&change.name);
                ties.entry(&change.name).or_default().push(from);
            }
        }
        let names = self.changes.iter().map(|change| &change.name).chain(self.drift.iter().map(|drift| &drift.name));
        let mut open: Vec<&Name> =
            names.chain(ties.keys().copied()).filter(|name| self.world.choices.targets(name)).collect();
        let mut targeted = BTreeSet::new();
        while let Some(name) = open.pop() {
            if targeted.insert(name.clone()) {
                open.extend(ties.get(name).into_iter().flatten());
            }
        }
        targeted
    }

    /// Notes in each create which endpoints of its spec are live already.
    fn know_duplicates(&mut self) {
        let mut by_spec: HashMap<Spec, BTreeSet<EndpointId>> = HashMap::new();
        if self.changes.iter().all(|c| !matches!(c.action, Action::Create(_) | Action::Replace { .. })) {
            return;
        }
        for seen in self.world.live.unwrap_or_default() {
            by_spec.entry(bare(&seen.url, &seen.events)).or_default().insert(seen.id.clone());
        }
        for change in &mut self.changes {
            if let Action::Create(make) | Action::Replace { make, .. } = &mut change.action {
                make.live_before =
                    by_spec.get(&bare(&make.wanted.spec.url, &make.wanted.spec.events)).cloned().unwrap_or_default();
            }
        }
    }
}

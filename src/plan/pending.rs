//! Pending creates: taken up by the entry that still wants them, or given up; and what they left behind.

use super::diff::Builder;
use super::entry::{self, Found};
use super::live::Live;
use super::note::{Note, NoteKind};
use super::recovery::{Account, Next};
use super::renames::effective;
use super::{Action, Change, Reason, View};
use crate::config::Entry;
use crate::endpoint::{EndpointId, Name, Observed, Spec};
use crate::state::{Intent, Managed};

impl<'a> Builder<'a> {
    /// Takes up the lost create that is exactly what the entry still wants, if there is one. `false`: there is none, or
    /// its keys are given up, and the entry is planned as if there were none.
    pub(super) fn take_up(&mut self, name: &Name, entry: &Entry, managed: Option<&'a Managed>) -> bool {
        let Some(intent) = self.open_intent(name, entry, managed) else { return false };
        let account = self.ledger.account(&intent.wanted.spec);
        let candidates = account.map(|account| self.ledger.candidates(account)).unwrap_or_default();
        let stuck = match self.ledger.before_send(&intent.wanted.spec) {
            Next::Send => false,
            Next::Stuck(_) => true,
            // Its keys are given up with every other that no entry takes up, and what they made is deleted first.
            Next::Renew { .. } => return false,
        };
        self.resent.insert(&intent.key);
        let found = Found { candidates: candidates.all().cloned().collect(), stuck };
        let before = managed.map(entry::view);
        self.changes.push(Change { before, ..entry::resend(name, entry, intent, found) });
        true
    }

    /// The open create for this entry: written under its name, or under a name that nothing else has any more.
    fn open_intent(&self, name: &Name, entry: &Entry, managed: Option<&Managed>) -> Option<&'a Intent> {
        let state = self.world.state;
        state.open_intents().next()?;
        let wanted = managed.map_or_else(|| entry.wanted.spec.clone(), |managed| effective(entry, managed));
        let settled = managed
            .is_some_and(|managed| managed.wanted.spec == wanted && managed.wanted.rotation >= entry.wanted.rotation);
        let orphaned = |intent: &Intent| {
            let from = &intent.name;
            managed.is_none() && !self.world.desired.webhooks.contains_key(from) && !state.endpoints.contains_key(from)
        };
        let gone = managed.is_some_and(|managed| matches!(self.live(&managed.endpoint_id), Live::Gone));
        state.open_intents().filter(|_| !settled || gone).find(|intent| {
            let name_fits = || intent.name == *name || self.moves.get(name) == Some(&intent.name) || orphaned(intent);
            let replaces = managed.map(|managed| &managed.endpoint_id);
            let place_fits = intent.replaces.is_none() || intent.replaces.as_ref() == replaces;
            // Every entry asks every intent: the test that most fail, and that costs least, comes first.
            intent.wanted.spec.is_same_as(&wanted)
                && intent.wanted.rotation == entry.wanted.rotation
                && place_fits
                && name_fits()
        })
    }

    /// Every create that no entry takes up: given up where it is open; then, where no key of its account may answer any
    /// more, what it certainly left behind is deleted.
    pub(super) fn pending(&mut self) {
        let (mut changes, mut notes) = (Vec::new(), Vec::new());
        for account in self.ledger.accounts() {
            let resent = |intent: &Intent| self.resent.contains(intent.key.as_str());
            changes.extend(account.intents().filter(|i| !i.closed && !resent(i)).map(|intent| self.abandon(intent)));
            if !account.intents().any(resent) {
                changes.extend(self.orphans(account));
                notes.extend(self.notes_of(account));
            }
        }
        self.changes.extend(changes);
        self.notes.extend(notes);
    }

    /// What is certainly left of an account, and what of it is being deleted and still listed.
    fn orphans(&self, account: &Account<'a>) -> Vec<Change> {
        let Some(newest) = account.intents().last() else { return Vec::new() };
        let again = account
            .intents()
            .flat_map(|intent| &intent.used)
            .filter(|id| self.world.state.deleting.contains_key(*id) && matches!(self.live(id), Live::Listed(_)));
        let certain = self.ledger.candidates(account).certain;
        let mut ids: Vec<&EndpointId> = again.chain(&certain).collect();
        ids.sort();
        ids.into_iter()
            .filter_map(|id| {
                let Live::Listed(seen) = self.live(id) else { return None };
                Some(Change {
                    name: newest.name.clone(),
                    action: Action::DeleteOrphan { key: account.key_for(seen)?.to_owned(), endpoint_id: id.clone() },
                    before: Some(view_of(seen, &newest.wanted.spec)),
                    after: None,
                    reasons: vec![Reason::AnswerLost],
                })
            })
            .collect()
    }

    fn notes_of(&self, account: &Account<'a>) -> Vec<Note> {
        let candidates = self.ledger.candidates(account);
        let Some(newest) = account.intents().last() else { return Vec::new() };
        let name = &newest.name;
        let may_be_lost = |id: &EndpointId| NoteKind::MayBeLost { endpoint_id: id.clone() }.of(name);
        let mut notes: Vec<Note> = candidates.uncertain.iter().map(may_be_lost).collect();
        if !account.is_open() && candidates.certain.is_empty() && account.unanswered() > 0 {
            notes.push(NoteKind::MayStillArrive.of(name));
        }
        notes
    }
}

impl Builder<'_> {
    fn abandon(&self, intent: &Intent) -> Change {
        let same = |entry: &Entry| {
            entry.wanted.rotation == intent.wanted.rotation && entry.wanted.spec.is_same_as(&intent.wanted.spec)
        };
        let wanted = !self.world.choices.destroy && self.world.desired.webhooks.values().any(same);
        Change {
            name: intent.name.clone(),
            action: Action::Abandon { key: intent.key.clone() },
            before: None,
            after: None,
            reasons: vec![if wanted { Reason::AnswerLost } else { Reason::NoLongerWanted }],
        }
    }
}

fn view_of(seen: &Observed, body: &Spec) -> View {
    View { spec: seen.as_spec(body), endpoint_id: Some(seen.id.clone()), rotation: 1, prevent_destroy: false }
}

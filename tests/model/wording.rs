//! The rules as they are, and simpler wordings of them that the model must find wanting. What a wording changes is
//! done here, around the code that is tested, and never in it.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use hookwright::surface::Timestamp;
use hookwright::surface::{
    Action, Candidates, Change, Choices, Ledger, Next, World as Planned, needs_second_look, plan,
};
use hookwright::surface::{EndpointId, Name, Observed};
use hookwright::surface::{Guards, Intent, Record, State};

use super::old;
use super::world::World;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wording {
    /// The rules as they are.
    Today,
    /// 0.1's judgement, key by key.
    Judge01,
    /// An account is an entry's, not a spec's.
    AccountPerEntry,
    /// A noted deletion takes one send off the count, and is not remembered.
    DeletionsForgetTheirSend,
    /// One listing reconciles an account and ends a deletion.
    OneListing,
    /// A key stays open although its entry has its endpoint by other means.
    OpenKeysStay,
    /// Which ids were received is not remembered.
    ReceiptsForgotten,
}

/// What a plan comes to.
pub struct Decided {
    pub changes: Vec<Change>,
    pub tidy: Vec<Record>,
    /// The entries that are refused.
    pub refused: Vec<Option<Name>>,
}

static CHOICES: LazyLock<Choices> = LazyLock::new(|| Choices {
    allow_delete: BTreeSet::from(["*".to_owned()]),
    allow_all_gone: true,
    ..Choices::default()
});
static GUARDS: LazyLock<Guards> = LazyLock::new(Guards::default);

/// What the real plan comes to.
pub fn planned(world: &World, state: &State, live: &[Observed]) -> Decided {
    let plan = plan(&Planned {
        desired: &world.file,
        state,
        live: Some(live),
        guards: &GUARDS,
        team: None,
        now: world.now(),
        environment: None,
        cannot_encrypt: None,
        elsewhere: &Default::default(),
        choices: &CHOICES,
    });
    Decided {
        changes: plan.changes,
        tidy: plan.tidy,
        refused: plan.refusals.into_iter().map(|refusal| refusal.name).collect(),
    }
}

impl Wording {
    pub fn plan(self, world: &World, live: &[Observed]) -> Decided {
        match self {
            Self::Judge01 => old::plan(world, live),
            Self::AccountPerEntry => per_entry(world, live),
            Self::OpenKeysStay => open_keys_stay(world, live),
            _ => planned(world, &world.state, live),
        }
    }

    pub fn second_look(self, state: &State, now: Timestamp) -> bool {
        !matches!(self, Self::OneListing | Self::Judge01) && needs_second_look(state, now)
    }

    /// What of a listing a create may have made.
    pub fn candidates(self, state: &State, intent: &Intent, live: &[Observed]) -> Candidates {
        if self == Self::Judge01 {
            return old::judge(state, live).remove(&intent.key).unwrap_or_default();
        }
        let state = self.view(state, &intent.name);
        let ledger = Ledger::new(&state, live);
        ledger.account(&intent.wanted.spec).map(|account| ledger.candidates(account)).unwrap_or_default()
    }

    pub fn before_send(self, state: &State, intent: &Intent, live: &[Observed]) -> Next {
        if self == Self::Judge01 {
            return Next::Send;
        }
        Ledger::new(&self.view(state, &intent.name), live).before_send(&intent.wanted.spec)
    }

    pub fn orphans(self, state: &State, live: &[Observed]) -> Vec<(String, EndpointId)> {
        match self {
            Self::Judge01 => old::orphans(state, live),
            Self::AccountPerEntry => {
                let names: BTreeSet<&Name> = state.pending.iter().map(|intent| &intent.name).collect();
                names.into_iter().flat_map(|name| Ledger::new(&of(state, name), live).orphans()).collect()
            }
            _ => Ledger::new(state, live).orphans(),
        }
    }

    /// The state as the account of an entry sees it.
    fn view<'a>(self, state: &'a State, name: &Name) -> Cow<'a, State> {
        if self == Self::AccountPerEntry { Cow::Owned(of(state, name)) } else { Cow::Borrowed(state) }
    }

    /// Whether an endpoint counts as ours when its deletion as an orphan is about to be noted.
    pub fn was_ours(self, state: &State, id: &EndpointId) -> bool {
        self != Self::Judge01 && state.was_ours(id)
    }

    pub fn fold(self, state: &mut State, record: Record) {
        match (self, &record) {
            (Self::Judge01, Record::Deleting { .. }) => return,
            (Self::Judge01, Record::Deleted { orphan_of: Some(key), .. }) => {
                on(state, key, |intent| intent.unanswered = intent.unanswered.saturating_sub(1));
                return state.fold(Record::Reconciled { keys: Vec::new() });
            }
            (Self::DeletionsForgetTheirSend, Record::Deleting { orphan_of: Some(key), endpoint_id, .. }) => {
                state.fold(record.clone());
                on(state, key, |intent| {
                    intent.used.remove(endpoint_id);
                    intent.unanswered = intent.unanswered.saturating_sub(1);
                });
            }
            (Self::DeletionsForgetTheirSend, Record::Deleted { orphan_of: Some(key), endpoint_id, .. }) => {
                state.fold(record.clone());
                on(state, key, |intent| {
                    intent.used.remove(endpoint_id);
                });
            }
            _ => state.fold(record),
        }
        if self == Self::ReceiptsForgotten {
            state.pending.iter_mut().for_each(|intent| intent.received.clear());
            state.former.clear();
        }
    }
}

fn on(state: &mut State, key: &str, change: impl FnOnce(&mut Intent)) {
    if let Some(intent) = state.pending.iter_mut().find(|intent| intent.key == key) {
        change(intent);
    }
}

fn of(state: &State, name: &Name) -> State {
    let mut state = state.clone();
    state.pending.retain(|intent| intent.name == *name);
    state
}

/// The plan of each entry, as if no other had sent anything.
fn per_entry(world: &World, live: &[Observed]) -> Decided {
    let state = &world.state;
    let names: BTreeSet<Name> = state
        .pending
        .iter()
        .map(|intent| intent.name.clone())
        .chain(state.endpoints.keys().cloned())
        .chain(world.file.webhooks.keys().cloned())
        .collect();
    let mut all = Decided { changes: Vec::new(), tidy: Vec::new(), refused: Vec::new() };
    for name in names {
        let Decided { mut changes, tidy, refused } = planned(world, &of(state, &name), live);
        changes.retain(|change| change.name == name);
        all.changes.extend(changes);
        all.tidy.extend(tidy.into_iter().filter(|record| !all.tidy.contains(record)).collect::<Vec<_>>());
        all.refused.extend(refused.into_iter().filter(|of| of.as_ref().is_none_or(|of| *of == name)));
    }
    all
}

/// The plan without the end of a key that its entry would send.
fn open_keys_stay(world: &World, live: &[Observed]) -> Decided {
    let mut decided = planned(world, &world.state, live);
    let intent = |key: &String| world.state.intent(key);
    let wanted = |key: &String| {
        let entry = intent(key).map(|intent| (world.file.webhooks.get(&intent.name), &intent.wanted.spec));
        entry.is_some_and(|(entry, body)| entry.is_some_and(|entry| entry.wanted.spec == *body))
    };
    let kept: BTreeSet<_> = decided
        .changes
        .iter()
        .filter_map(|change| match &change.action {
            Action::Abandon { key } if wanted(key) => intent(key).map(|intent| intent.wanted.spec.clone()),
            _ => None,
        })
        .collect();
    decided.changes.retain(|change| match &change.action {
        Action::Abandon { key } | Action::DeleteOrphan { key, .. } => {
            intent(key).is_none_or(|intent| !kept.contains(&intent.wanted.spec))
        }
        _ => true,
    });
    decided
}

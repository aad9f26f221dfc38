//! One create on its way, and the creates that a plan asks for.

use std::collections::BTreeSet;

use super::run::Run;
use crate::endpoint::{EndpointId, Name};
use crate::plan::{Action, Change, Make, Order};
use crate::state::Intent;
use crate::stopwatch::Started;
use crate::videogen::ApiError;

/// One create on its way.
#[derive(Debug, Clone)]
pub(super) struct Task {
    /// The change in the plan.
    pub index: usize,
    /// What is sent, under which key.
    pub intent: Intent,
    /// Whether the intent is in the journal.
    pub noted: bool,
    /// The note of the first send, where that was made ahead and nothing was sent since.
    pub ahead: Option<Started>,
    /// What comes before the first send.
    pub before: Option<Before>,
    /// Endpoints that may be the outcome of an earlier send.
    pub matches: BTreeSet<EndpointId>,
    /// Sends in this run.
    pub sends: u32,
    /// What the last two lost sends led to, the last first.
    pub last: [Option<Lost>; 2],
    /// Whether an earlier run sent it.
    old: bool,
}

/// What becomes of the old endpoint before the first send.
#[derive(Debug, Clone)]
pub(super) enum Before {
    /// It is deleted.
    Delete(EndpointId),
    /// It is gone, and is remembered.
    Gone(EndpointId),
}

/// What a lost send led to.
#[derive(Debug, Clone)]
pub(super) struct Lost {
    /// What was answered, or why nothing was.
    pub error: ApiError,
    /// The endpoint that the answer named without its secret.
    pub named: Option<EndpointId>,
}

impl Task {
    fn new(index: usize, intent: Intent, before: Option<Before>) -> Self {
        let (matches, last) = (BTreeSet::new(), [None, None]);
        Self { index, intent, noted: false, ahead: None, before, matches, sends: 0, last, old: false }
    }

    /// Whether its key was sent more than once: what it answers may be an endpoint that somebody deleted since.
    pub(super) fn was_resent(&self) -> bool {
        self.old || self.sends > 1
    }

    /// Whether an endpoint is listed since an earlier send, or was named by the answer to one.
    pub(super) fn knows(&self, id: &EndpointId) -> bool {
        self.matches.contains(id) || self.last.iter().flatten().any(|lost| lost.named.as_ref() == Some(id))
    }

    /// The same create under a fresh key, whose intent is in the journal.
    pub(super) fn renewed(self, fresh: Intent) -> Self {
        Self {
            intent: fresh,
            noted: true,
            ahead: None,
            before: None,
            matches: BTreeSet::new(),
            last: [None, None],
            old: false,
            ..self
        }
    }
}

/// Every create of the plan that is to be sent.
pub(super) fn tasks<A>(run: &Run<A>) -> Vec<Task> {
    let changes = run.job.plan.changes.iter().enumerate();
    changes.filter_map(|(index, change)| task(run, index, change)).collect()
}

fn task<A>(run: &Run<A>, index: usize, change: &Change) -> Option<Task> {
    let fresh = |make: &Make, replaces| intent(run, change.name.clone(), make, replaces);
    Some(match &change.action {
        Action::Create(make) => Task::new(index, fresh(make, None), make.gone.clone().map(Before::Gone)),
        Action::Replace { make, old, order: Order::DestroyFirst, beside: _ } => {
            Task::new(index, fresh(make, None), Some(Before::Delete(old.clone())))
        }
        Action::Replace { make, old, order: Order::CreateFirst, beside: _ } => {
            Task::new(index, fresh(make, Some(old.clone())), None)
        }
        Action::Resend { matches, stuck: true, .. } => {
            let ids = named(matches.iter().cloned());
            run.unknown(index, format!("nothing was sent: its outcome may be any of {ids}, and none is certain"));
            return None;
        }
        Action::Resend { key, matches, .. } => {
            let intent = run.job.state.with_state(|state| state.intent(key).cloned())?;
            let matches = matches.iter().cloned().collect();
            Task { noted: true, matches, old: true, ..Task::new(index, intent, None) }
        }
        Action::Delete { .. }
        | Action::Rename { .. }
        | Action::Abandon { .. }
        | Action::DeleteOrphan { .. }
        | Action::Update(_)
        | Action::Import { .. }
        | Action::Forget { .. } => return None,
    })
}

fn intent<A>(run: &Run<A>, name: Name, make: &Make, replaces: Option<EndpointId>) -> Intent {
    Intent {
        key: run.fresh_key(),
        name,
        wanted: make.wanted.clone(),
        tag: run.fresh_tag(),
        live_before: make.live_before.clone(),
        replaces,
        overlap_seconds: make.overlap.as_secs(),
        first_sent: None,
        last_sent: None,
        unanswered: 0,
        used: BTreeSet::new(),
        received: BTreeSet::new(),
        named: BTreeSet::new(),
        closed: false,
    }
}

/// An intent of the same create under a fresh key, beside what is live of its spec now.
pub(super) fn renewal<A>(run: &Run<A>, old: &Intent, live: BTreeSet<EndpointId>) -> Intent {
    let mut live_before = old.live_before.clone();
    live_before.extend(live);
    Intent {
        key: run.fresh_key(),
        tag: run.fresh_tag(),
        live_before,
        first_sent: None,
        last_sent: None,
        unanswered: 0,
        used: BTreeSet::new(),
        received: BTreeSet::new(),
        closed: false,
        ..old.clone()
    }
}

/// The ids of a set, for a sentence.
pub(super) fn named(ids: impl IntoIterator<Item = EndpointId>) -> String {
    let ids: BTreeSet<String> = ids.into_iter().map(|id| id.to_string()).collect();
    ids.into_iter().collect::<Vec<_>>().join(", ")
}

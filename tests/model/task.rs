//! One create on its way, and the creates that a plan asks for: what `src/apply/task.rs` does.

use std::collections::BTreeSet;

use hookwright::surface::Intent;
use hookwright::surface::{Action, Change, Make, Order};
use hookwright::surface::{EndpointId, Name};

use super::run::Run;

/// One create on its way.
#[derive(Debug, Clone)]
pub struct Task {
    pub index: usize,
    pub intent: Intent,
    pub noted: bool,
    pub before: Option<Before>,
    pub matches: BTreeSet<EndpointId>,
    pub sends: u32,
    /// What the last two lost sends led to, the last first.
    pub last: [Option<Lost>; 2],
    pub old: bool,
}

/// What becomes of the old endpoint before the first send.
#[derive(Debug, Clone)]
pub enum Before {
    Delete(EndpointId),
    Gone(EndpointId),
}

/// What a lost send led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    /// No answer at all, or one that says nothing.
    Silence,
    /// The same 5xx as every other.
    Status,
    /// An endpoint without its secret.
    Named,
}

impl Run<'_> {
    pub fn tasks(&mut self) -> Vec<Task> {
        let changes = self.changes.clone();
        changes.iter().enumerate().filter_map(|(index, change)| self.task(index, change)).collect()
    }

    fn task(&mut self, index: usize, change: &Change) -> Option<Task> {
        let (last, sends) = ([None, None], 0);
        let task = |intent, before| Task {
            index,
            intent,
            noted: false,
            before,
            matches: BTreeSet::new(),
            sends,
            last,
            old: false,
        };
        Some(match &change.action {
            Action::Create(make) => {
                let before = make.gone.clone().map(Before::Gone);
                task(self.intent(change.name.clone(), make, None), before)
            }
            Action::Replace { make, old, order: Order::DestroyFirst, beside: _ } => {
                task(self.intent(change.name.clone(), make, None), Some(Before::Delete(old.clone())))
            }
            Action::Replace { make, old, order: Order::CreateFirst, beside: _ } => {
                task(self.intent(change.name.clone(), make, Some(old.clone())), None)
            }
            Action::Resend { key, matches, stuck: false, .. } => {
                let intent = self.world.state.intent(key).cloned()?;
                let matches = matches.iter().cloned().collect();
                Task { noted: true, matches, old: true, ..task(intent, None) }
            }
            _ => return None,
        })
    }

    fn intent(&mut self, name: Name, make: &Make, replaces: Option<EndpointId>) -> Intent {
        let (key, tag) = self.fresh_key();
        Intent {
            key,
            name,
            wanted: make.wanted.clone(),
            tag,
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

    /// A key that was never used, and a tag where creates are marked.
    pub fn fresh_key(&mut self) -> (String, Option<String>) {
        self.world.keys += 1;
        let number = self.world.keys;
        (format!("k{number}"), self.setup.mark.then(|| format!("tag{number:04}")))
    }
}

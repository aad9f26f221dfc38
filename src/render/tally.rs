//! The one count of a plan that every format agrees on, in Terraform's four words.

use std::fmt;

use crate::plan::{Action, Change, Plan};

/// How many endpoints are imported, added, changed, destroyed by this apply. A replacement without overlap is added and
/// destroyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Tally {
    pub import: usize,
    pub add: usize,
    /// What the state alone sees: renames, updates, what is forgotten or given up; and changed guards.
    pub change: usize,
    pub destroy: usize,
}

impl Tally {
    pub(super) fn of(plan: &Plan) -> Self {
        let mut tally = Self { change: plan.guards.len(), ..Self::default() };
        plan.changes.iter().for_each(|change| tally.count(change));
        tally
    }

    fn count(&mut self, change: &Change) {
        match &change.action {
            Action::Create(_) => self.add += 1,
            // Within an overlap the old endpoint stays: a later apply destroys it.
            Action::Replace { make, .. } => {
                self.add += 1;
                self.destroy += usize::from(make.overlap.is_zero());
            }
            Action::Resend { stuck: true, .. } => {}
            // A lost create that was a replacement's ends the old endpoint too.
            Action::Resend { make, replaces, .. } => {
                self.add += 1;
                self.destroy += usize::from(replaces.is_some() && make.overlap.is_zero());
            }
            Action::Delete { .. } | Action::DeleteOrphan { .. } => self.destroy += 1,
            Action::Import { .. } => self.import += 1,
            Action::Rename { .. } | Action::Update(_) | Action::Forget { .. } | Action::Abandon { .. } => {
                self.change += 1;
            }
        }
    }
}

impl fmt::Display for Tally {
    /// Terraform's words, without its `Plan: ` and full stop.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { import, add, change, destroy } = self;
        if *import > 0 {
            write!(f, "{import} to import, ")?;
        }
        write!(f, "{add} to add, {change} to change, {destroy} to destroy")
    }
}

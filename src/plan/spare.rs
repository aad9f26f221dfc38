//! How many deletions an apply may still send beyond its plan: orphans that it finds on its way.

use std::collections::BTreeSet;

use super::{Change, World, pattern};
use crate::endpoint::Name;

/// What `max_deletes` leaves for orphans of lost creates, and the entries that it does not bind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Spare {
    left: Option<usize>,
    allowed: BTreeSet<String>,
}

impl Spare {
    pub(super) fn of(world: &World<'_>, changes: &[Change]) -> Self {
        let ends = |change: &&Change| change.counts_against_max_deletes() || change.retirement().is_some();
        let used = changes.iter().filter(ends).count();
        let most = world.desired.safety.max_deletes.map(|most| most as usize);
        Self { left: most.map(|most| most.saturating_sub(used)), allowed: world.choices.allow_delete.clone() }
    }

    /// Takes one deletion for an entry; `false` where none is left.
    pub fn take(&mut self, name: &Name) -> bool {
        match &mut self.left {
            None => true,
            Some(_) if pattern::any(&self.allowed, name) => true,
            Some(0) => false,
            Some(left) => {
                *left -= 1;
                true
            }
        }
    }
}

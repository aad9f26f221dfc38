//! A plan's id: 128 bits of hash over what it would do and under which guards.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Change, GuardChange, World};

/// What the id of a plan begins with that did not ask the API.
const OFFLINE: &str = "offline-";

/// Same actions, values, team, lineage, base url, recipients and guards: same id. A plan that did not ask the API
/// has an id that begins with `offline-` and cannot be applied by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PlanId(String);

impl PlanId {
    pub(super) fn of(world: &World<'_>, guard_changes: &[GuardChange], changes: &[Change]) -> Self {
        let state = world.state;
        let content = (
            changes,
            guard_changes,
            world.team.or(state.team_id.as_deref()),
            &state.lineage,
            world.guards,
            world.environment,
            world.choices.refresh_only,
        );
        let json = serde_json::to_vec(&content).expect("a plan has string keys and no failing parts");
        let hex: String = Sha256::digest(&json)[..16].iter().map(|b| format!("{b:02x}")).collect();
        Self(if world.live.is_some() { hex } else { format!("{OFFLINE}{hex}") })
    }

    /// Whether the plan did not ask the API.
    pub fn is_offline(&self) -> bool {
        self.0.starts_with(OFFLINE)
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PlanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

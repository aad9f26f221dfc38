//! What a plan that was reviewed allows, so that an apply that stopped may go on with exactly the rest of it.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::{Action, Change, Make, Plan};
use crate::endpoint::Name;

impl Plan {
    /// What doing this plan takes, each as one text: kept in the state while it is being done.
    pub fn permits(&self) -> BTreeSet<String> {
        self.changes.iter().flat_map(permits).collect()
    }

    /// Whether this plan asks for nothing that was not permitted, but for the recovery of what was lost meanwhile.
    pub fn is_within(&self, permitted: &BTreeSet<String>) -> bool {
        let recovers = |change: &Change| change.action.word() == "recover";
        self.guards.is_empty()
            && self.changes.iter().filter(|c| !recovers(c)).flat_map(permits).all(|permit| permitted.contains(&permit))
    }
}

fn permits(change: &Change) -> Vec<String> {
    let name = &change.name;
    match &change.action {
        Action::Create(made) | Action::Resend { make: made, .. } => vec![make(name, made)],
        Action::Replace { make: made, old, .. } => vec![make(name, made), format!("delete {old}")],
        Action::Delete { endpoint_id, .. } | Action::DeleteOrphan { endpoint_id, .. } => {
            vec![format!("delete {endpoint_id}")]
        }
        Action::Rename { from } => vec![format!("rename {from} {name}")],
        Action::Abandon { key } => vec![format!("abandon {key}")],
        Action::Update(update) => vec![format!("update {name} {}", hash(update))],
        Action::Import { endpoint_id, .. } => vec![format!("import {name} {endpoint_id}")],
        Action::Forget { endpoint_id } => vec![format!("forget {endpoint_id}")],
    }
}

/// Whether the endpoint stands in for a gone one or replaces another may change while a plan is being done; what is
/// made may not.
fn make(name: &Name, make: &Make) -> String {
    let Make { spec, events_as_written, rotation, prevent_destroy, gone: _, overlap, live_before: _ } = make;
    format!("make {name} {}", hash(&(spec, events_as_written, rotation, prevent_destroy, overlap)))
}

fn hash(value: &impl serde::Serialize) -> String {
    let json = serde_json::to_vec(value).expect("a change has string keys and no failing parts");
    Sha256::digest(&json)[..16].iter().map(|b| format!("{b:02x}")).collect()
}

//! What heads every format although it changes nothing by itself: signing secrets that somebody else changed.

use serde::Serialize;

use crate::plan::{Action, Change, DriftKind, Plan};

/// A fact that a person must act on.
#[derive(Debug, Serialize)]
pub(super) struct Attention<'a> {
    /// The entry.
    pub name: &'a str,
    /// Its endpoint.
    pub endpoint_id: &'a str,
    /// What happened.
    pub message: &'static str,
    /// The command that mends it.
    pub command: String,
}

const MESSAGE: &str = "the signing secret was changed outside of hookwright: the one in the state is stale, and \
                       somebody else may hold the new one";

/// Every entry whose live secret is not the state's, unless this plan renews or ends it.
pub(super) fn attention(plan: &Plan) -> Vec<Attention<'_>> {
    let changed = plan.drift.iter().filter(|drift| matches!(drift.kind, DriftKind::Secret { .. }));
    let renews = |change: &Change| {
        matches!(change.action, Action::Create(_) | Action::Replace { .. } | Action::Delete { deposed: false, .. })
    };
    changed
        .filter(|drift| !plan.changes.iter().any(|change| change.name == drift.name && renews(change)))
        .map(|drift| Attention {
            name: drift.name.as_str(),
            endpoint_id: drift.endpoint_id.as_str(),
            message: MESSAGE,
            command: format!("hookwright secret rotate {}", drift.name),
        })
        .collect()
}

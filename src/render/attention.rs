//! What heads every format although it changes nothing by itself: signing secrets that somebody else changed.

use serde::Serialize;

use crate::plan::{Action, Change, Drift, DriftKind, Plan};

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
const PREDECESSOR: &str = "this predecessor was changed outside of hookwright, and receives every event until its overlap \
                           ends";

/// Whether a change ends the endpoint that drifted, or gives its entry a new secret.
fn mends(change: &Change, drift: &Drift) -> bool {
    match &change.action {
        Action::Create(_) | Action::Replace { .. } => !drift.deposed,
        Action::Delete { endpoint_id, .. } => *endpoint_id == drift.endpoint_id,
        _ => false,
    }
}

/// Every entry whose live secret is not the state's, unless this plan renews or ends it.
pub(super) fn attention(plan: &Plan) -> Vec<Attention<'_>> {
    let alarms = |drift: &&Drift| drift.deposed || matches!(drift.kind, DriftKind::Secret { .. });
    let mended = |drift: &Drift| plan.changes.iter().any(|change| change.name == drift.name && mends(change, drift));
    let fact = |drift: &'_ Drift| match drift.deposed {
        true => (PREDECESSOR, format!("hookwright secret rotate {} --finish", drift.name)),
        false => (MESSAGE, format!("hookwright secret rotate {}", drift.name)),
    };
    let drift = plan.drift.iter().filter(alarms).filter(|drift| !mended(drift));
    drift
        .map(|drift| {
            let (message, command) = fact(drift);
            Attention { name: drift.name.as_str(), endpoint_id: drift.endpoint_id.as_str(), message, command }
        })
        .collect()
}

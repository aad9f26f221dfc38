//! What a person must act on although the plan changes nothing of it: endpoints that somebody else changed.

use super::{Action, Change, Drift, DriftKind, Plan};

/// A fact that a person must act on.
#[derive(Debug, Clone, Copy)]
pub struct Attention<'a> {
    /// What drifted.
    pub drift: &'a Drift,
    /// Why it matters.
    pub kind: AttentionKind,
}

/// Why a person must act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum AttentionKind {
    /// The secret in the state is stale, and somebody may hold the new one.
    SecretChanged,
    /// A predecessor that receives every event was changed.
    PredecessorChanged,
}

impl Plan {
    /// Every endpoint that somebody else changed in a way that the plan does not undo, in the order of the drift.
    pub fn attention(&self) -> Vec<Attention<'_>> {
        let resolved =
            |drift: &Drift| self.changes.iter().any(|change| change.name == drift.name && resolves(change, drift));
        let alarms = self.drift.iter().filter(|drift| !resolved(drift));
        alarms
            .filter_map(|drift| {
                let kind = match (drift.deposed, &drift.kind) {
                    (true, _) => AttentionKind::PredecessorChanged,
                    (false, DriftKind::Secret { .. }) => AttentionKind::SecretChanged,
                    (false, DriftKind::Gone | DriftKind::Changed { .. }) => return None,
                };
                Some(Attention { drift, kind })
            })
            .collect()
    }
}

/// Whether a change ends the endpoint that drifted, or gives its entry a new secret.
fn resolves(change: &Change, drift: &Drift) -> bool {
    match &change.action {
        Action::Create(_) | Action::Replace { .. } => !drift.deposed,
        Action::Delete { endpoint_id, .. } => *endpoint_id == drift.endpoint_id,
        Action::Rename { .. }
        | Action::Resend { .. }
        | Action::Abandon { .. }
        | Action::DeleteOrphan { .. }
        | Action::Update(_)
        | Action::Import { .. }
        | Action::Forget { .. } => false,
    }
}

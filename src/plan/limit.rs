//! Which changes `max_deletes` limits: deletions count when they are planned, retirements are postponed.

use super::{Action, Change, Reason};
use crate::endpoint::EndpointId;
use crate::timestamp::Timestamp;

impl Change {
    /// Whether it counts against `max_deletes` when it is planned. A retirement does not: it is postponed instead. What
    /// is gone already costs nobody anything.
    pub(super) fn counts_against_max_deletes(&self) -> bool {
        match &self.action {
            Action::Delete { deposed: true, gone, .. } => !gone && self.retirement().is_none(),
            Action::Delete { deposed: false, gone, .. } => !gone,
            Action::Replace { .. } | Action::Forget { .. } | Action::DeleteOrphan { .. } => true,
            Action::Create(_)
            | Action::Rename { .. }
            | Action::Resend { .. }
            | Action::Abandon { .. }
            | Action::Update(_)
            | Action::Import { .. } => false,
        }
    }

    /// The end of the overlap and the id of a retirement, where the change is one.
    pub(super) fn retirement(&self) -> Option<(Timestamp, EndpointId)> {
        let Action::Delete { endpoint_id, deposed: true, .. } = &self.action else { return None };
        self.reasons.iter().find_map(|reason| match reason {
            Reason::OverlapEnded(until) => Some((*until, endpoint_id.clone())),
            Reason::TurnedUp => Some((Timestamp(i64::MAX), endpoint_id.clone())),
            _ => None,
        })
    }
}

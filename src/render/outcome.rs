//! How an apply ended, in one line that tools which read Terraform's text can read.

use crate::apply::Status;
use crate::plan::{Action, Plan};

/// `orphans` were deleted beyond the plan.
///
/// `Apply complete! Resources: 2 added, 0 changed, 1 destroyed.`, or what is left to do.
pub(crate) fn outcome(plan: &Plan, statuses: &[Status], orphans: usize) -> String {
    let (mut imported, mut added, mut changed, mut destroyed) = (0, 0, plan.guards.len(), orphans);
    let (mut failed, mut unknown, mut left) = (0, 0, 0);
    for (change, status) in plan.changes.iter().zip(statuses) {
        match status {
            Status::Failed(_) => failed += 1,
            Status::Unknown(_) => unknown += 1,
            Status::Skipped => left += 1,
            Status::Done(_) => match &change.action {
                Action::Create(_) => added += 1,
                Action::Resend { make, replaces, .. } => {
                    let ends = replaces.is_some() && make.overlap.is_zero();
                    (added, destroyed) = (added + 1, destroyed + usize::from(ends));
                }
                // Within an overlap the old one is still there: a later apply destroys it.
                Action::Replace { make, .. } => {
                    (added, destroyed) = (added + 1, destroyed + usize::from(make.overlap.is_zero()));
                }
                Action::Delete { .. } | Action::DeleteOrphan { .. } => destroyed += 1,
                Action::Import { .. } => imported += 1,
                Action::Rename { .. } | Action::Abandon { .. } | Action::Update(_) | Action::Forget { .. } => {
                    changed += 1
                }
            },
        }
    }
    let imported = if imported > 0 { format!("{imported} imported, ") } else { String::new() };
    let counts = format!("{imported}{added} added, {changed} changed, {destroyed} destroyed");
    if failed + unknown + left == 0 {
        return format!("Apply complete! Resources: {counts}.");
    }
    format!(
        "Apply stopped part-way. Resources: {counts}; {failed} failed, {unknown} of unknown outcome, {left} not begun."
    )
}

//! The file of GitLab's merge-request widget (`artifacts:reports:terraform`).

use super::tally::Tally;
use crate::plan::Plan;

/// `{"create":N,"update":N,"delete":N}`: a replacement counts in create and delete, an import in update, since the
/// widget has no fourth word.
pub fn gitlab_report(plan: &Plan) -> String {
    let Tally { import, add, change, destroy } = Tally::of(plan);
    format!("{{\"create\":{add},\"update\":{},\"delete\":{destroy}}}\n", change + import)
}

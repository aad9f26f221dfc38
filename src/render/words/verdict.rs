//! What a plan without a change proves, in words: of what it looked at, and of nothing else.

use crate::plan::{NoteKind, Plan, Scope};
use crate::quote::count;

/// The sentences behind `No changes.`; none where a refusal or what needs attention makes any such sentence false.
pub(in crate::render) fn unchanged(plan: &Plan) -> Option<String> {
    if !plan.refusals.is_empty() || !plan.attention().is_empty() {
        return None;
    }
    Some(match plan.scope {
        Scope::All if plan.refreshed => "Your infrastructure matches the configuration.".to_owned(),
        Scope::All => "Your infrastructure matches the configuration, as far as the state file knows.".to_owned(),
        Scope::Selected => format!("The selected entries need nothing{}.", others(plan)),
        Scope::Drift => format!("No drift needs to be recorded; the configuration was not compared{}.", others(plan)),
        Scope::Retirements => "No retirement is due; nothing else was compared.".to_owned(),
        Scope::Destruction => "Nothing is left to destroy.".to_owned(),
    })
}

/// The same in few words, for the head of a comment; empty where a refusal makes it false.
pub(in crate::render) fn briefly(plan: &Plan) -> String {
    if !plan.refusals.is_empty() {
        return String::new();
    }
    match plan.scope {
        Scope::All => "no changes".to_owned(),
        Scope::Selected => format!("no changes to the selected entries{}", others(plan)),
        Scope::Drift => format!("no drift to record{}", others(plan)),
        Scope::Retirements => "nothing to retire".to_owned(),
        Scope::Destruction => "nothing to destroy".to_owned(),
    }
}

/// What `--target` left out, where it did.
fn others(plan: &Plan) -> String {
    let left = plan.notes.iter().find_map(|note| match note.kind {
        NoteKind::LeftOut { changes } if changes > 0 => Some(changes),
        _ => None,
    });
    let is = |n| if n == 1 { "is" } else { "are" };
    left.map(|n| format!("; {} {} left out", count(n, "other change"), is(n))).unwrap_or_default()
}

//! An apply as it goes, for programs: a line of JSON for each event, typed.

use std::time::Duration;

use serde_json::{Value, json};

use super::outcome::outcome;
use super::untrusted::defused;
use crate::apply::{Event, Status};
use crate::plan::Plan;

/// The plan, before anything is done: `{"type":"plan", …}` with the plan's own JSON.
pub(crate) fn plan_event(plan: &Plan) -> String {
    let plan: Value = serde_json::from_str(&super::json(plan)).expect("the plan's JSON is JSON");
    line(&json!({"type": "plan", "plan": plan}))
}

/// One event.
pub(crate) fn event(event: &Event) -> String {
    line(&match event {
        Event::Started { name, action } => json!({"type": "start", "name": name, "action": action}),
        Event::Done { name, action, endpoint_id } => {
            let kind = if *action == "recover" { "recovered" } else { "done" };
            json!({"type": kind, "name": name, "action": action, "endpoint_id": endpoint_id})
        }
        Event::Failed { name, action, error, hint } => {
            json!({"type": "failed", "name": name, "action": action, "error": error, "hint": hint})
        }
        Event::Lost { name, error } => json!({"type": "lost", "name": name, "error": error}),
        Event::Interrupted => json!({"type": "interrupted"}),
        Event::Note(message) => json!({"type": "note", "message": message}),
    })
}

/// The API limits the rate: nothing is sent for so long.
pub(crate) fn waiting_event(left: Duration) -> String {
    line(&json!({"type": "waiting", "seconds": left.as_secs()}))
}

/// The last line: how each change ended.
pub(crate) fn outcome_json(plan: &Plan, statuses: &[Status], orphans: usize) -> String {
    let count = |wanted: fn(&Status) -> bool| statuses.iter().filter(|status| wanted(status)).count();
    line(&json!({
        "type": "summary",
        "message": outcome(plan, statuses, orphans),
        "done": count(|s| matches!(s, Status::Done(_))),
        "failed": count(|s| matches!(s, Status::Failed(_))),
        "unknown": count(|s| matches!(s, Status::Unknown(_))),
        "not_begun": count(|s| matches!(s, Status::Skipped)),
    }))
}

fn line(value: &Value) -> String {
    format!("{}\n", defused(value.to_string()))
}

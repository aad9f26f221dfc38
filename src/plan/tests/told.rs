//! A plan in a compact form: one line for each guard, drift, change, stranger, note and refusal.

use crate::plan::{Action, Change, DriftKind, Order, Plan};

pub fn told(plan: &Plan) -> String {
    let mut lines = Vec::new();
    lines.extend(plan.guards.iter().map(|g| format!("guard {}: {} -> {}", g.guard.word(), g.before, g.after)));
    for drift in &plan.drift {
        let what = match &drift.kind {
            DriftKind::Gone => "gone".to_owned(),
            DriftKind::Changed { attributes } => attributes
                .iter()
                .map(|(attribute, was, is)| format!("{} {was} -> {is}", attribute.word()))
                .collect::<Vec<_>>()
                .join(", "),
            DriftKind::Secret { before, after } => format!("secret …{before} -> …{after}"),
        };
        lines.push(format!("drift {} ({}): {what}", drift.name, drift.endpoint_id));
    }
    lines.extend(plan.changes.iter().map(change));
    lines.extend(plan.unmanaged.iter().map(|seen| format!("unmanaged {}", seen.id)));
    lines.extend(plan.notes.iter().map(|note| format!("note: {note}")));
    lines.extend(plan.tidy.iter().map(|record| format!("tidy {}", serde_json::to_string(record).unwrap())));
    lines.extend(plan.refusals.iter().map(|refusal| format!("REFUSED: {} | {}", refusal.message, refusal.hint)));
    if lines.is_empty() { "nothing to do".to_owned() } else { lines.join("\n") }
}

fn change(change: &Change) -> String {
    let reasons: Vec<String> = change.reasons.iter().map(ToString::to_string).collect();
    format!("{} {}: {}", action(&change.action), change.name, reasons.join("; "))
}

fn action(action: &Action) -> String {
    match action {
        Action::Create(make) => match &make.gone {
            Some(gone) => format!("create for {gone}"),
            None => "create".to_owned(),
        },
        Action::Replace { make, old, order } => {
            let order = match order {
                Order::CreateFirst => "+/-",
                Order::DestroyFirst => "-/+",
            };
            let overlap = if make.overlap.is_zero() { String::new() } else { format!(" overlap {:?}", make.overlap) };
            format!("replace {order} {old}{overlap}")
        }
        Action::Delete { endpoint_id, deposed: true, .. } => format!("retire {endpoint_id}"),
        Action::Delete { endpoint_id, deposed: false, .. } => format!("delete {endpoint_id}"),
        Action::Rename { from } => format!("rename {from} ->"),
        Action::Resend { key, matches, replaces, from, .. } => {
            let told = |word: &str, text: String| if text.is_empty() { text } else { format!(" {word} {text}") };
            let matches = matches.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
            let replaces = replaces.as_ref().map(ToString::to_string).unwrap_or_default();
            let from = from.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("resend {key}{}{}{}", told("from", from), told("replacing", replaces), told("matching", matches))
        }
        Action::Abandon { key } => format!("abandon {key}"),
        Action::DeleteOrphan { key, endpoint_id } => format!("delete orphan {endpoint_id} of {key}"),
        Action::Update(update) => {
            let spec = if update.spec.is_some() { " taking over what is live" } else { "" };
            format!("update{spec} rotation={} prevent_destroy={}", update.rotation, update.prevent_destroy)
        }
        Action::Import { endpoint_id, .. } => format!("import {endpoint_id}"),
        Action::Forget { endpoint_id } => format!("forget {endpoint_id}"),
    }
}

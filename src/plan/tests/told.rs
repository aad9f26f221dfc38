//! A plan in a compact form: one line for each guard, drift, change, stranger, note and refusal.

use crate::endpoint::{Attribute, Attributed};
use crate::plan::{Action, Change, DriftKind, Order, Plan, Refusal};

pub(super) fn told(plan: &Plan) -> String {
    let mut lines = Vec::new();
    lines.extend(plan.guards.iter().map(|guard| {
        let (before, after) = guard.lines();
        format!("guard {}: {before} -> {after}", guard.word())
    }));
    for drift in &plan.drift {
        let what = match &drift.kind {
            DriftKind::Gone => "gone".to_owned(),
            DriftKind::Changed { attributes, expected, live } => {
                let side = |attribute: &Attribute| {
                    let (was, is) = (value(expected.get(*attribute)), value(live.get(*attribute)));
                    format!("{} {was} -> {is}", attribute.word())
                };
                attributes.iter().map(side).collect::<Vec<_>>().join(", ")
            }
            DriftKind::Secret { before, after } => format!("secret …{before} -> …{after}"),
        };
        lines.push(format!("drift {} ({}): {what}", drift.name, drift.endpoint_id));
    }
    lines.extend(plan.changes.iter().map(change));
    lines.extend(plan.unmanaged.iter().map(|seen| format!("unmanaged {}", seen.id)));
    lines.extend(plan.notes.iter().map(|note| format!("note: {}", json(note))));
    lines.extend(plan.tidy.iter().map(|record| format!("tidy {}", json(record))));
    lines.extend(plan.refusals.iter().map(refusal));
    if lines.is_empty() { "nothing to do".to_owned() } else { lines.join("\n") }
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap()
}

fn value(value: Attributed<'_>) -> String {
    match value {
        Attributed::Text(text) => text.unwrap_or_default().to_owned(),
        Attributed::Set(items) => items.iter().cloned().collect::<Vec<_>>().join(", "),
    }
}

fn refusal(refusal: &Refusal) -> String {
    let name = refusal.name.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
    format!("REFUSED {name}{}", json(&refusal.kind))
}

fn change(change: &Change) -> String {
    let reasons: Vec<String> = change.reasons.iter().map(|reason| json(reason).replace('"', "")).collect();
    format!("{} {}: {}", action(&change.action), change.name, reasons.join("; "))
}

fn action(action: &Action) -> String {
    match action {
        Action::Create(make) => match &make.gone {
            Some(gone) => format!("create for {gone}"),
            None => "create".to_owned(),
        },
        Action::Replace { make, old, order, beside: _ } => {
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

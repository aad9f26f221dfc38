//! The parts of a comment around its actions, each within a size of its own.

use super::super::field::{Delta, Field, Value};
use super::super::generated::adoptions;
use super::super::guard;
use super::super::place::Place;
use super::super::row::drifted;
use super::super::text::{OFFLINE, drift_words};
use super::super::untrusted::{span, value, words};
use super::super::words::{Alarm, Told, alarms, is_grave, label, note, told};
use super::action::draw;
use super::block::{block, folded};
use crate::endpoint::{Name, Observed};
use crate::plan::{Drift, DriftKind, GuardChange, Note, Plan, Refusal, View};
use crate::quote::count;

/// Longer blocks than this are folded.
const IN_SIGHT: usize = 20;

/// The no-ops, named or counted.
pub(super) struct Unchanged {
    pub full: String,
    pub short: String,
}

pub(super) fn offline(plan: &Plan) -> Option<String> {
    (!plan.refreshed).then(|| format!("> [!NOTE]\n> {OFFLINE}\n"))
}

/// One box for whatever cannot be undone, and whatever should alarm.
pub(super) fn attention(plan: &Plan, place: &Place) -> Option<String> {
    let line = |Alarm { title, body }: &Alarm| format!("> - **{title}:** {}\n", body.markdown());
    let lines: Vec<String> = alarms(plan, place).iter().map(line).collect();
    let level = if is_grave(plan) { "CAUTION" } else { "WARNING" };
    (!lines.is_empty())
        .then(|| format!("> [!{level}]\n> **Needs attention**\n>\n{}", items_within(&lines, 8_000, "> ")))
}

pub(super) fn guards(guards: &[GuardChange], place: &Place) -> Option<String> {
    if guards.is_empty() {
        return None;
    }
    let mut lines = Vec::new();
    for change in guards {
        draw(&mut lines, &guard::field(change), change.word().len(), |recipient| label(place, recipient));
    }
    Some(format!("#### Guards changed since the last apply\n\n{}", block("diff", &lines, 6_000)))
}

pub(super) fn drift(drift: &[Drift]) -> Option<String> {
    if drift.is_empty() {
        return None;
    }
    let mut lines = Vec::new();
    for Drift { name, endpoint_id, deposed, kind } in drift {
        let whose = if *deposed { "'s predecessor" } else { "" };
        let what = format!("{name}{whose} {} ({})", drift_words(kind), value(endpoint_id.as_str()));
        match kind {
            DriftKind::Gone => lines.push(format!("# {what}")),
            DriftKind::Changed { attributes, expected, live } => {
                lines.push(format!("# {what}"));
                let fields = drifted(attributes, expected, live);
                let width = fields.iter().map(|field| field.key.len()).max().unwrap_or(0);
                fields.iter().for_each(|field| draw(&mut lines, field, width, |_| None));
            }
            DriftKind::Secret { before, after } => {
                // What it means stands in the box above: a long line is cut here.
                lines.push(format!("# {name}{whose} ({})", value(endpoint_id.as_str())));
                let change = Delta::Change(Value::Text(before), Value::Text(after));
                draw(&mut lines, &Field::new("secret_last4", change), 0, |_| None);
            }
        }
    }
    let title = "Objects have changed outside of hookwright";
    let block = block("diff", &lines, 8_000);
    Some(match lines.len() > IN_SIGHT {
        true => folded(&format!("{title}: {}", count(drift.len(), "endpoint")), &block),
        false => format!("#### {title}\n\n{block}"),
    })
}

pub(super) fn unmanaged(unmanaged: &[Observed]) -> Option<String> {
    let lines: Vec<String> =
        unmanaged.iter().map(|seen| format!("live {} at {}", value(seen.id.as_str()), value(&seen.url))).collect();
    let title = format!("{} not managed here and left alone", count(lines.len(), "live endpoint"));
    (!lines.is_empty()).then(|| folded(&title, &block("text", &lines, 2_000)))
}

pub(super) fn notes(notes: &[Note]) -> Option<String> {
    let items: Vec<String> = notes.iter().map(|one| format!("- {}\n", note(one).markdown())).collect();
    (!items.is_empty()).then(|| format!("#### Notes\n\n{}", items_within(&items, 5_000, "")))
}

/// Why nobody can apply it: what a reader must know before all else.
pub(super) fn refusals(refusals: &[Refusal]) -> Option<String> {
    if refusals.is_empty() {
        return None;
    }
    let item = |Told { what, ways }: &Told| {
        let ways: String = ways.iter().map(|way| format!(">   - {}\n", way.markdown())).collect();
        format!("> - {}\n{ways}", what.markdown())
    };
    let items: Vec<String> = told(refusals).iter().map(item).collect();
    let reasons = count(refusals.len(), "reason");
    Some(format!(
        "> [!CAUTION]\n> **An apply of this plan would be refused**, for {reasons}:\n{}",
        items_within(&items, 12_000, "> ")
    ))
}

/// One block to paste that adopts every endpoint which an entry would double.
pub(super) fn adoption(plan: &Plan) -> Option<String> {
    let lines: Vec<String> = adoptions(plan)?.lines().map(words).collect();
    let title = "To adopt them, paste this into the configuration (a table that exists takes the lines below it)";
    let block = block("toml", &lines, 8_000);
    Some(if lines.len() > IN_SIGHT { folded(title, &block) } else { format!("{title}:\n\n{block}") })
}

/// The first of them, at most `room` bytes; the rest is a count.
fn items_within(items: &[String], room: usize, indent: &str) -> String {
    let mut out = String::new();
    for (at, item) in items.iter().enumerate() {
        if out.len() + item.len() > room {
            let more = items.len() - at;
            return out + &format!("{indent}- and {more} more, in this run's plan artifact\n");
        }
        out.push_str(item);
    }
    out
}

pub(super) fn unchanged(unchanged: &[(Name, View)]) -> Unchanged {
    if unchanged.is_empty() {
        return Unchanged { full: String::new(), short: String::new() };
    }
    let names: Vec<String> = unchanged.iter().map(|(name, _)| span(name.as_str())).collect();
    let title = format!("{} unchanged", count(names.len(), "endpoint"));
    let full = folded(&title, &format!("{}\n", names.join(", ")));
    Unchanged { full: format!("\n{full}"), short: format!("\n{title}, not named here.\n") }
}

pub(super) fn footer(plan: &Plan) -> String {
    let offline = if plan.refreshed { "" } else { " (offline: `--expect` does not accept it)" };
    format!("Plan id: {}{offline}\n", span(plan.id.as_str()))
}

//! The parts of a comment around its actions, each within a size of its own.

use super::super::field::{Delta, Field, Value};
use super::super::foreign::{clipped, fenced, inert, span, value, words};
use super::super::generated::adoptions;
use super::super::guard;
use super::super::row::drifted;
use super::super::text::{OFFLINE, drift_words};
use super::super::words::{attention as told, hint, note, placed, ways};
use super::action::{draw, kind};
use crate::endpoint::{Name, Observed};
use crate::plan::{Attention, Drift, DriftKind, GuardChange, Kind, Note, Plan, Refusal, View};
use crate::quote::count;

/// How many names a warning gives before the rest is a count.
const NAMED: usize = 10;
/// The longest line of a list; longer ones are cut, and say so.
const LONGEST_LINE: usize = 2_000;

/// The no-ops, named or counted.
pub(super) struct Unchanged {
    pub full: String,
    pub short: String,
}

pub(super) fn offline(plan: &Plan) -> Option<String> {
    (!plan.refreshed).then(|| format!("> [!NOTE]\n> {OFFLINE}\n"))
}

/// What a person must act on although the plan changes nothing of it.
pub(super) fn attention(plan: &Plan) -> Option<String> {
    let line = |one: &Attention<'_>| {
        let (name, id) = (span(one.drift.name.as_str()), one.drift.endpoint_id.as_str());
        let id = span(&inert(&clipped(id, 300)));
        format!("> - {name} ({id}): {}; {}\n", told(one), hint(one).markdown())
    };
    let lines: Vec<String> = plan.attention().iter().map(line).collect();
    (!lines.is_empty())
        .then(|| format!("> [!CAUTION]\n> **Needs attention**\n>\n{}", items_within(&lines, 4_000, "> ")))
}

/// What a reviewer must not miss: ends, replacements, recoveries, new hosts.
pub(super) fn warning(plan: &Plan) -> Option<String> {
    let told = [
        (Kind::Delete, "deleted"),
        (Kind::Replace, "replaced, with another signing secret"),
        (Kind::Recover, "recovered, after a create whose answer was lost"),
    ];
    let mut lines = Vec::new();
    for (kind_of, what) in told {
        let named = plan.changes.iter().filter(|change| change.action.kind() == kind_of);
        let names: Vec<String> =
            named.map(|change| format!("{}{}", span(change.name.as_str()), kind(&change.action))).collect();
        if !names.is_empty() {
            lines.push(format!("> - **{} {what}:** {}\n", names.len(), list(&names)));
        }
    }
    if !plan.new_hosts.is_empty() {
        let hosts: Vec<String> = plan.new_hosts.iter().map(|host| span(&inert(&clipped(host, 300)))).collect();
        lines.push(format!("> - **{} to receive events:** {}\n", count(hosts.len(), "new host"), list(&hosts)));
    }
    (!lines.is_empty()).then(|| format!("> [!WARNING]\n{}", lines.concat()))
}

fn list(names: &[String]) -> String {
    let more = names.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    names[..names.len().min(NAMED)].join(", ") + &more
}

pub(super) fn guards(guards: &[GuardChange]) -> Option<String> {
    if guards.is_empty() {
        return None;
    }
    let mut lines = Vec::new();
    for change in guards {
        draw(&mut lines, &guard::field(change), change.word().len());
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
            DriftKind::Gone => lines.push(format!("- {what}")),
            DriftKind::Changed { attributes, expected, live } => {
                lines.push(format!("! {what}"));
                let fields = drifted(attributes, expected, live);
                let width = fields.iter().map(|field| field.key.len()).max().unwrap_or(0);
                fields.iter().for_each(|field| draw(&mut lines, field, width));
            }
            DriftKind::Secret { before, after } => {
                lines.push(format!("! {what}"));
                let change = Delta::Change(Value::Text(before), Value::Text(after));
                draw(&mut lines, &Field::new("secret_last4", change), 0);
            }
        }
    }
    Some(format!("#### Objects have changed outside of hookwright\n\n{}", block("diff", &lines, 8_000)))
}

pub(super) fn unmanaged(unmanaged: &[Observed]) -> Option<String> {
    let lines: Vec<String> =
        unmanaged.iter().map(|seen| format!("- {} at {}", value(seen.id.as_str()), value(&seen.url))).collect();
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
    let item = |one: &Refusal| {
        let ways: String = ways(one).iter().map(|way| format!(">   - {}\n", way.markdown())).collect();
        format!("> - {}\n{ways}", placed(one).markdown())
    };
    let items: Vec<String> = refusals.iter().map(item).collect();
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
    Some(format!("{title}:\n\n{}", block("toml", &lines, 8_000)))
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

pub(super) fn folded(title: &str, content: &str) -> String {
    format!("<details><summary>{title}</summary>\n\n{content}\n</details>\n")
}

/// Lines in a fence, at most about `room` bytes of them; the rest is a count.
pub(super) fn block(language: &str, lines: &[String], room: usize) -> String {
    let mut out = String::new();
    for (at, line) in lines.iter().enumerate() {
        let line = clipped(line, LONGEST_LINE);
        if out.len() + line.len() > room {
            out.push_str(&format!("# and {} more, in this run's plan artifact\n", count(lines.len() - at, "line")));
            break;
        }
        out.push_str(&line);
        out.push('\n');
    }
    fenced(language, &out)
}

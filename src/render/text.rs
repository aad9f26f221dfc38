//! A plan for a terminal or a log: in Terraform's manner, its summary lines word for word.

use super::block::{block, pair, sign};
use super::field::{Delta, Sign, Value};
use super::generated::adoptions;
use super::guard;
use super::paint::{Colour, Ink};
use super::place::Place;
use super::row::{Row, drifted, rows, symbol};
use super::tally::Tally;
use super::untrusted::{value, words};
use super::words::{Alarm, Told, alarms, label, note, told, unchanged};
use crate::plan::{Action, Drift, DriftKind, GuardChange, Note, Plan, Refusal};
use crate::quote::count;

/// How many unmanaged endpoints are named before the rest is a count.
const NAMED: usize = 20;

/// The plan as text, where nobody knows where it would be carried out.
pub fn text(plan: &Plan, colour: Colour) -> String {
    text_at(plan, &Place::default(), colour)
}

/// The plan as text: where it would be carried out, what needs attention, guards, drift, the changes, notes, the summary line, refusals, and
/// the id.
pub(crate) fn text_at(plan: &Plan, place: &Place, colour: Colour) -> String {
    let place = &place.clone().or(plan);
    let mut sections: Vec<String> = Vec::new();
    sections.extend(header(plan, place, colour));
    sections.extend(needs_attention(plan, place, colour));
    sections.extend(guards(&plan.guards, place, colour));
    sections.extend(drift(&plan.drift, colour));
    sections.extend(changes(plan, colour));
    sections.extend(unmanaged(plan));
    sections.extend(notes(&plan.notes));
    sections.extend(summary(plan, colour));
    sections.extend(refusals(&plan.refusals, colour));
    sections.extend(adoption(plan));
    sections.push(id(plan));
    sections.join("\n")
}

/// A plan that was reviewed already, in few lines: where it is carried out, what needs attention, notes, the summary
/// line, the id.
pub(crate) fn text_in_brief(plan: &Plan, place: &Place, colour: Colour) -> String {
    let place = &place.clone().or(plan);
    let mut sections: Vec<String> = Vec::new();
    sections.extend(header(plan, place, colour));
    sections.extend(needs_attention(plan, place, colour));
    sections.extend(notes(&plan.notes));
    sections.extend(summary(plan, colour));
    sections.push(id(plan));
    sections.join("\n")
}

/// The marker of a plan that did not ask, in the words of every format for eyes.
pub(super) const OFFLINE: &str = "Offline (no API key, or --refresh=false): compared with the state file alone.";

fn header(plan: &Plan, place: &Place, colour: Colour) -> Option<String> {
    let mut out = String::new();
    if let Some(line) = place.line() {
        out.push_str(&format!("{}\n", colour.paint(Ink::Title, &line)));
    }
    if !plan.refreshed {
        out.push_str(&format!("{}\n", colour.paint(Ink::Changed, OFFLINE)));
    }
    (!out.is_empty()).then_some(out)
}

fn needs_attention(plan: &Plan, place: &Place, colour: Colour) -> Option<String> {
    let all = alarms(plan, place);
    let mut out = format!("{}\n", colour.paint(Ink::Alarm, "Needs attention:"));
    for Alarm { title, body } in &all {
        out.push_str(&format!("  * {}: {}\n", colour.paint(Ink::Title, title), body.plain()));
    }
    (!all.is_empty()).then_some(out)
}

fn guards(guards: &[GuardChange], place: &Place, colour: Colour) -> Option<String> {
    if guards.is_empty() {
        return None;
    }
    let mut out = format!("{}\n\n", colour.paint(Ink::Alarm, "Guards changed since the last apply:"));
    for change in guards {
        let (mark, key) = (sign(colour, Sign::Change), change.word());
        match guard::field(change).delta {
            Delta::Set { items, .. } => {
                out.push_str(&format!("  {mark} {key}\n"));
                for (change, item) in items {
                    let label = label(place, item).unwrap_or_default().plain();
                    out.push_str(&format!("      {} {}{label}\n", sign(colour, change), value(item)));
                }
            }
            Delta::Change(before, after) => {
                let (before, after) = pair(colour, before, after);
                out.push_str(&format!("  {mark} {key} = {before} -> {after}\n"));
            }
            Delta::Keep(_) | Delta::Add(_) | Delta::Remove(_) => {}
        }
    }
    Some(out)
}

fn drift(drift: &[Drift], colour: Colour) -> Option<String> {
    if drift.is_empty() {
        return None;
    }
    let mut out = format!("{}\n", colour.paint(Ink::Title, "Note: Objects have changed outside of hookwright"));
    for Drift { name, endpoint_id, deposed, kind } in drift {
        let id = value(endpoint_id.as_str());
        let whose = if *deposed { "'s predecessor" } else { "" };
        out.push_str(&format!("\n  # {}\n", colour.paint(Ink::Title, &format!("{name}{whose} {}", drift_words(kind)))));
        match kind {
            DriftKind::Gone => out.push_str(&format!("  {} {id}\n", sign(colour, Sign::Remove))),
            DriftKind::Changed { attributes, expected, live } => {
                let fields = drifted(attributes, expected, live);
                out.push_str(&block(colour, "~", Ink::Changed, name.as_str(), &fields, 0));
            }
            DriftKind::Secret { before, after } => {
                let (before, after) = pair(colour, Value::Text(before), Value::Text(after));
                let mark = sign(colour, Sign::Change);
                out.push_str(&format!("  {mark} {id}: last four characters of the secret = {before} -> {after}\n"));
            }
        }
    }
    Some(out)
}

/// What happened to an endpoint, after its name.
pub(super) fn drift_words(kind: &DriftKind) -> &'static str {
    match kind {
        DriftKind::Gone => "has been deleted",
        DriftKind::Changed { .. } => "has changed",
        DriftKind::Secret { .. } => {
            "has another signing secret, which somebody may hold; the one in the state is stale"
        }
    }
}

fn changes(plan: &Plan, colour: Colour) -> Option<String> {
    if plan.changes.is_empty() {
        return None;
    }
    let mut out = legend(plan, colour);
    out.push_str("\nhookwright will perform the following actions:\n");
    for row in rows(plan) {
        out.push('\n');
        out.push_str(&action(&row, colour));
    }
    Some(out)
}

fn legend(plan: &Plan, colour: Colour) -> String {
    let mut out = "Actions are indicated with the following symbols:\n".to_owned();
    let mut seen = Vec::new();
    for change in &plan.changes {
        let (mark, meaning) = symbol(&change.action);
        if !seen.contains(&(mark, meaning)) {
            seen.push((mark, meaning));
            out.push_str(&format!("{} {meaning}\n", colour.paint(ink(&change.action), &format!("{mark:>3}"))));
        }
    }
    out
}

fn ink(action: &Action) -> Ink {
    match action {
        Action::Create(_) => Ink::Added,
        Action::Delete { .. } => Ink::Removed,
        Action::Replace { .. } | Action::Resend { .. } | Action::Abandon { .. } | Action::DeleteOrphan { .. } => {
            Ink::Alarm
        }
        Action::Rename { .. } | Action::Update(_) | Action::Import { .. } | Action::Forget { .. } => Ink::Changed,
    }
}

fn action(row: &Row<'_>, colour: Colour) -> String {
    let mut out = format!("  # {}\n", colour.paint(Ink::Title, &row.title));
    for reason in &row.because {
        out.push_str(&format!("  # ({})\n", reason.plain()));
    }
    let name = row.change.name.as_str();
    let ink = ink(&row.change.action);
    if row.fields.is_empty() {
        out.push_str(&format!("{} webhook \"{name}\"\n", colour.paint(ink, &format!("{:>3}", row.symbol))));
    } else {
        out.push_str(&block(colour, row.symbol, ink, name, &row.fields, row.hidden));
    }
    for consequence in &row.consequences {
        out.push_str(&format!("    => {}\n", consequence.plain()));
    }
    out
}

fn unmanaged(plan: &Plan) -> Option<String> {
    if plan.unmanaged.is_empty() {
        return None;
    }
    let total = plan.unmanaged.len();
    let mut out = format!("{} not managed here and left alone:\n", count(total, "live endpoint"));
    for seen in plan.unmanaged.iter().take(NAMED) {
        out.push_str(&format!("  * {} at {}\n", value(seen.id.as_str()), value(&seen.url)));
    }
    if total > NAMED {
        out.push_str(&format!("  and {} more\n", total - NAMED));
    }
    Some(out)
}

fn notes(notes: &[Note]) -> Option<String> {
    let lines: String = notes.iter().map(|one| format!("  * {}\n", note(one).plain())).collect();
    (!notes.is_empty()).then(|| format!("Notes:\n{lines}"))
}

/// The line that readers of Terraform's text look for; none where nothing is planned and an error follows.
fn summary(plan: &Plan, colour: Colour) -> Option<String> {
    if !plan.is_empty() {
        return Some(format!("{} {}.\n", colour.paint(Ink::Title, "Plan:"), Tally::of(plan)));
    }
    let line = match unchanged(plan) {
        Some(proven) => colour.paint(Ink::Added, &format!("No changes. {proven}")),
        None if plan.refusals.is_empty() => colour.paint(Ink::Alarm, "No changes. What needs attention is at the top."),
        None => return None,
    };
    Some(line + "\n")
}

fn refusals(refusals: &[Refusal], colour: Colour) -> Option<String> {
    if refusals.is_empty() {
        return None;
    }
    let title = format!("an apply of this plan would be refused, for {}", count(refusals.len(), "reason"));
    let mut out = format!("{} {title}\n", colour.paint(Ink::Alarm, "Error:"));
    for Told { what, ways } in told(refusals) {
        out.push_str(&format!("\n  * {}\n", what.plain()));
        for way in ways {
            out.push_str(&format!("    hint: {}\n", way.plain()));
        }
    }
    Some(out)
}

/// One block to paste that adopts every endpoint which an entry would double.
fn adoption(plan: &Plan) -> Option<String> {
    let table = adoptions(plan)?;
    let lines: String = table.lines().map(|line| format!("      {}\n", words(line))).collect();
    Some(format!(
        "To adopt them, paste this into the configuration (a table that exists takes the lines below it):\n\n{lines}"
    ))
}

fn id(plan: &Plan) -> String {
    let remark = if plan.refreshed { "" } else { " (offline: --expect does not accept it)" };
    format!("Plan id: {}{remark}\n", plan.id)
}

//! `state list` and `show` for a terminal.

use super::super::paint::{Colour, Ink};
use super::super::secrets::state_of;
use super::super::table::table;
use super::super::untrusted::{inert, value};
use crate::endpoint::Spec;
use crate::quote::count;
use crate::state::{Guards, Intent, Managed, State};
use crate::timestamp::Timestamp;

/// A line an endpoint: name, id, the secret's last four, url. Predecessors follow theirs. Empty for an empty state.
pub(crate) fn state_list(state: &State) -> String {
    let mut lines: Vec<[String; 4]> = Vec::new();
    for (name, slot) in &state.endpoints {
        lines.extend(slot.current.as_deref().into_iter().map(|managed| columns(name.to_string(), managed)));
        lines.extend(slot.deposed.iter().map(|old| columns(format!("{name} ({})", state_of(old)), old)));
    }
    table(&lines)
}

fn columns(name: String, managed: &Managed) -> [String; 4] {
    let last = managed.secret_last4.as_deref().map_or_else(|| "…????".to_owned(), |last| format!("…{}", inert(last)));
    [name, inert(managed.endpoint_id.as_str()), last, inert(&managed.wanted.spec.url)]
}

/// The whole state, as Terraform shows its own: secrets are `(sensitive)`.
pub(crate) fn show(state: &State, colour: Colour) -> String {
    let mut sections = vec![head(state)];
    sections.extend(state.guards.as_ref().map(guards));
    for (name, slot) in &state.endpoints {
        let title = colour.paint(Ink::Title, &format!("# {name}:"));
        let own = slot.current.as_deref().map(|managed| attributes(managed, "    ")).unwrap_or_default();
        let mut out = format!("{title}\nwebhook \"{name}\" {{\n{own}");
        for old in &slot.deposed {
            out.push_str(&format!("\n    {} {{\n{}    }}\n", state_of(old), attributes(old, "        ")));
        }
        sections.push(out + "}\n");
    }
    if !state.pending.is_empty() {
        let title = format!("# {} not reconciled:", count(state.pending.len(), "create"));
        let lines: String = state.pending.iter().map(pending).collect();
        sections.push(format!("{}\n{lines}", colour.paint(Ink::Changed, &title)));
    }
    if state.endpoints.is_empty() && state.pending.is_empty() {
        sections.push("The state is empty.\n".to_owned());
    }
    sections.join("\n")
}

fn head(state: &State) -> String {
    let team = state.team_id.as_deref().map_or_else(|| "null".to_owned(), value);
    format!("# state serial {}, lineage {}, team {team}\n", state.serial, value(&state.lineage))
}

fn guards(guards: &Guards) -> String {
    let Guards { base_url, recipients, allowed_hosts, max_deletes } = guards;
    let mut lines = Lines::new("    ");
    lines.push("base_url", value(base_url));
    lines.list("recipients", recipients);
    if let Some(hosts) = allowed_hosts {
        lines.list("allowed_hosts", hosts);
    }
    if let Some(most) = max_deletes {
        lines.push("max_deletes", most.to_string());
    }
    format!("# guards of the last apply:\nguards {{\n{}}}\n", lines.draw())
}

fn attributes(managed: &Managed, indent: &'static str) -> String {
    let mut lines = Lines::new(indent);
    let Spec { url, events, description } = &managed.wanted.spec;
    lines.push("url", value(url));
    lines.list("events", events.iter());
    if let Some(description) = description {
        lines.push("description", value(description));
    }
    lines.push("endpoint_id", value(managed.endpoint_id.as_str()));
    if let Some(created) = managed.created_at {
        lines.push("created_at", format!("\"{}\"", Timestamp(created)));
    }
    lines.push("rotation", managed.wanted.rotation.to_string());
    if managed.wanted.prevent_destroy {
        lines.push("prevent_destroy", "true".to_owned());
    }
    if let Some(until) = managed.until {
        lines.push("until", format!("\"{until}\""));
    }
    let ending = managed.secret_last4.as_deref().map(|last| format!(" # ends in {}", value(last))).unwrap_or_default();
    let secret = if managed.secret.is_some() { "(sensitive)" } else { "(unknown: imported without it)" };
    lines.push("signing_secret", format!("{secret}{ending}"));
    lines.list("sealed_to", managed.sealed_to.iter());
    lines.draw()
}

fn pending(intent: &Intent) -> String {
    let Intent { name, wanted, last_sent, unanswered, closed, .. } = intent;
    let sent = match last_sent {
        Some(last) => format!("last sent at {last}, {}", count(*unanswered as usize, "answer") + " outstanding"),
        None => "never sent".to_owned(),
    };
    let fate = if *closed { "never sent again" } else { "sent again by the next apply" };
    format!("  * {name}: {}, {sent}; {fate}\n", value(&wanted.spec.url))
}

/// `key = value` lines under one indent, aligned.
struct Lines {
    indent: &'static str,
    lines: Vec<(&'static str, String)>,
}

impl Lines {
    fn new(indent: &'static str) -> Self {
        Self { indent, lines: Vec::new() }
    }

    fn push(&mut self, key: &'static str, shown: String) {
        self.lines.push((key, shown));
    }

    /// A list of untrusted words, one a line; nothing where it is empty.
    fn list<'a>(&mut self, key: &'static str, items: impl IntoIterator<Item = &'a String>) {
        let indent = self.indent;
        let items: String = items.into_iter().map(|item| format!("{indent}    {},\n", value(item))).collect();
        if !items.is_empty() {
            self.push(key, format!("[\n{items}{indent}]"));
        }
    }

    fn draw(&self) -> String {
        let width = self.lines.iter().map(|(key, _)| key.len()).max().unwrap_or(0);
        let indent = self.indent;
        self.lines.iter().map(|(key, shown)| format!("{indent}{key:width$} = {shown}\n")).collect()
    }
}

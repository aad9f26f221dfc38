//! One action in the sizes that a comment may have room for: a name, a table line, a folded diff.

use super::super::field::{Delta, Field, Sign, Value};
use super::super::row::{Row, verb};
use super::super::sentence::Sentence;
use super::super::untrusted::{clipped, inert, span, value};
use super::super::words::brief;
use super::block::block;
use crate::mask::hide;
use crate::plan::{Action, Kind};
use crate::quote::count;

/// Longest diff of one action, so that a single monstrous value cannot push all others out.
const LONGEST_DIFF: usize = 8_000;
/// Longest value in a table.
const LONGEST_VALUE: usize = 120;
/// How many characters of a URL a table never breaks.
const UNBROKEN: usize = 26;
/// How many events a table names before the rest is a count.
const EVENTS: usize = 4;

/// Every size of one action, each made once.
pub(super) struct Piece {
    /// Names and lines are listed under it.
    pub kind: Kind,
    /// Whether it shrinks last: something ends, or is recovered.
    pub weighty: bool,
    /// Whether it creates an endpoint as any other create does: many of these are one folded list.
    pub plain: bool,
    /// The entry's name, and what tells its endpoint from others of it.
    pub name: String,
    /// The values at a glance.
    pub values: String,
    /// What it leads to, in one sentence.
    pub consequence: String,
    pub details: String,
}

pub(super) fn piece(row: &Row<'_>) -> Piece {
    let action = &row.change.action;
    Piece {
        kind: action.kind(),
        weighty: action.is_destructive() || action.kind() == Kind::Recover,
        plain: matches!(action, Action::Create(make) if make.gone.is_none()),
        name: named(row),
        values: values(row),
        consequence: brief(row.change).markdown(),
        details: details(row),
    }
}

fn named(row: &Row<'_>) -> String {
    let name = span(row.change.name.as_str());
    match &row.change.action {
        Action::Rename { from } => format!("{name} from {}", span(from.as_str())),
        action => format!("{name}{}", kind(action)),
    }
}

/// What tells an endpoint from its entry's current one, after a word.
fn kind(action: &Action) -> &'static str {
    match action {
        Action::Delete { deposed: true, .. } => " (deposed)",
        Action::DeleteOrphan { .. } => " (orphan)",
        _ => "",
    }
}

/// What an endpoint is or becomes: its URL, and every attribute that changes.
fn values(row: &Row<'_>) -> String {
    // All of an endpoint goes with it; of one that stays, every attribute that it loses is a change.
    let ends = row.change.after.is_none();
    let mut told: Vec<String> = row.fields.iter().filter_map(|field| at_a_glance(field, ends)).collect();
    if let Action::Import { endpoint_id, .. } = &row.change.action {
        told.push(span(&inert(&clipped(endpoint_id.as_str(), LONGEST_VALUE))));
    }
    told.join("<br>")
}

/// One attribute on one line, or nothing where a table can do without.
fn at_a_glance(field: &Field<'_>, ends: bool) -> Option<String> {
    let key = field.key;
    let said = match &field.delta {
        Delta::Keep(kept) | Delta::Add(kept) | Delta::Remove(kept) if key == "url" => return Some(url(*kept)),
        Delta::Remove(old) if !ends => format!("{key} {} → null", shown(*old)),
        Delta::Keep(_) | Delta::Remove(_) => return None,
        Delta::Add(Value::KnownAfterApply | Value::NewSecret) => return None,
        Delta::Add(new) => format!("{key} → {}", shown(*new)),
        Delta::Change(_, Value::KnownAfterApply | Value::NewSecret) => return None,
        Delta::Change(old, new) if key == "url" => {
            return Some(format!("{} {} {} {}", span("url"), url(*old), span("→"), url(*new)));
        }
        Delta::Change(old @ Value::Number(_), new) => format!("{key} {} → {}", old.shown(), new.shown()),
        Delta::Change(_, new) => format!("{key} → {}", shown(*new)),
        Delta::Set { sign: Sign::Remove | Sign::Keep, .. } => return None,
        Delta::Set { items, .. } => return Some(events(items)),
    };
    Some(span(&said))
}

fn events(items: &[(Sign, &str)]) -> String {
    let item = |(sign, item): &(Sign, &str)| {
        let sign = if *sign == Sign::Remove { '-' } else { '+' };
        span(&format!("{sign} {}", inert(&clipped(item, LONGEST_VALUE))))
    };
    let mut shown: Vec<String> = items.iter().take(EVENTS).map(item).collect();
    if items.len() > EVENTS {
        shown.push(format!("and {}", count(items.len() - EVENTS, "more event")));
    }
    shown.join("<br>")
}

fn shown(new: Value<'_>) -> String {
    match new {
        Value::Text(text) => value(&clipped(text, LONGEST_VALUE)),
        other => other.shown(),
    }
}

/// A URL in pieces of code between which a narrow page may break it: a table would cut it off.
fn url(url: Value<'_>) -> String {
    let Value::Text(text) = url else { return span(&url.shown()) };
    // Hidden first: a secret in pieces would not be recognised any more.
    let text = inert(&hide(&clipped(text, LONGEST_VALUE)));
    let path = text.find("://").and_then(|at| Some(at + 3 + text[at + 3..].find('/')?)).unwrap_or(text.len());
    let (origin, path) = text.split_at(path);
    let pieces: Vec<String> = pieces(origin).chain(pieces(path)).map(|piece| span(&piece)).collect();
    pieces.join("<wbr>")
}

fn pieces(text: &str) -> impl Iterator<Item = String> {
    let characters: Vec<char> = text.chars().collect();
    let pieces: Vec<String> = characters.chunks(UNBROKEN).map(|piece| piece.iter().collect()).collect();
    pieces.into_iter()
}

fn details(row: &Row<'_>) -> String {
    let name = row.change.name.as_str();
    let title = match &row.change.action {
        Action::Rename { from } => format!("<code>{from}</code> has moved to <code>{name}</code>"),
        action => format!("<code>{name}</code>{} {}", kind(action), verb(row.change)),
    };
    let diff = block("diff", &diff(row), LONGEST_DIFF);
    format!("<details><summary>{title}</summary>\n\n{diff}\n</details>\n")
}

/// `-` what was, `+` what will be, and `#` what is said about it.
fn diff(row: &Row<'_>) -> Vec<String> {
    let mut lines: Vec<String> = row.because.iter().map(|reason| format!("# ({})", reason.plain())).collect();
    let width = row.fields.iter().map(|field| field.key.len()).max().unwrap_or(0);
    row.fields.iter().for_each(|field| draw(&mut lines, field, width, |_| None));
    if row.hidden > 0 {
        lines.push(format!("  # ({} hidden)", count(row.hidden, "unchanged attribute")));
    }
    lines.extend(row.consequences.iter().map(|consequence| format!("# => {}", consequence.plain())));
    lines
}

/// The lines of one attribute: `-` what was, `+` what will be; a set an item a line, with what is known of the item.
pub(super) fn draw(lines: &mut Vec<String>, field: &Field<'_>, width: usize, known: impl Fn(&str) -> Option<Sentence>) {
    let Field { key, delta, remark } = field;
    let remark = remark.map(|remark| format!("  # {remark}")).unwrap_or_default();
    match delta {
        Delta::Keep(kept) => lines.push(format!("  {key:width$} = {}{remark}", kept.shown())),
        Delta::Add(new) => lines.push(format!("+ {key:width$} = {}{remark}", new.shown())),
        Delta::Remove(old) => lines.push(format!("- {key:width$} = {}{remark}", old.shown())),
        Delta::Change(old, new) => {
            lines.push(format!("- {key:width$} = {}", old.shown()));
            lines.push(format!("+ {key:width$} = {}{remark}", new.shown()));
        }
        Delta::Set { items, kept, .. } => {
            let word = key.trim_end_matches('s');
            for (sign, item) in items {
                let sign = match sign {
                    Sign::Add => '+',
                    Sign::Remove => '-',
                    Sign::Keep | Sign::Change => ' ',
                };
                let known = known(item).unwrap_or_default().plain();
                lines.push(format!("{sign} {word:width$} = {}{known}", value(item)));
            }
            if let Some(last) = lines.last_mut().filter(|_| !items.is_empty()) {
                last.push_str(&remark);
            }
            if *kept > 0 {
                lines.push(format!("  # ({} hidden)", count(*kept, &format!("unchanged {word}"))));
            }
        }
    }
}

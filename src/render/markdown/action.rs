//! One action in the sizes that a comment may have room for: a name, a table line, a folded diff.

use super::super::field::{Delta, Field, Sign};
use super::super::foreign::{span, value};
use super::super::row::{Row, verb};
use super::super::sentence::Sentence;
use super::sections::block;
use crate::plan::{Action, Kind};
use crate::quote::count;

/// Longest diff of one action, so that a single monstrous value cannot push all others out.
const LONGEST_DIFF: usize = 8_000;

/// Every size of one action, each made once.
pub(super) struct Piece {
    /// The word of the JSON plan: names are listed under it.
    pub word: &'static str,
    /// Whether it shrinks last: something ends, or is recovered.
    pub weighty: bool,
    pub name: String,
    pub line: String,
    pub details: String,
}

pub(super) fn piece(row: &Row<'_>) -> Piece {
    let action = &row.change.action;
    Piece {
        word: action.word(),
        weighty: action.is_destructive() || action.kind() == Kind::Recover,
        name: span(row.change.name.as_str()),
        line: line(row),
        details: details(row),
    }
}

fn line(row: &Row<'_>) -> String {
    let name = row.change.name.as_str();
    let name = match &row.change.action {
        Action::Rename { from } => format!("{} from {}", span(name), span(from.as_str())),
        _ => span(name),
    };
    let (symbol, word, kind) = (span(row.symbol), row.change.action.word(), kind(&row.change.action));
    format!("| {symbol} {word}{kind} | {name} | {} |\n", leads_to(row))
}

/// What tells an endpoint from its entry's current one, after a word.
pub(super) fn kind(action: &Action) -> &'static str {
    match action {
        Action::Delete { deposed: true, .. } => " (deposed)",
        Action::DeleteOrphan { .. } => " (orphan)",
        _ => "",
    }
}

/// What it leads to.
fn leads_to(row: &Row<'_>) -> String {
    let sentences: Vec<String> = row.consequences.iter().map(Sentence::markdown).collect();
    sentences.join("; ")
}

fn details(row: &Row<'_>) -> String {
    let symbol = row.symbol.replace('<', "&lt;");
    let name = row.change.name.as_str();
    let title = match &row.change.action {
        Action::Rename { from } => format!("<code>{from}</code> has moved to <code>{name}</code>"),
        action => format!("<code>{name}</code>{} {}", kind(action), verb(row.change)),
    };
    let diff = block("diff", &diff(row), LONGEST_DIFF);
    format!("<details><summary><code>{symbol}</code> {title}</summary>\n\n{diff}\n</details>\n")
}

fn diff(row: &Row<'_>) -> Vec<String> {
    let mut lines: Vec<String> = row.because.iter().map(|reason| format!("# ({})", reason.plain())).collect();
    let width = row.fields.iter().map(|field| field.key.len()).max().unwrap_or(0);
    row.fields.iter().for_each(|field| draw(&mut lines, field, width));
    if row.hidden > 0 {
        lines.push(format!("  # ({} hidden)", count(row.hidden, "unchanged attribute")));
    }
    lines.extend(row.consequences.iter().map(|consequence| format!("! {}", consequence.plain())));
    lines
}

/// The lines of one attribute: `-` what was, `+` what will be; a set an item a line.
pub(super) fn draw(lines: &mut Vec<String>, field: &Field<'_>, width: usize) {
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
            let item = key.trim_end_matches('s');
            let sign = |sign: Sign| match sign {
                Sign::Add => '+',
                Sign::Remove => '-',
                Sign::Keep | Sign::Change => ' ',
            };
            lines.extend(items.iter().map(|(s, text)| format!("{} {item:width$} = {}", sign(*s), value(text))));
            if let Some(last) = lines.last_mut().filter(|_| !items.is_empty()) {
                last.push_str(&remark);
            }
            if *kept > 0 {
                lines.push(format!("  # ({} hidden)", count(*kept, &format!("unchanged {item}"))));
            }
        }
    }
}

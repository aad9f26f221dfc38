//! One endpoint's block of attributes in the text formats, as Terraform draws it.

use similar::{ChangeTag, TextDiff};

use super::field::{Delta, Field, Sign, Value};
use super::paint::{Colour, Ink};
use super::untrusted::{inert, value};
use crate::mask::hide;
use crate::quote::{count, hidden};

/// Beyond this, a string's changed part is not looked for: the search may take the square of the length.
const LONGEST_MARKED: usize = 2_000;

/// Draws `{symbol} webhook "name" { … }`; the lines begin with symbol or spaces, never with untrusted text.
pub(super) fn block(
    colour: Colour,
    symbol: &str,
    ink: Ink,
    name: &str,
    fields: &[Field<'_>],
    unshown: usize,
) -> String {
    let mut out = format!("{} webhook \"{name}\" {{\n", colour.paint(ink, &format!("{symbol:>3}")));
    let width = fields.iter().map(|field| field.key.len()).max().unwrap_or(0);
    for field in fields {
        draw(&mut out, colour, field, width);
    }
    if unshown > 0 {
        let line = format!("# ({} hidden)", count(unshown, "unchanged attribute"));
        out.push_str(&format!("        {}\n", colour.paint(Ink::Faint, &line)));
    }
    out.push_str("    }\n");
    out
}

/// A sign as it stands before a line of a block.
pub(super) fn sign(colour: Colour, sign: Sign) -> String {
    match sign {
        Sign::Keep => " ".to_owned(),
        Sign::Add => colour.paint(Ink::Added, "+"),
        Sign::Remove => colour.paint(Ink::Removed, "-"),
        Sign::Change => colour.paint(Ink::Changed, "~"),
    }
}

fn draw(out: &mut String, colour: Colour, field: &Field<'_>, width: usize) {
    let remark = match field.remark {
        Some(remark) => format!(" {}", colour.paint(Ink::Removed, &format!("# {remark}"))),
        None => String::new(),
    };
    out.push_str(&format!("      {} {:width$} = ", sign(colour, field.sign()), field.key));
    match &field.delta {
        Delta::Keep(value) | Delta::Add(value) => out.push_str(&value.shown()),
        Delta::Remove(value) => out.push_str(&format!("{} -> null", value.shown())),
        Delta::Change(before, after) => {
            let (before, after) = pair(colour, *before, *after);
            out.push_str(&format!("{before} -> {after}"));
        }
        Delta::Set { sign, items, kept } => return set(out, colour, *sign, items, *kept, &remark),
    }
    out.push_str(&format!("{remark}\n"));
}

fn set(out: &mut String, colour: Colour, all: Sign, items: &[(Sign, &str)], kept: usize, remark: &str) {
    out.push_str(&format!("[{remark}\n"));
    for (mark, item) in items {
        out.push_str(&format!("          {} {},\n", sign(colour, *mark), value(item)));
    }
    if kept > 0 {
        let line = format!("# ({} hidden)", count(kept, "unchanged event"));
        out.push_str(&format!("            {}\n", colour.paint(Ink::Faint, &line)));
    }
    out.push_str(if all == Sign::Remove { "        ] -> null\n" } else { "        ]\n" });
}

/// A changed value, before and after; in colour, the changed part of a string is marked.
pub(super) fn pair(colour: Colour, before: Value<'_>, after: Value<'_>) -> (String, String) {
    match (colour, before, after) {
        (Colour::Always, Value::Text(before), Value::Text(after))
            if before.len().max(after.len()) <= LONGEST_MARKED =>
        {
            // Hidden first: colours would stand within a secret.
            marked(colour, &hidden(&hide(before)), &hidden(&hide(after)))
        }
        _ => (before.shown(), after.shown()),
    }
}

fn marked(colour: Colour, before: &str, after: &str) -> (String, String) {
    let mut segments: Vec<(ChangeTag, String)> = Vec::new();
    for change in TextDiff::from_unicode_words(before, after).iter_all_changes() {
        match segments.last_mut() {
            Some((tag, text)) if *tag == change.tag() => text.push_str(change.value()),
            _ => segments.push((change.tag(), change.value().to_owned())),
        }
    }
    let side = |gone: ChangeTag, ink: Ink| {
        let shown = segments.iter().filter(|(tag, _)| *tag != gone).map(|(tag, text)| match tag {
            ChangeTag::Equal => inert(text),
            _ => colour.paint(ink, &inert(text)),
        });
        format!("\"{}\"", shown.collect::<String>())
    };
    (side(ChangeTag::Insert, Ink::Out), side(ChangeTag::Delete, Ink::In))
}

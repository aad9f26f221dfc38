//! Text → toml's spanned tree and every fault of the syntax, in words of our own where toml's are curt.

use std::ops::Range;

use toml::de::DeTable;
use toml_parser::ParseError;

use crate::config::faults::{Faults, MOST, sorted, word};
use crate::config::lines::Lines;
use crate::config::mend::{DEEPEST, Mended, mend};
use crate::config::repeats::Repeats;
use crate::diagnostic::Fault;
use crate::quote::{escaped, hidden};

/// The most bytes of a file.
const MOST_BYTES: usize = 8 << 20;

/// Reads a text whose syntax is sound.
pub(super) fn read_sound(text: &str) -> Option<DeTable<'_>> {
    if text.len() > MOST_BYTES { None } else { DeTable::parse(text).ok().map(toml::Spanned::into_inner) }
}

/// A text whose syntax is broken, made fit for [`read_mended`]. The error is of a text that is not worth reading on.
pub(super) fn prepare<'t>(text: &'t str, lines: &Lines) -> Result<Mended<'t>, Vec<Fault>> {
    if text.len() > MOST_BYTES {
        let fault = Fault::new("the file is over 8 MiB", 0..0, "");
        return Err(vec![fault.help("split it: one file for each set of endpoints")]);
    }
    mend(text).map_err(|errors| {
        let faults = errors.iter().map(|error| match error.description().contains("recurs") {
            true => nested(span_of(error)),
            false => plain(error.description(), span_of(error), text),
        });
        sorted(one_a_line(faults.collect(), lines))
    })
}

/// Reads the tree of a mended text. Broken lines and duplicate keys go to the faults; the error is of nesting alone.
pub(super) fn read_mended<'t>(
    mended: &'t Mended<'_>,
    lines: &Lines,
    faults: &mut Faults,
) -> Result<DeTable<'t>, Vec<Fault>> {
    let Mended { text, faults: blanked, repeats } = mended;
    let (tree, errors) = DeTable::parse_recoverable(text);
    let mut broken = blanked.clone();
    for error in errors.into_iter().take(10 * MOST) {
        let span = error.span().unwrap_or_default();
        match error.message() {
            message if message.contains("recurs") => return Err(vec![nested(span)]),
            "duplicate key" if repeats.is_echo(span.start) => {}
            "duplicate key" => faults.push(duplicate(text, span, repeats)),
            message => broken.push(plain(message, span, text)),
        }
    }
    faults.broken(one_a_line(broken, lines));
    Ok(tree.into_inner())
}

/// The first fault of each line: toml goes on within a broken line, and what it says then is mostly echo.
fn one_a_line(mut faults: Vec<Fault>, lines: &Lines) -> Vec<Fault> {
    faults.sort_by_key(|fault| fault.span.start);
    faults.dedup_by_key(|fault| lines.line(fault.span.start));
    faults
}

fn nested(span: Range<usize>) -> Fault {
    Fault::new("the file is nested too deeply", span, format!("deeper than {DEEPEST} levels"))
        .help("an entry and its `lifecycle` are as deep as this file goes")
}

fn duplicate(text: &str, span: Range<usize>, repeats: &Repeats) -> Fault {
    let key = text.get(span.clone()).unwrap_or_default();
    let message = format!("{} is defined twice", word(key.trim_matches(['"', '\''])));
    let fault = Fault::new(message, span.clone(), "again here").help("keep one of the two, or rename one");
    match repeats.first(span.start) {
        Some(first) => fault.also(first, "first here"),
        None => fault,
    }
}

fn span_of(error: &ParseError) -> Range<usize> {
    error.unexpected().map(|span| span.start()..span.end()).unwrap_or_default()
}

/// A fault of toml's own: its words split into what is wrong and what was expected, help added to the common ones.
fn plain(message: &str, span: Range<usize>, text: &str) -> Fault {
    let (wrong, expected) = message.split_once(", expected ").unwrap_or((message, ""));
    let said = |message: &str, help: &str| Fault::new(message, span.clone(), "").help(help);
    match wrong {
        "string values must be quoted" => match text.get(span.clone()).map(str::trim) {
            Some("") | None => said("a key has no value", "write a value after `=`"),
            Some(bare) => said("a string must stand in quotes", &format!("write {}", word(bare))),
        },
        "invalid basic string" if expected == "`\"`" => said("a string is not closed", "close it with `\"`"),
        "invalid literal string" if expected == "`'`" => said("a string is not closed", "close it with `'`"),
        "invalid unquoted key" => {
            said("a bare key holds a foreign character", "write only A-Z a-z 0-9 _ - in it, or put it in quotes")
        }
        _ => {
            let label = if matches!(expected, "" | "nothing") { String::new() } else { format!("expected {expected}") };
            Fault::new(escaped(&hidden(wrong)), span, label)
        }
    }
}

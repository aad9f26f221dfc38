//! Text → toml's spanned tree and every error of the syntax, in words of our own where toml's are curt.

use std::ops::Range;

use toml::de::DeTable;
use toml_parser::{ParseError, Source};

use crate::config::syntax::duplicate_keys::Repeats;
use crate::config::syntax::errors::{Errors, MOST, quoted_short};
use crate::config::syntax::lines::Lines;
use crate::config::syntax::repair::{DEEPEST, Repaired, repair};
use crate::diagnostic::{FileError, Sources};
use crate::quote::{escaped, hidden};

/// The most bytes of all files.
const MOST_BYTES: usize = 8 << 20;

/// The most words and signs of all files, blanks and line ends included: memory grows with them. 100,000 entries fit.
const MOST_TOKENS: usize = 4 << 20;

/// The most control characters that TOML forbids, of all files: an error about each costs hundreds of bytes.
const MOST_CONTROLS: usize = 1 << 10;

/// Reads a text whose syntax is sound.
pub(in crate::config) fn read_sound(text: &str) -> Option<DeTable<'_>> {
    DeTable::parse(text).ok().map(toml::Spanned::into_inner)
}

/// The error of files that are not read at all.
pub(in crate::config) fn too_large(sources: &Sources) -> Option<FileError> {
    let what = if sources.count() == 1 { "the file is" } else { "the files are" };
    let error = || FileError::new(format!("{what} over 8 MiB"), 0..0, "");
    if sources.whole().len() > MOST_BYTES {
        return Some(error().hint("split it: one file for each set of endpoints"));
    }
    too_many_controls(sources.whole()).or_else(|| too_many_tokens(sources))
}

fn too_many_controls(text: &str) -> Option<FileError> {
    let bytes = text.as_bytes();
    let is_forbidden = |at: &usize| match bytes[*at] {
        b'\t' | b'\n' => false,
        b'\r' => bytes.get(at + 1) != Some(&b'\n'),
        byte => byte.is_ascii_control(),
    };
    let mut forbidden = (0..bytes.len()).filter(is_forbidden);
    let first = forbidden.next()?;
    forbidden.nth(MOST_CONTROLS - 1)?;
    let place = first..first;
    Some(match bytes[first] {
        b'\r' => FileError::new("a carriage return stands alone", place, "").hint("end lines with a line feed"),
        _ => FileError::new(format!("there are over {MOST_CONTROLS} control characters"), place, "the first is here")
            .hint("save the file as text in UTF-8"),
    })
}

fn too_many_tokens(sources: &Sources) -> Option<FileError> {
    // Each has a byte at least, but for the end of a file.
    if sources.whole().len() + sources.count() <= MOST_TOKENS {
        return None;
    }
    let mut left = MOST_TOKENS;
    for (start, text) in sources.texts() {
        let read = Source::new(text).lex().take(left + 1).count();
        let Some(rest) = left.checked_sub(read) else {
            let error = FileError::new(format!("there are over {MOST_TOKENS} words and signs"), start..start, "");
            return Some(error.hint("split it: one file for each set of endpoints"));
        };
        left = rest;
    }
    None
}

/// A text whose syntax is broken, made fit for [`read_repaired`]; `None`, its errors told, where it is not worth reading
/// on. It starts at a byte of the files.
pub(in crate::config) fn prepare<'t>(
    text: &'t str,
    start: usize,
    lines: &Lines,
    errors: &mut Errors,
) -> Option<Repaired<'t>> {
    let told = |parse_errors: Vec<ParseError>| {
        let told = parse_errors.iter().map(|parse_error| match parse_error.description().contains("recurs") {
            true => nested(span_of(parse_error)),
            false => plain(parse_error.description(), span_of(parse_error), text),
        });
        errors.broken(one_a_line(told.map(|error| error.shifted(start)).collect(), lines));
    };
    repair(text).map_err(told).ok()
}

/// Reads the tree of a repaired text. Broken lines and duplicate keys go to the errors; `None` where it is nested too
/// deeply.
pub(in crate::config) fn read_repaired<'t>(
    repaired: &'t Repaired<'_>,
    start: usize,
    lines: &Lines,
    errors: &mut Errors,
) -> Option<DeTable<'t>> {
    let Repaired { text, errors: blanked, repeats } = repaired;
    let (tree, parse_errors) = DeTable::parse_recoverable(text);
    let mut broken = blanked.clone();
    for parse_error in parse_errors.into_iter().take(10 * MOST) {
        let span = parse_error.span().unwrap_or_default();
        match parse_error.message() {
            message if message.contains("recurs") => {
                errors.broken(vec![nested(span).shifted(start)]);
                return None;
            }
            "duplicate key" if repeats.is_echo(span.start) => {}
            "duplicate key" => errors.push(duplicate(text, span, repeats).shifted(start)),
            message => broken.push(plain(message, span, text)),
        }
    }
    errors.broken(one_a_line(broken.into_iter().map(|error| error.shifted(start)).collect(), lines));
    Some(tree.into_inner())
}

/// The first error of each line: toml goes on within a broken line, and what it says then is mostly echo.
fn one_a_line(mut errors: Vec<FileError>, lines: &Lines) -> Vec<FileError> {
    errors.sort_by_key(|error| error.span.start);
    errors.dedup_by_key(|error| lines.line(error.span.start));
    errors
}

fn nested(span: Range<usize>) -> FileError {
    FileError::new("the file is nested too deeply", span, format!("deeper than {DEEPEST} levels"))
        .hint("an entry and its `lifecycle` are as deep as this file goes")
}

fn duplicate(text: &str, span: Range<usize>, repeats: &Repeats) -> FileError {
    let key = text.get(span.clone()).unwrap_or_default();
    let message = format!("{} is defined twice", quoted_short(key.trim_matches(['"', '\''])));
    let error = FileError::new(message, span.clone(), "again here").hint("keep one of the two, or rename one");
    match repeats.first(span.start) {
        Some(first) => error.also(first, "first here"),
        None => error,
    }
}

fn span_of(parse_error: &ParseError) -> Range<usize> {
    parse_error.unexpected().map(|span| span.start()..span.end()).unwrap_or_default()
}

/// An error of toml's own: its words split into what is wrong and what was expected, hint added to the common ones.
fn plain(message: &str, span: Range<usize>, text: &str) -> FileError {
    let (wrong, expected) = message.split_once(", expected ").unwrap_or((message, ""));
    let said = |message: &str, hint: &str| FileError::new(message, span.clone(), "").hint(hint);
    match wrong {
        "string values must be quoted" => match text.get(span.clone()).map(str::trim) {
            Some("") | None => said("a key has no value", "write a value after `=`"),
            Some(bare) => said("a string must stand in quotes", &format!("write {}", quoted_short(bare))),
        },
        "invalid basic string" if expected == "`\"`" => said("a string is not closed", "close it with `\"`"),
        "invalid literal string" if expected == "`'`" => said("a string is not closed", "close it with `'`"),
        "invalid unquoted key" => said(
            "a bare key contains a character that is not allowed",
            "write only A-Z a-z 0-9 _ - in it, or put it in quotes",
        ),
        _ => {
            let label = if matches!(expected, "" | "nothing") { String::new() } else { format!("expected {expected}") };
            FileError::new(escaped(&hidden(wrong)), span, label)
        }
    }
}

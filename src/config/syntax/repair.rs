//! What of a broken text can still be read. toml stops at some errors, or takes all that follows for a part of an open
//! list; here such places are told and blanked, every byte in its place, so that what stands below them is checked too.

use std::borrow::Cow;
use std::ops::Range;

use toml_parser::parser::{Event, EventKind, RecursionGuard, parse_document};
use toml_parser::{ErrorSink, ParseError, Source};

use crate::config::syntax::duplicate_keys::Repeats;
use crate::config::syntax::errors::MOST;
use crate::diagnostic::FileError;

/// The deepest nesting that toml itself follows; beyond it, nothing is descended into.
pub(in crate::config) const DEEPEST: u32 = 80;

/// How often a text is read again after a blank was made; one that is large, once.
const ROUNDS: usize = 16;
const LARGE: usize = 1 << 20;

/// A text that toml reads to its end.
pub(in crate::config) struct Repaired<'t> {
    pub(in crate::config) text: Cow<'t, str>,
    /// The errors of what was blanked.
    pub(in crate::config) errors: Vec<FileError>,
    pub(in crate::config) repeats: Repeats,
}

/// Blanks what would keep toml from the rest of a text; the errors where they are too many for that.
pub(in crate::config) fn repair(text: &str) -> Result<Repaired<'_>, Vec<ParseError>> {
    let mut repaired = Repaired { text: Cow::Borrowed(text), errors: Vec::new(), repeats: Repeats::default() };
    let mut rounds = if text.len() > LARGE { 1 } else { ROUNDS };
    loop {
        let source = Source::new(&repaired.text);
        let (events, parse_errors) = scan(source);
        if parse_errors.len() > 10 * MOST {
            return Err(parse_errors);
        }
        let gaps = if rounds == 0 { Vec::new() } else { gaps(&repaired.text, &parse_errors) };
        if gaps.is_empty() {
            repaired.repeats = Repeats::of(source, &events);
            return Ok(repaired);
        }
        rounds -= 1;
        let mut bytes = repaired.text.into_owned().into_bytes();
        for (gap, error) in gaps {
            bytes[gap].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
            repaired.errors.push(error);
        }
        repaired.text = Cow::Owned(String::from_utf8(bytes).expect("whole lines are blanked, and so whole characters"));
    }
}

/// The events of a text, and its errors up to a bound.
fn scan(source: Source<'_>) -> (Vec<Event>, Vec<ParseError>) {
    let mut events: Vec<Event> = Vec::new();
    let mut parse_errors: Vec<ParseError> = Vec::new();
    let mut sink = |parse_error| {
        if parse_errors.len() <= 10 * MOST {
            parse_errors.push(parse_error);
        }
    };
    parse_document(&source.lex().into_vec(), &mut RecursionGuard::new(&mut events, DEEPEST), &mut sink);
    for event in &events {
        decode(source, event, &mut sink);
    }
    (events, parse_errors)
}

fn decode(source: Source<'_>, event: &Event, sink: &mut dyn ErrorSink) {
    let Some(raw) = source.get(event) else { return };
    match event.kind() {
        EventKind::SimpleKey => raw.decode_key(&mut (), sink),
        EventKind::Scalar => {
            let _ = raw.decode_scalar(&mut (), sink);
        }
        _ => {}
    }
}

/// The places to blank, each with its error.
fn gaps(text: &str, parse_errors: &[ParseError]) -> Vec<(Range<usize>, FileError)> {
    let unclosed = parse_errors
        .iter()
        .filter(|parse_error| matches!(parse_error.description(), "unclosed array" | "unclosed inline table"));
    if let Some(open) = unclosed.filter_map(|parse_error| parse_error.context()).min_by_key(|open| open.start()) {
        let (what, bracket) = if text[open.start()..].starts_with('[') { ("list", ']') } else { ("table", '}') };
        let error = FileError::new(format!("a {what} is not closed"), open.start()..open.end(), "opened here");
        return vec![(section(text, open.start()), error.hint(format!("close it with `{bracket}`")))];
    }
    parse_errors.iter().filter_map(|parse_error| gap(text, parse_error)).collect()
}

fn gap(text: &str, parse_error: &ParseError) -> Option<(Range<usize>, FileError)> {
    let at = parse_error.unexpected()?.start();
    let error = |message| FileError::new(message, at..at, "");
    match parse_error.description() {
        "key with no value" => Some((line(text, at), error("a key has no value").hint("write `key = value`"))),
        "unclosed table" => Some((section(text, at), error("a header is not closed").hint("close it with `]`"))),
        "unclosed array table" => Some((section(text, at), error("a header is not closed").hint("close it with `]]`"))),
        _ => None,
    }
}

fn line(text: &str, at: usize) -> Range<usize> {
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    start..text[at..].find('\n').map_or(text.len(), |length| at + length)
}

/// The line of a byte and what follows, up to the next line that looks like a header.
fn section(text: &str, at: usize) -> Range<usize> {
    let first = line(text, at);
    let header = text[first.end..].match_indices("\n[").map(|(newline, _)| first.end + newline).find(|newline| {
        // A line that ends in a comma is an inner list of what is being blanked.
        let next = line(text, newline + 1);
        !text[next].trim_end().ends_with(',')
    });
    first.start..header.unwrap_or(text.len())
}

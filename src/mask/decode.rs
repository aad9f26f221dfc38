//! Escapes of JSON and TOML, percent-encoding and HTML entities, taken off one layer at a time; and where each byte
//! came from.

use std::ops::Range;

/// A line with one or more layers of encoding taken off.
pub(super) struct Decoded {
    pub bytes: Vec<u8>,
    /// Where in the line each byte begins; and the line's end.
    starts: Vec<u32>,
}

impl Decoded {
    /// The line without its outer layer; `None` where it has none, or is longer than any that we print.
    pub fn of(line: &[u8]) -> Option<Self> {
        let end = u32::try_from(line.len()).ok()?;
        decode(line, |at| u32::try_from(at).unwrap_or(end))
    }

    /// Another layer off.
    pub fn again(&self) -> Option<Self> {
        decode(&self.bytes, |at| self.starts[at])
    }

    /// Where in the line a span of the bytes stands.
    pub fn source(&self, span: Range<usize>) -> Range<usize> {
        self.starts[span.start] as usize..self.starts[span.end] as usize
    }
}

fn decode(text: &[u8], place: impl Fn(usize) -> u32) -> Option<Decoded> {
    if !text.iter().any(|byte| matches!(byte, b'\\' | b'%' | b'&')) {
        return None;
    }
    let (mut bytes, mut starts) = (Vec::with_capacity(text.len()), Vec::with_capacity(text.len() + 1));
    let (mut at, mut found) = (0, false);
    while at < text.len() {
        let (byte, length) = match escape(&text[at..]) {
            Some(escape) => {
                found = true;
                escape
            }
            None => (text[at], 1),
        };
        bytes.push(byte);
        starts.push(place(at));
        at += length;
    }
    starts.push(place(text.len()));
    found.then_some(Decoded { bytes, starts })
}

/// The byte that an escape at the start of the text stands for, and the escape's length. A character beyond ASCII, of
/// which no secret has any, becomes a byte that none has either.
fn escape(text: &[u8]) -> Option<(u8, usize)> {
    match text {
        [b'\\', b'u', rest @ ..] => hex(rest, 4).map(|code| (code, 6)),
        [b'\\', b'U', rest @ ..] => hex(rest, 8).map(|code| (code, 10)),
        [b'\\', b'x', rest @ ..] => hex(rest, 2).map(|code| (code, 4)),
        [b'\\', byte @ (b'"' | b'\'' | b'\\' | b'/'), ..] => Some((*byte, 2)),
        [b'%', rest @ ..] => hex(rest, 2).map(|code| (code, 3)),
        [b'&', rest @ ..] => entity(rest),
        _ => None,
    }
}

fn hex(text: &[u8], digits: usize) -> Option<u8> {
    let digits = std::str::from_utf8(text.get(..digits)?).ok()?;
    digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then_some(())?;
    Some(ascii(u32::from_str_radix(digits, 16).ok()?))
}

fn ascii(code: u32) -> u8 {
    u8::try_from(code).ok().filter(u8::is_ascii).unwrap_or(0)
}

/// The most bytes of an entity that is looked at.
const MOST_ENTITY: usize = 12;

fn entity(rest: &[u8]) -> Option<(u8, usize)> {
    let end = rest.iter().take(MOST_ENTITY).position(|byte| *byte == b';')?;
    let name = std::str::from_utf8(&rest[..end]).ok()?;
    let byte = match name {
        "amp" => b'&',
        "lt" => b'<',
        "gt" => b'>',
        "quot" => b'"',
        "apos" => b'\'',
        "plus" => b'+',
        "sol" => b'/',
        "equals" => b'=',
        "lowbar" => b'_',
        "hyphen" | "dash" => b'-',
        _ => {
            let number = name.strip_prefix('#')?;
            let hex = number.strip_prefix(['x', 'X']);
            ascii(hex.map_or_else(|| number.parse(), |hex| u32::from_str_radix(hex, 16)).ok()?)
        }
    };
    Some((byte, end + 2))
}

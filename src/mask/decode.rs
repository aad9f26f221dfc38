//! Escapes of JSON, TOML and shells, percent-encoding, quoted-printable, HTML entities, full-width forms and characters
//! that are not seen, taken off one layer at a time; and where each byte came from.

use std::ops::Range;

/// A line with one or more layers of encoding taken off.
#[derive(Debug, Default)]
pub(super) struct Decoded {
    pub bytes: Vec<u8>,
    /// Where in the line each byte begins; and the line's end.
    pub starts: Vec<u32>,
}

impl Decoded {
    /// The line without its outer layer; `None` where it has none, or is longer than any that we print.
    pub(super) fn of(line: &[u8]) -> Option<Self> {
        let end = u32::try_from(line.len()).ok()?;
        Self::escapes(line, |at| u32::try_from(at).unwrap_or(end))
    }

    /// Adds a byte that begins there in the line.
    pub(super) fn push(&mut self, byte: u8, start: u32) {
        self.bytes.push(byte);
        self.starts.push(start);
    }

    /// Another layer off.
    pub(super) fn again(&self) -> Option<Self> {
        Self::escapes(&self.bytes, |at| self.starts[at])
    }

    /// A text without its outer layer of escapes, each byte of which begins at a place in the line.
    pub(super) fn escapes(text: &[u8], place: impl Fn(usize) -> u32) -> Option<Self> {
        let begins = |at: &usize| begins_an_escape(&text[*at]) && escape(&text[*at..]).is_some();
        // Most texts have none: nothing is copied to find that out.
        (0..text.len()).find(begins)?;
        let mut decoded = Self { bytes: Vec::with_capacity(text.len()), starts: Vec::with_capacity(text.len() + 1) };
        let mut at = 0;
        while at < text.len() {
            let escape = if begins_an_escape(&text[at]) { escape(&text[at..]) } else { None };
            let (byte, length) = escape.unwrap_or((Some(text[at]), 1));
            if let Some(byte) = byte {
                decoded.push(byte, place(at));
            }
            at += length;
        }
        decoded.starts.push(place(text.len()));
        Some(decoded)
    }

    /// Where in the line a span of the bytes stands.
    pub(super) fn source(&self, span: Range<usize>) -> Range<usize> {
        self.starts[span.start] as usize..self.starts[span.end] as usize
    }
}

/// Whether [`escape`] is worth asking: most bytes begin none.
fn begins_an_escape(byte: &u8) -> bool {
    matches!(byte, b'\\' | b'%' | b'&' | b'=' | 0 | 0xc2 | 0xe2 | 0xef)
}

/// The byte that an escape at the start of the text stands for, none where it is not seen, and the escape's length. A
/// character beyond ASCII, of which no secret has any, becomes a byte that none has either.
fn escape(text: &[u8]) -> Option<(Option<u8>, usize)> {
    if let Some(length) = unseen(text) {
        return Some((None, length));
    }
    let (byte, length) = match text {
        [b'\\', b'u', b'{', rest @ ..] => {
            let end = rest.iter().take(MOST_ENTITY).position(|byte| *byte == b'}')?;
            hex(rest, end).map(|code| (code, end + 4))
        }
        [b'\\', b'u', rest @ ..] => hex(rest, 4).map(|code| (code, 6)),
        [b'\\', b'U', rest @ ..] => hex(rest, 8).map(|code| (code, 10)),
        [b'\\', b'x', rest @ ..] => hex(rest, 2).map(|code| (code, 4)),
        [b'\\', byte @ (b'"' | b'\'' | b'\\' | b'/'), ..] => Some((*byte, 2)),
        [b'\\', a @ b'0'..=b'1', b @ b'0'..=b'7', c @ b'0'..=b'7', ..] => {
            Some(((a - b'0') << 6 | (b - b'0') << 3 | (c - b'0'), 4))
        }
        [b'%', rest @ ..] => hex(rest, 2).map(|code| (code, 3)),
        // Quoted-printable, where one follows another: `key=41` is no escape.
        [b'=', rest @ ..] if rest.get(2) == Some(&b'=') => hex(rest, 2).map(|code| (code, 3)),
        [b'&', rest @ ..] => entity(rest),
        // U+FF01 to U+FF5E, the full-width forms of ASCII.
        [0xef, 0xbc, byte @ 0x81..=0xbf, ..] => Some((byte - 0x60, 3)),
        [0xef, 0xbd, byte @ 0x80..=0x9e, ..] => Some((byte - 0x20, 3)),
        _ => None,
    }?;
    Some((Some(byte), length))
}

/// The length of what is not seen at the start of the text: a zero-width character, or the end of a line that a
/// backslash continues.
fn unseen(text: &[u8]) -> Option<usize> {
    match text {
        [0, ..] => Some(1),
        [0xc2, 0xad, ..] => Some(2),
        [0xe2, 0x80, 0x8b..=0x8f, ..] | [0xe2, 0x81, 0xa0..=0xa4, ..] | [0xef, 0xbb, 0xbf, ..] => Some(3),
        [b'\\', rest @ ..] => {
            let blank = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            rest[..blank].contains(&b'\n').then_some(1 + blank)
        }
        _ => None,
    }
}

fn hex(text: &[u8], digits: usize) -> Option<u8> {
    let digits = std::str::from_utf8(text.get(..digits)?).ok()?;
    digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then_some(())?;
    Some(ascii(u32::from_str_radix(digits, 16).ok()?))
}

/// The ASCII character of a code; a byte that is in no secret for any other.
fn ascii(code: u32) -> u8 {
    let code = if (0xff01..=0xff5e).contains(&code) { code - 0xfee0 } else { code };
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

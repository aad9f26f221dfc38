//! The options of a place: `name=value`, each name once, values percent-encoded.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::error::{OPTIONS, PlaceError};

/// What a value shows as it is.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The values of the options, decoded, in the order of [`OPTIONS`].
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Query([Option<String>; 6]);

impl Query {
    pub(super) fn parse(text: Option<&str>) -> Result<Self, PlaceError> {
        let mut query = Self::default();
        for pair in text.map(|text| text.split('&')).into_iter().flatten() {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let Some(at) = OPTIONS.iter().position(|known| *known == name) else {
                return Err(PlaceError::Option(shown(name)));
            };
            if query.0[at].is_some() {
                return Err(PlaceError::Repeated(OPTIONS[at]));
            }
            query.0[at] = Some(decoded(value).ok_or(PlaceError::Value(OPTIONS[at]))?);
        }
        Ok(query)
    }

    /// Takes an option's value.
    pub(super) fn take(&mut self, name: &'static str) -> Option<String> {
        OPTIONS.iter().position(|known| *known == name).and_then(|at| self.0[at].take())
    }
}

/// The value, where it is properly encoded, not empty, and plain ASCII.
fn decoded(value: &str) -> Option<String> {
    let bytes = value.as_bytes();
    let is_escape = |at: usize| bytes.get(at + 1..at + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit));
    if (0..bytes.len()).any(|at| bytes[at] == b'%' && !is_escape(at)) {
        return None;
    }
    let text = percent_decode_str(value).decode_utf8().ok()?.into_owned();
    (!text.is_empty() && text.chars().all(|c| c.is_ascii_graphic())).then_some(text)
}

/// A name that may be anything: what looks like one, or nothing of it.
fn shown(name: &str) -> String {
    let is_name = name.len() <= 24 && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if is_name { name.to_owned() } else { "…".to_owned() }
}

/// Writes options as a query; `:` stands as it is where the value is a word of ours.
pub(super) fn write(f: &mut fmt::Formatter<'_>, options: &[(&str, String)]) -> fmt::Result {
    for (at, (name, value)) in options.iter().enumerate() {
        let before = if at == 0 { '?' } else { '&' };
        match *name {
            "sse" => write!(f, "{before}{name}={value}")?,
            _ => write!(f, "{before}{name}={}", utf8_percent_encode(value, ENCODED))?,
        }
    }
    Ok(())
}

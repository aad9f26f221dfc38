//! Untrusted text made safe to print, and the small words that messages are made of. No other room prints a
//! url, a description, a name or an API message without passing it through here.

use std::fmt::Write as _;
use std::ops::Range;

/// Escapes `text` onto one line, as JSON would without its quotes.
///
/// C0 and C1 controls, bidirectional and zero-width characters, line and paragraph separators, the byte order
/// mark, and the Unicode tag characters become `\uXXXX` (a surrogate pair where needed); `"` and `\` are
/// escaped. What is left can neither start a line nor drive a terminal.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    for c in text.chars() {
        match c {
            // `##[…]` and `##vso[…]` are commands to a CI runner anywhere in a line.
            '#' if before == '#' => out.push_str("\\u0023"),
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if acts(c) => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
            c => out.push(c),
        }
        before = c;
    }
    out
}

/// `text` escaped as by [`escaped`], between double quotes.
pub(crate) fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// Whether a character can do more than be seen: move a cursor, turn the reading direction, hide. These are the controls,
/// Unicode's format characters, its separators of lines and paragraphs, whatever it calls ignorable, and two that are drawn
/// as nothing: the empty braille pattern and the object replacement character.
pub fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}'
            | '\u{8e2}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffc}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// What may be quoted from a user's file, every byte in its place: secrets hidden as by [`hidden`], and each
/// control character replaced by a harmless one of the same length.
pub(crate) fn masked(text: &str) -> String {
    let still = text.chars().map(|c| match c {
        '\n' | '\r' | '\t' => c,
        c if acts(c) => match c.len_utf8() {
            1 => '?',
            2 => '\u{b7}',
            3 => '\u{fffd}',
            _ => '\u{1fbc4}',
        },
        c => c,
    });
    hidden(&crate::mask::passwords(&still.collect::<String>()))
}

/// Replaces by `*`, every byte in its place, what must never be shown: the userinfo of a URL, and what follows
/// `whsec_`, `sk_videogen_` and `AGE-SECRET-KEY-`. The sandbox's default key is no secret: its help names it.
pub(crate) fn hidden(text: &str) -> String {
    let mut out = text.to_owned();
    let whole = text.to_ascii_lowercase();
    for (prefix, keep) in [("whsec_", 6), ("sk_videogen_", 12), ("age-secret-key-", 15)] {
        // What is hidden takes prefixes away and brings none.
        if !whole.contains(prefix) {
            continue;
        }
        let lower = out.to_ascii_lowercase();
        let (mut spans, mut done) = (Vec::new(), 0);
        for (start, _) in lower.match_indices(prefix) {
            // A prefix within a word that is hidden already: looking for its end again would be quadratic.
            if start >= done {
                done = word_end(&out, start + keep, |c| c.is_ascii_alphanumeric() || "_-+/=".contains(c));
                if &lower[start..done] != "sk_videogen_sandbox" {
                    spans.push(start + keep..done);
                }
            }
        }
        out = starred(out, spans);
    }
    if !out.contains('@') {
        return out;
    }
    let (mut spans, mut start) = (Vec::new(), 0);
    while start < out.len() {
        let end = word_end(&out, start, |c| !c.is_whitespace() && !"\"'".contains(c));
        let found = userinfo(&out[start..end]);
        spans.extend(found.into_iter().map(|span| start + span.start..start + span.end));
        start = out.ceil_char_boundary(end + 1);
    }
    starred(out, spans)
}

/// The userinfo of each URL in a word, in the forms that a URL parser takes (`https:\\u:p@h`, `https:u:p@h`) and where
/// a password that is not percent-encoded ends the authority early (`https://u:p/p@h`).
fn userinfo(word: &str) -> Vec<Range<usize>> {
    let Some(last_at) = word.rfind('@') else { return Vec::new() };
    let lower = word.to_ascii_lowercase();
    let scheme = ["http:", "https:"].iter().filter_map(|scheme| Some(lower.find(scheme)? + scheme.len())).min();
    let first = scheme.map(|at| word_end(word, at, |c| c == '/' || c == '\\'));
    let others = word.match_indices("//").map(|(at, _)| at + 2).filter(|at| first.is_none_or(|first| *at > first));
    let mut spans = Vec::new();
    for start in first.into_iter().chain(others) {
        let authority = &word[start..word_end(word, start, |c| !"/?#\\".contains(c))];
        let cut_short = authority.split_once(':').is_some_and(|(_, port)| !is_port(port))
            || word[start + authority.len()..].starts_with('\\');
        let at = match authority.rfind('@') {
            None if cut_short && spans.is_empty() => Some(last_at).filter(|at| *at >= start),
            found => found.map(|at| start + at),
        };
        spans.extend(at.map(|at| start..at));
    }
    spans
}

fn is_port(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn word_end(text: &str, start: usize, inside: impl Fn(char) -> bool) -> usize {
    text[start..].find(|c| !inside(c)).map_or(text.len(), |n| start + n)
}

/// The text with `*` for every byte of the spans, which begin and end with whole characters.
fn starred(text: String, spans: Vec<Range<usize>>) -> String {
    let mut bytes = text.into_bytes();
    spans.into_iter().for_each(|span| bytes[span].fill(b'*'));
    String::from_utf8(bytes).expect("whole characters became asterisks")
}

/// `1 endpoint`, `2 endpoints`.
pub(crate) fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("{n} {noun}") } else { format!("{n} {noun}s") }
}

/// The nearest of `known` to `word`, where one is near enough to be what was meant.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let reach = (word.chars().count() / 3).clamp(1, 4);
    known
        .into_iter()
        .map(|k| (strsim::damerau_levenshtein(word, k), k))
        .filter(|(distance, _)| *distance <= reach)
        .min()
        .map(|(_, k)| k)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_bidi_and_zero_width_are_escaped() {
        assert_eq!(
            escaped("a\u{1b}[31m\u{9b}\u{202e}\u{200b}\nb\"\\"),
            "a\\u001b[31m\\u009b\\u202e\\u200b\\nb\\\"\\\\"
        );
        assert_eq!(escaped("\u{e0041}"), "\\udb40\\udc41");
        assert_eq!(escaped("\u{2800}\u{fffc}"), "\\u2800\\ufffc");
        assert_eq!(escaped("grün ✓"), "grün ✓");
        assert_eq!(escaped("##vso[x] #1"), "#\\u0023vso[x] #1");
    }

    #[test]
    fn every_format_or_ignorable_character_of_unicode_is_escaped() {
        let acting = regex::Regex::new(r"^[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]$").unwrap();
        let missed: Vec<char> =
            ('\0'..=char::MAX).filter(|c| acting.is_match(c.encode_utf8(&mut [0; 4])) && !acts(*c)).collect();
        assert!(missed.is_empty(), "{missed:?}");
        assert_eq!(escaped("\u{1bca0}"), "\\ud82f\\udca0");
    }

    #[test]
    fn many_starts_of_what_is_hidden_are_hidden_as_one() {
        let text = format!("{} {}@h", "whsec_".repeat(3), "//:".repeat(3));
        assert_eq!(hidden(&text), "whsec_************ //*******@h");
    }

    #[test]
    fn the_default_key_of_the_sandbox_is_no_secret() {
        assert_eq!(
            hidden("[sk_videogen_sandbox] sk_videogen_sandbox_1"),
            "[sk_videogen_sandbox] sk_videogen_*********"
        );
    }

    #[test]
    fn masking_hides_secrets_and_keeps_every_byte_in_place() {
        let text = "url = \"https://user:pä@h.example/x\" # whsec_abc= sk_videogen_live_9 AGE-SECRET-KEY-1QQ\u{202e}";
        let hidden = masked(text);
        assert_eq!(hidden.len(), text.len());
        assert_eq!(
            hidden,
            "url = \"https://********@h.example/x\" # whsec_**** sk_videogen_****** AGE-SECRET-KEY-***\u{fffd}"
        );
    }

    #[test]
    fn userinfo_is_hidden_however_it_is_written() {
        for (text, shown) in [
            ("//u:p@h/x@y", "//***@h/x@y"),
            ("https://h.example/@me", "https://h.example/@me"),
            ("http://127.0.0.1:8080/@me", "http://127.0.0.1:8080/@me"),
            ("https:u:p@h", "https:***@h"),
            ("HTTPS:\\\\u:p@h", "HTTPS:\\\\***@h"),
            ("https://u:p/p#p@h", "https://*******@h"),
            ("https://u\\u003ap@h", "https://********@h"),
        ] {
            assert_eq!(hidden(text), shown);
        }
    }

    #[test]
    fn the_nearest_word_is_found_and_a_far_one_is_not() {
        assert_eq!(nearest("evnets", ["events", "url"]), Some("events"));
        assert_eq!(nearest("colour", ["events", "url"]), None);
    }
}

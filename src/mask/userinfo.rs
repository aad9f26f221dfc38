//! Passwords of URLs that no URL parser would take: with a quote, a space or a slash in them, without a scheme, in any
//! encoding, as somebody types them.

use std::ops::Range;

use super::LEVELS;
use super::decode::Decoded;

/// The text with what looks like the userinfo of a URL as `*`: in a word of a line, in any encoding, also where a
/// backslash continues the line; and in the spans, whose words may have white space in them. Masks too much rather than
/// too little.
///
/// Line ends and the length stay the same.
pub(crate) fn credentials(text: &str, spans: &[Range<usize>]) -> String {
    let mut out = text.as_bytes().to_vec();
    let mut hide = |start: usize, part: &str, ends: fn(u8) -> bool| {
        // `u:p@` is the shortest.
        if part.len() < 4 {
            return;
        }
        for Range { start: first, end } in in_any_encoding(part.as_bytes(), ends) {
            out[start + first..start + end]
                .iter_mut()
                .filter(|byte| !b"\r\n".contains(byte))
                .for_each(|byte| *byte = b'*');
        }
    };
    let (mut start, mut end) = (0, 0);
    for line in text.split_inclusive('\n') {
        end += line.len();
        if !line.trim_end().ends_with('\\') || end == text.len() {
            hide(start, &text[start..end], |byte| byte.is_ascii_whitespace() || is_quote(byte));
            start = end;
        }
    }
    spans.iter().for_each(|span| hide(span.start, &text[span.clone()], is_quote));
    String::from_utf8(out).expect("whole characters became asterisks")
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'')
}

fn in_any_encoding(text: &[u8], ends: fn(u8) -> bool) -> Vec<Range<usize>> {
    let mut found = in_words(text, ends);
    let mut decoded = Decoded::of(text);
    for _ in 0..LEVELS {
        let Some(level) = decoded else { break };
        found.extend(in_words(&level.bytes, ends).into_iter().map(|span| level.source(span)));
        decoded = level.again();
    }
    found
}

fn in_words(text: &[u8], ends: fn(u8) -> bool) -> Vec<Range<usize>> {
    let mut start = 0;
    let words = text.split(|byte| ends(*byte)).map(|word| {
        let at = start;
        start += word.len() + 1;
        in_word(word).map(|span| at + span.start..at + span.end)
    });
    words.flatten().collect()
}

/// From the end of a scheme, if there is one, to the last `@`; none where that `@` is in the path of a URL.
fn in_word(word: &[u8]) -> Option<Range<usize>> {
    let last = word.iter().rposition(|byte| *byte == b'@')?;
    let colon = word[..last].iter().position(|byte| *byte == b':')?;
    let slashes = word[colon + 1..last].iter().take_while(|byte| matches!(byte, b'/' | b'\\')).count();
    let is_scheme = slashes > 0
        || word[..colon].to_ascii_lowercase().ends_with(b"http")
        || word[..colon].to_ascii_lowercase().ends_with(b"https");
    let start = if is_scheme { colon + 1 + slashes } else { 0 };
    let userinfo = &word[start..last];
    let authority = userinfo.split(|byte| b"/?#".contains(byte)).next().unwrap_or(userinfo);
    (authority.len() == userinfo.len() || userinfo.contains(&b':')).then_some(start..last)
}

/// The text with the userinfo of each line's first URL that has a password as `*`, up to the last `@` of the line.
///
/// Linear in time; the length stays the same.
pub(crate) fn passwords(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let Range { start, end } = password(line).unwrap_or(0..0);
        out.push_str(&line[..start]);
        out.extend(std::iter::repeat_n('*', end - start));
        out.push_str(&line[end..]);
    }
    out
}

/// From the end of a scheme to the last `@`, where what stands between has a `:` that begins no port.
fn password(line: &str) -> Option<Range<usize>> {
    let last = line.rfind('@')?;
    let lower = line[..last].to_ascii_lowercase();
    let schemes = lower.match_indices("http").filter_map(|(at, _)| {
        let rest = &lower[at + 4..];
        let rest = rest.strip_prefix('s').unwrap_or(rest).strip_prefix(':')?;
        Some(lower.len() - rest.trim_start_matches(['/', '\\']).len())
    });
    schemes.map(|start| start..last).find(|span| has_password(&line[span.clone()]))
}

fn has_password(userinfo: &str) -> bool {
    match userinfo.find([':', '/', '?', '#']) {
        Some(at) if userinfo[at..].starts_with(':') => !begins_with_a_port(&userinfo[at + 1..]),
        _ => false,
    }
}

/// Digits, and then what may follow a host: a path, or the end of the string that the URL stands in.
fn begins_with_a_port(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let after = rest.strip_prefix(['"', '\'']).map(|rest| rest.chars().next());
    rest.len() < text.len()
        && match after {
            Some(next) => next.is_none_or(|next| next.is_whitespace() || ",]}#".contains(next)),
            None => rest.starts_with(['/', '?', '#']),
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_masked_whatever_is_in_it() {
        for (line, shown) in [
            ("url = \"https://u:pa ss@h/x\" # me", "url = \"https://*******@h/x\" # me"),
            ("url = \"https://u:pa\"ss@h\"", "url = \"https://*******@h\""),
            ("a = 'HTTPS:\\\\u:12 34@h'", "a = 'HTTPS:\\\\*******@h'"),
            ("https://u:12\"34@h", "https://*******@h"),
            ("url = \"https://h:8443/x\" # mail me@x", "url = \"https://h:8443/x\" # mail me@x"),
            ("url = \"https://h:8443\" # mail me@x", "url = \"https://h:8443\" # mail me@x"),
            ("url = \"https://h/a:b\" # mail me@x", "url = \"https://h/a:b\" # mail me@x"),
            ("[\"https://h/\", \"https://u:p q@h\"]", "[\"https://h/\", \"https://*****@h\"]"),
            ("no URL: me@x", "no URL: me@x"),
        ] {
            assert_eq!(passwords(line), shown);
            assert_eq!(passwords(&format!("é\n{line}\n")), format!("é\n{shown}\n"));
        }
    }

    #[test]
    fn credentials_are_masked_in_odd_spellings() {
        for (text, shown) in [
            ("url = \"http://bob:pw\\u0040h/x\"", "url = \"http://******\\u0040h/x\""),
            ("url = \"https\\u003A\\u002f/bob\\u003Apw@h\"", "url = \"https\\u003A\\u002f/***********@h\""),
            ("url = \"bob:pw@h/x\" # me", "url = \"******@h/x\" # me"),
            ("url = \"ftp:/bob:pw@h/x\"", "url = \"ftp:/******@h/x\""),
            ("url = \"https://bob:pw＠h/x\"", "url = \"https://******＠h/x\""),
            ("url = \"https://bob：pw＠h/x\"", "url = \"https://********＠h/x\""),
            ("hosts = [\"a.example\", \"bob:pw@h\"]", "hosts = [\"a.example\", \"******@h\"]"),
            ("u = \"\"\"\\\n https://bob:\\\n pw@h\"\"\"\nb", "u = \"\"\"\\\n https://*****\n***@h\"\"\"\nb"),
            ("url = \"https://h/x?to=me@x\" # see: me@x", "url = \"https://h/x?to=me@x\" # see: me@x"),
            ("url = \"https://h/@me\"", "url = \"https://h/@me\""),
            ("a = \"me@x\"\nb = \"c:d\"\n", "a = \"me@x\"\nb = \"c:d\"\n"),
        ] {
            assert_eq!(credentials(text, &[]), shown);
        }
        let text = "u = \"\"\"\nhttps://bob:\npw@h\"\"\"";
        let hidden = credentials(text, std::slice::from_ref(&(4..text.len())));
        assert!(!hidden.contains("pw") && hidden.lines().count() == 3, "{hidden}");
    }

    #[test]
    fn a_bomb_is_looked_at_once() {
        for bomb in ["https:", "http", "https://h:1/", "//:@"] {
            let line = bomb.repeat((4 << 20) / bomb.len()) + "@";
            assert!(!passwords(&line).is_empty());
        }
    }
}

//! Passwords of URLs that no URL parser would take: with a quote, a space or a slash in them, as somebody types them.

use std::ops::Range;

/// The text with the userinfo of each line's first URL that has a password as `*`, up to the last `@` of the line.
///
/// Linear in time; the length stays the same.
pub fn passwords(text: &str) -> String {
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
    fn a_bomb_is_looked_at_once() {
        for bomb in ["https:", "http", "https://h:1/", "//:@"] {
            let line = bomb.repeat((4 << 20) / bomb.len()) + "@";
            assert!(!passwords(&line).is_empty());
        }
    }
}

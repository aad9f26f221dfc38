//! The last door before text leaves: untrusted words made unable to act on a terminal, a CI runner or a markdown page.
//! Every format passes every untrusted word through here.

use crate::mask::hide;
use crate::quote::{acts, escaped, hidden};

/// Untrusted text on one line without quotes: secrets hidden, control characters escaped, runner commands broken.
pub(super) fn inert(text: &str) -> String {
    broken(escaped(&hidden(text)))
}

/// Untrusted text as [`inert`], between double quotes.
pub(super) fn value(text: &str) -> String {
    format!("\"{}\"", inert(text))
}

/// Words that another room wrote, untrusted parts escaped there already: what may still act is escaped, and nothing twice.
pub(super) fn words(text: &str) -> String {
    broken(still(&hidden(text)))
}

/// A JSON document that acts nowhere: the same values, with the control characters of its strings as `\uXXXX`.
pub(super) fn defused(json: String) -> String {
    let plain = |byte: u8| byte == b'\n' || (b' '..=b'~').contains(&byte);
    if json.bytes().all(plain) {
        return broken(json);
    }
    let lines: Vec<String> = json.split('\n').map(still).collect();
    broken(lines.join("\n"))
}

fn still(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if acts(c) {
            out.push_str(&escaped(c.encode_utf8(&mut [0; 4])));
        } else {
            out.push(c);
        }
    }
    out
}

/// Breaks `##[…]` and `##vso[…]`, which a runner obeys anywhere in a line, and comments of HTML, by which a pipeline finds
/// our own comment among others; `\u0023` and `\u003c` are the same characters to JSON.
fn broken(text: String) -> String {
    let text = if text.contains("##") { text.replace("##", "#\\u0023") } else { text };
    if text.contains("<!--") { text.replace("<!--", "\\u003c!--") } else { text }
}

/// A markdown code span: the fence is longer than any run of backticks inside. `|` is escaped, since a table would
/// split there even in code.
pub(super) fn span(text: &str) -> String {
    let text = text.replace('|', "\\u007c");
    let fence = "`".repeat(longest_run(&text) + 1);
    let pad = if text.is_empty() || text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A fenced block of markdown: the fence is longer than any run of backticks inside.
pub(super) fn fenced(language: &str, lines: &str) -> String {
    let fence = "`".repeat(longest_run(lines).max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}\n", lines.trim_end_matches('\n'))
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// At most `most` bytes of `text`, and how much was cut. What is secret is hidden first: a part of it would not be
/// recognised any more.
pub(super) fn clipped(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let text = hidden(&hide(text));
    if text.len() <= most {
        return text;
    }
    let kept = &text[..text.floor_char_boundary(most)];
    format!("{kept}… ({} more bytes cut)", text.len() - kept.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fences_outgrow_what_they_hold() {
        assert_eq!(span("a"), "`a`");
        assert_eq!(span("`a``b|c"), "``` `a``b\\u007cc ```");
        assert_eq!(span(""), "`  `");
        assert_eq!(fenced("diff", "+ ```\n"), "````diff\n+ ```\n````\n");
    }

    #[test]
    fn runner_commands_are_broken_and_json_keeps_its_values() {
        assert_eq!(value("##[add-mask]"), "\"#\\u0023[add-mask]\"");
        let json = serde_json::to_string(&"###vso[x]\\<!-- \u{202e}\u{9b}\u{e0041} \\ \" \n").unwrap();
        let safe = defused(json.clone());
        assert!(!safe.contains("##") && !safe.contains("<!--") && !safe.chars().any(acts), "{safe}");
        assert_eq!(serde_json::from_str::<String>(&safe).unwrap(), serde_json::from_str::<String>(&json).unwrap());
    }

    #[test]
    fn the_words_of_other_rooms_are_not_escaped_twice() {
        assert_eq!(words("url is \"a\\u200b\" \u{200b}"), "url is \"a\\u200b\" \\u200b");
    }
}

//! What takes room in a comment: a part that is folded, and lines in a fence.

use super::super::untrusted::{clipped, fenced};
use crate::quote::count;

/// The longest line of a list; longer ones are cut, and say so.
const LONGEST_LINE: usize = 2_000;

pub(super) fn folded(title: &str, content: &str) -> String {
    format!("<details><summary>{title}</summary>\n\n{content}\n</details>\n")
}

/// Lines in a fence, at most about `room` bytes of them; the rest is a count.
pub(super) fn block(language: &str, lines: &[String], room: usize) -> String {
    let mut out = String::new();
    for (at, line) in lines.iter().enumerate() {
        let line = clipped(line, LONGEST_LINE);
        if out.len() + line.len() > room {
            out.push_str(&format!("# and {} more, in this run's plan artifact\n", count(lines.len() - at, "line")));
            break;
        }
        out.push_str(&line);
        out.push('\n');
    }
    fenced(language, &out)
}

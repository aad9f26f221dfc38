//! Names on the command line: `*` stands for any run of characters.

use std::collections::BTreeSet;

use crate::endpoint::Name;

/// Whether one of the patterns matches the name.
pub(super) fn any(patterns: &BTreeSet<String>, name: &Name) -> bool {
    patterns.iter().any(|pattern| matches(pattern, name.as_str()))
}

/// Whether the pattern matches the whole name.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, rest)) => name
            .strip_prefix(start)
            .is_some_and(|name| (0..=name.len()).any(|at| name.is_char_boundary(at) && matches(rest, &name[at..]))),
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_any_run() {
        for (pattern, name, want) in [("a*c", "abbc", true), ("a*c", "ab", false), ("*", "x", true), ("a", "ab", false)]
        {
            assert_eq!(matches(pattern, name), want, "{pattern} {name}");
        }
    }
}

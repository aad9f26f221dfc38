//! Words of a shell, for the commands that are suggested.

use std::path::Path;

use crate::quote::escaped;

/// A path as one word of a shell.
pub(super) fn quoted_path(path: &Path) -> String {
    quoted(&path.display().to_string())
}

/// A value as one word of a shell.
pub(super) fn quoted(text: &str) -> String {
    let text = escaped(text);
    shlex::try_quote(&text).expect("an escaped text has no NUL").into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_one_word_back() {
        assert_eq!(quoted("state/webhooks.state.json"), "state/webhooks.state.json");
        for text in ["a b", "it's", "$(rm x)", "a;b", "*", "~", "", "é", "-n"] {
            assert_eq!(shlex::split(&quoted(text)), Some(vec![text.to_owned()]), "{text}");
        }
        let control = shlex::split(&quoted("a\u{1b}\n"));
        assert_eq!(control, Some(vec!["a\\u001b\\n".to_owned()]), "control characters are escaped, and stay so");
    }
}

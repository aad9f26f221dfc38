//! One word an idea: the words that CONTRIBUTING rules out stand in no page and in no message.

use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

use crate::examples;

/// What is out, wherever people read.
const OUT: &str = r"(?i)\b(seal(s|er|ed|ing)?|twins?|nobody's endpoints?|folds? (it |them )?in|folded in|lifts? (a|the) refusals?|acting characters?|foreign (text|words?)|an url)\b";

/// Every file below a folder with this ending.
fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("tests") {
            files(&path, ending, found);
        } else if path.extension().is_some_and(|extension| extension == ending) {
            found.push(path);
        }
    }
}

#[test]
fn no_page_and_no_message_has_a_word_that_is_out() {
    let root = examples::folder().parent().unwrap().to_owned();
    let mut all = ["README.md", "SECURITY.md", "state/README.md"].map(|page| root.join(page)).to_vec();
    files(&root.join("examples"), "md", &mut all);
    files(&root.join("src"), "rs", &mut all);
    let out = Regex::new(OUT).unwrap();
    let mut found = Vec::new();
    for path in all {
        // The sandbox is a reading of the API of its own, and keeps the name of an injected fault.
        if path.starts_with(root.join("src/sandbox")) {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let kept = text.split("#[cfg(test)]").next().unwrap();
        for (at, line) in kept.lines().enumerate() {
            if let Some(word) = out.find(line) {
                found.push(format!("{}:{}: {}", path.display(), at + 1, word.as_str()));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

//! Tools that read Terraform's text read ours: their published expressions, as they stand in their sources.

use regex::Regex;

use super::super::{Colour, text};
use super::world::{Parts, at, entry, managed, rich};

/// tfcmt's `NewPlanParser`.
const TFCMT: [(&str, &str); 7] = [
    ("Create", r"^ *# (.*) will be created$"),
    ("Update", r"^ *# (.*) will be updated in-place$"),
    ("Delete", r"^ *# (.*) will be destroyed$"),
    ("Replace", r"^ *# (.*?)(?: is tainted, so)? must be replaced$"),
    ("ReplaceOption", r"^ *# (.*?) will be replaced, as requested$"),
    ("Move", r"^ *# (.*?) has moved to (.*?)$"),
    ("Import", r"^ *# (.*?) will be imported$"),
];
const TFCMT_PASS: &str = r"(?m)^(Plan: \d|No changes.)";
const TFCMT_FAIL: &str = r"(?m)^([│|] )?(Error: )";
const TFCMT_DESTROY: &str = r"(?m)([1-9][0-9]* to destroy.)";
const TFCMT_NO_CHANGES: &str = r"(?m)^(No changes.)";
/// Atlantis's summary expressions.
const ATLANTIS_PLAN: &str =
    r"Plan: (?:(\d+) to import, )?(\d+) to add, (\d+) to change, (\d+) to destroy(?:, (\d+) to forget)?\.";
const ATLANTIS_NO_CHANGES: &str =
    r"No changes. (Infrastructure is up-to-date|Your infrastructure matches the configuration).";

fn finds(expression: &str, text: &str) -> bool {
    Regex::new(expression).unwrap().is_match(text)
}

#[test]
fn a_plan_with_changes_is_read_by_tfcmt_and_atlantis() {
    let text = text(&rich().plan(), Colour::Never);
    assert!(finds(TFCMT_PASS, &text) && finds(TFCMT_DESTROY, &text) && finds(TFCMT_FAIL, &text));
    assert!(!finds(TFCMT_NO_CHANGES, &text));
    let counts = Regex::new(ATLANTIS_PLAN).unwrap();
    assert_eq!(&counts.captures(&text).unwrap()[0], "Plan: 1 to import, 8 to add, 6 to change, 6 to destroy.");
    let mut read = String::new();
    for (what, expression) in TFCMT {
        let expression = Regex::new(expression).unwrap();
        let found: Vec<&str> =
            text.lines().filter_map(|line| Some(expression.captures(line)?.get(1)?.as_str())).collect();
        read.push_str(&format!("{what}: {}\n", found.join(", ")));
    }
    insta::assert_snapshot!(read, @r"
    Create: fresh, gone, twin
    Update: noted
    Delete: legacy, steady (deposed ep_ended), vault, steady (orphan ep_orphan)
    Replace: render-done, strayed, strict
    ReplaceOption: rotated
    Move: old-name
    Import: adopted
    ");
}

#[test]
fn a_plan_without_changes_is_read_by_tfcmt_and_atlantis() {
    let mut parts = Parts::new();
    parts.both("plain", managed("ep_plain", at("plain")), entry(at("plain")));
    for live in [parts.live.clone(), None] {
        parts.live = live;
        let text = text(&parts.plan(), Colour::Never);
        assert!(finds(TFCMT_PASS, &text) && finds(TFCMT_NO_CHANGES, &text) && !finds(TFCMT_DESTROY, &text));
        assert!(finds(ATLANTIS_NO_CHANGES, &text) && !finds(ATLANTIS_PLAN, &text) && !finds(TFCMT_FAIL, &text));
    }
}

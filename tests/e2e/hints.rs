//! Hints work: every flag that one names is a flag of the command that it names, or else of the command that gave it.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use regex::Regex;

use crate::support::{Run, World};

/// Commands that have others below them.
const GROUPS: [&str; 3] = ["state", "secret", "sandbox"];

/// The flags of a command, as its help names them.
fn flags(command: &[String]) -> BTreeSet<String> {
    static KNOWN: Mutex<BTreeMap<Vec<String>, BTreeSet<String>>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let help = || {
        let output = Command::new(env!("CARGO_BIN_EXE_hookwright")).args(command).arg("--help").output().unwrap();
        let flag = Regex::new(r"(?m)^ +(?:-\w, |    )(--[a-z][a-z-]*)").unwrap();
        flag.captures_iter(&String::from_utf8_lossy(&output.stdout)).map(|found| found[1].to_owned()).collect()
    };
    known.entry(command.to_vec()).or_insert_with(help).clone()
}

/// The command that words begin with: `state mv`, `plan`; empty where they begin with none.
fn command<'a>(words: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut command: Vec<String> = Vec::new();
    for word in words {
        let may_follow = command.is_empty() || (command.len() == 1 && GROUPS.contains(&command[0].as_str()));
        if !may_follow || !word.chars().all(|c| c.is_ascii_lowercase()) || word.is_empty() {
            break;
        }
        command.push(word.to_owned());
    }
    command
}

/// Fails where a hint of the run names a flag that its command does not have.
pub fn check(args: &[&str], run: &Run) {
    let own = command(args.iter().copied());
    let flag = Regex::new(r"--[a-z][a-z-]*").unwrap();
    for line in run.stdout.lines().chain(run.stderr.lines()) {
        let Some((_, hint)) =
            line.split_once("hint: ").filter(|(before, _)| before.trim_start_matches(['=', ' ']).is_empty())
        else {
            continue;
        };
        for found in flag.find_iter(hint) {
            let before = &hint[..found.start()];
            let before =
                before.rsplit_once("hookwright ").filter(|(_, words)| !words.contains('`')).or(before.rsplit_once('`'));
            let named = before.map(|(_, words)| command(words.split(' ')));
            let of = named.filter(|named| !named.is_empty()).unwrap_or_else(|| own.clone());
            // A command of another tool has no flags, and what clap says of a mistyped flag repeats it.
            if flags(&of).is_empty() || hint.starts_with("to pass '") {
                continue;
            }
            assert!(flags(&of).contains(found.as_str()), "`{}` has no {}: {line}", of.join(" "), found.as_str());
        }
    }
}

#[test]
fn the_flags_of_a_command_are_read_from_its_help() {
    let of = |words: &str| flags(&command(words.split(' ')));
    assert!(of("plan --out x").contains("--out") && of("secret rotate NAME").contains("--finish"));
    assert!(!of("destroy").contains("--expect") && of("destroy").contains("--auto-approve"));
}

#[test]
fn whoever_cannot_be_asked_is_told_what_the_command_has() {
    let world = World::with_sandbox(&[]);
    world.config("[webhooks.a]\nurl = \"https://h.example/a\"\nevents = [\"file.upload.failed\"]\n");
    world.ok(&["apply", "--auto-approve"]);
    for (args, hint) in [
        (
            &["apply"][..],
            "read the plan with `hookwright plan`, then pass --auto-approve, or --expect with the plan's id",
        ),
        (&["destroy"], "read the plan with `hookwright plan --destroy`, then pass --auto-approve"),
        (&["secret", "rotate", "a"], "pass --auto-approve"),
    ] {
        let run = world.run(args);
        assert!(run.code == Some(1) && run.stderr.ends_with(&format!("hint: {hint}\n")), "{}", run.stderr);
    }
}

#[test]
fn an_api_that_is_down_is_no_reason_to_override_a_guard() {
    let mut world = World::with_sandbox(&[]);
    world.config("[webhooks.a]\nurl = \"https://h.example/a\"\nevents = [\"file.upload.failed\"]\n");
    world.ok(&["apply", "--auto-approve"]);
    for (fault, overrides) in [("outage=1", false), ("list-500=1", false), ("me-500=1", true), ("me-404=1", true)] {
        world.start_sandbox(&["--fault", fault]);
        for args in [&["plan"][..], &["apply", "--auto-approve"], &["destroy", "--auto-approve"]] {
            let run = world.run(args);
            assert_eq!(run.code, Some(1), "{fault}: {}", run.stderr);
            assert_eq!(run.stderr.contains("--allow-unknown-team"), overrides, "{fault}: {}", run.stderr);
        }
    }
}

//! The commands, each as it does its work in a [`world`]; and that none is missing.

use std::collections::BTreeSet;

use crate::support::World;

/// Every command, with a state behind it and in an order in which most of them find something to do.
pub const COMMANDS: &[&[&str]] = &[
    &["validate"],
    &["plan", "--var-file", "values.toml"],
    &["plan", "--format", "json"],
    &["plan", "--format", "markdown"],
    &["plan", "--format", "terraform-json"],
    &["plan", "--format", "gitlab-report"],
    &["plan", "--out", "plan.bin", "--result-file", "result.json"],
    &["plan", "--destroy", "--verbose"],
    &["show", "plan.bin"],
    &["apply", "plan.bin"],
    &["apply", "--auto-approve", "--result-file", "result.json"],
    &["apply", "--auto-approve", "--format", "json"],
    &["show"],
    &["show", "--format", "json"],
    &["state", "list"],
    &["state", "list", "--format", "json"],
    &["state", "show", "made"],
    &["state", "pull"],
    &["state", "holder"],
    &["state", "holder", "--format", "json"],
    &["state", "unlock"],
    &["state", "recover", "saved.journal"],
    &["state", "mv", "made", "moved"],
    &["state", "mv", "moved", "made"],
    &["secret", "list"],
    &["secret", "list", "--format", "json"],
    &["secret", "show", "made", "-i", "identity.txt"],
    &["secret", "export", "--format", "json", "--out", "secrets.json", "-i", "identity.txt"],
    &["secret", "rekey", "-i", "identity.txt"],
    &["secret", "rotate", "made", "--auto-approve"],
    &["secret", "rotate", "made", "--finish", "--auto-approve"],
    &["ping", "made", "-i", "identity.txt"],
    &["verify", "made", "--headers", "headers", "--body", "body", "-i", "identity.txt"],
    &["import", "made", "ep_1", "--secret-file", "secret"],
    &["import", "--generate"],
    &["init", "-c", "new.toml", "--from-live", "--identity", "new.txt"],
    &["sandbox", "--port", "1", "--db", "db.json", "--request-log", "log.jsonl", "--fault", "none"],
    &["sandbox", "trigger", "file.upload.failed", "--url", "http://127.0.0.1:1"],
    &["schema"],
    &["completions", "bash"],
    &["man", "man"],
    &["destroy", "--auto-approve", "--result-file", "result.json"],
    &["state", "rm", "made"],
];

/// The commands that `--help` names below some words, `help` itself left out.
fn below(world: &World, words: &[String]) -> BTreeSet<Vec<String>> {
    let args: Vec<&str> = words.iter().map(String::as_str).chain(["--help"]).collect();
    let help = world.ok(&args);
    let listed = help.split_once("\nCommands:\n").map_or("", |(_, rest)| rest.split("\n\n").next().unwrap_or(rest));
    let names = listed.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    let named = names.filter(|name| !name.is_empty() && *name != "help");
    named.map(|name| [words, &[name.to_owned()]].concat()).collect()
}

#[test]
fn every_command_of_the_help_is_in_the_list() {
    let world = World::new();
    let covered = |words: &Vec<String>| COMMANDS.iter().any(|args| words.iter().zip(*args).all(|(a, b)| a == b));
    let mut left: Vec<Vec<String>> = vec![Vec::new()];
    let mut seen = 0;
    while let Some(words) = left.pop() {
        for command in below(&world, &words) {
            seen += 1;
            assert!(covered(&command), "no hostile input goes through `hookwright {}`", command.join(" "));
            left.push(command);
        }
    }
    assert!(seen > 20, "the help named {seen} commands");
}

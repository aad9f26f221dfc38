//! The pages keep their word: every TOML block is a valid configuration, every command line is one that the binary
//! takes, and every link leads somewhere.

use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

use crate::support::World;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every page for users.
fn pages() -> Vec<PathBuf> {
    let mut pages: Vec<PathBuf> =
        ["README.md", "CONTRIBUTING.md", "state/README.md"].into_iter().map(|name| root().join(name)).collect();
    let guides = fs::read_dir(root().join("examples/guides")).unwrap();
    pages.extend(guides.map(|entry| entry.unwrap().path()));
    let examples = fs::read_dir(root().join("examples")).unwrap();
    pages.extend(examples.map(|entry| entry.unwrap().path().join("README.md")).filter(|page| page.exists()));
    pages.sort();
    pages
}

/// The fenced blocks of a page in one of these languages.
pub fn blocks(page: &str, languages: &[&str]) -> Vec<String> {
    let fence = Regex::new(r"(?ms)^ *```(\w+)\n(.*?)^ *```$").unwrap();
    fence.captures_iter(page).filter(|found| languages.contains(&&found[1])).map(|found| found[2].to_owned()).collect()
}

#[test]
fn every_toml_block_is_a_valid_configuration() {
    let mut seen = 0;
    for page in pages() {
        for block in blocks(&fs::read_to_string(&page).unwrap(), &["toml"]) {
            let world = World::new();
            world.write("webhooks.toml", &block);
            world.write("recipients.txt", "# nobody yet\n");
            world.write("recipients.prod.txt", "# nobody yet\n");
            let environment: &[&str] = if block.contains("[environments.prod]") { &["--env", "prod"] } else { &[] };
            let run = world.run(&[&["validate"], environment].concat());
            assert_eq!(run.code, Some(0), "{}\n{block}\n{}", page.display(), run.stderr);
            seen += 1;
        }
    }
    assert!(seen >= 3, "{seen} blocks");
}

/// The arguments of every command line of ours in a page: in its blocks, and alone between backticks.
fn commands(page: &str) -> Vec<Vec<String>> {
    let inline = Regex::new(r"`(hookwright [^`]+)`").unwrap();
    let lines: Vec<String> = blocks(page, &["sh", "console", "yaml"])
        .iter()
        .flat_map(|block| block.replace("\\\n", " ").lines().map(str::to_owned).collect::<Vec<_>>())
        .chain(inline.captures_iter(page).map(|found| found[1].to_owned()))
        .collect();
    let ours = Regex::new(r"(?:^|[ $(])(?:hookwright|cargo run --|target/\w+/hookwright) ([^|>;&#)]+)").unwrap();
    lines
        .iter()
        .filter_map(|line| ours.captures(line))
        .map(|found| found[1].split_whitespace().map(|word| word.trim_matches(['\'', '"']).to_owned()).collect())
        .collect()
}

#[test]
fn every_command_line_is_one_that_the_binary_takes() {
    let mut seen = 0;
    for page in pages() {
        for command in commands(&fs::read_to_string(&page).unwrap()) {
            let world = World::new();
            let words: Vec<&str> = command.iter().map(String::as_str).chain(["--help"]).collect();
            let run = world.run(&words);
            assert_eq!(run.code, Some(0), "{}: {command:?}\n{}", page.display(), run.stderr);
            seen += 1;
        }
    }
    assert!(seen > 30, "{seen} commands");
}

#[test]
fn every_command_of_the_binary_is_in_the_readme() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let help = World::new().ok(&["--help"]);
    let list = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let names = list.lines().filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next());
    for name in names.filter(|name| *name != "help") {
        assert!(readme.contains(&format!("| `{name}")), "the table of commands lacks `{name}`");
    }
}

/// A command's help, and that of every command below it.
fn helps(command: &[&str]) -> Vec<String> {
    let help = World::new().ok(&[command, &["--help"]].concat());
    let list = help.split("Commands:\n").nth(1).and_then(|list| list.split("\n\n").next()).unwrap_or_default();
    let names = list.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    let mut all: Vec<String> = names
        .filter(|name| !name.is_empty() && *name != "help")
        .flat_map(|name| helps(&[command, &[name]].concat()))
        .collect();
    all.push(help);
    all
}

#[test]
fn the_examples_of_every_command_fit_80_columns() {
    let helps = helps(&[]);
    assert!(helps.len() > 25, "{}", helps.len());
    for help in helps {
        let examples = help.find("\nExample").map_or("", |at| &help[at..]);
        let long: Vec<&str> = examples.lines().filter(|line| line.chars().count() > 80).collect();
        assert!(long.is_empty(), "{long:#?}");
    }
}

#[test]
fn every_link_leads_to_a_file() {
    let link = Regex::new(r##"(?:\]\(|src=")([^)"#]+)"##).unwrap();
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for found in link.captures_iter(&text).filter(|found| !found[1].contains("://")) {
            let target = page.parent().unwrap().join(&found[1]);
            assert!(target.exists(), "{}: {}", page.display(), &found[1]);
        }
    }
}

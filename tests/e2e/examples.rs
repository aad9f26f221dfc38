//! The examples: every one of them is planned, and the quickstart is applied as the README says.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::World;

/// The folder of the examples.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

/// The examples that hold a configuration, by name.
fn examples() -> Vec<String> {
    let folders = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut names: Vec<String> = folders
        .filter(|path| path.join("webhooks.toml").exists())
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

/// Copies an example into a world, so that nothing is written into the sources.
fn copy(world: &World, example: &str) -> String {
    for entry in fs::read_dir(folder().join(example)).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let name = path.file_name().unwrap().to_str().unwrap();
            world.write(&format!("{example}/{name}"), &fs::read_to_string(&path).unwrap());
        }
    }
    format!("{example}/webhooks.toml")
}

#[test]
fn every_example_is_valid_and_is_planned_without_a_key() {
    let names = examples();
    assert!(names.len() >= 2, "{names:?}");
    for name in names {
        let world = World::new();
        let config = copy(&world, &name);
        world.ok(&["validate", "-c", &config]);
        let plan = world.ok(&["plan", "-c", &config]);
        assert!(plan.contains("\nPlan: "), "{name}: {plan}");
        assert!(!world.path(&name).join("state").exists(), "a plan of {name} wrote");
    }
}

#[test]
fn the_quickstart_applies_and_its_secrets_are_read_with_the_identity_beside_it() {
    let world = World::new();
    let config = copy(&world, "quickstart");
    let place = ["-c", &config, "--state", "state/quickstart.state.json"];
    let applied = world.run(&[&["apply", "--auto-approve"], &place[..]].concat());
    assert_eq!(applied.code, Some(0), "{}{}", applied.stdout, applied.stderr);
    assert!(applied.stdout.contains("Apply complete! Resources: 2 added, 0 changed, 0 destroyed."));

    let lines: Vec<&str> = applied.stderr.lines().collect();
    for name in ["render-done", "uploads"] {
        let listed = |line: &&str| line.trim_start().starts_with(&format!("{name} ")) && line.contains("https://");
        assert!(lines.iter().any(listed), "{name} is not listed in {}", applied.stderr);
    }
    let command = lines.iter().find_map(|line| line.trim().strip_prefix("hookwright secret show ")).unwrap();
    let words: Vec<&str> = ["secret", "show"].into_iter().chain(command.split(' ')).collect();
    assert!(world.ok(&words).starts_with("whsec_"), "{command}");

    assert!(world.ok(&[&["plan", "--detailed-exitcode"], &place[..]].concat()).contains("No changes."));
}

//! Where a remote state may be: the file proposes, the run disposes. Nothing here reaches a store.

use insta::assert_snapshot;

use crate::support::{Run, World, finish};

const PLACE: &str = "s3://acme/prod/webhooks.state.json?region=eu-central-1";

/// A configuration that keeps its state in a bucket.
fn remote() -> World {
    let world = World::new();
    world.config(&format!("[state]\nurl = \"{PLACE}\"\n"));
    world
}

/// A run whose environment has credentials, and this pin.
fn pinned(world: &World, pin: &str, args: &[&str]) -> Run {
    let mut command = world.command(args);
    command.env("HOOKWRIGHT_STATE", pin).env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE");
    command.env("AWS_SECRET_ACCESS_KEY", "a-secret-access-key-of-forty-characters!");
    finish(command)
}

#[test]
fn a_place_that_only_the_file_names_is_an_error() {
    let world = remote();
    assert_snapshot!(world.run(&["plan"]).snapshot(&world));
}

#[test]
fn a_place_beside_the_pin_is_an_error_that_shows_both() {
    let world = remote();
    for pin in ["s3://acme/test/?region=eu-central-1", "s3://acme/prod/?region=eu-west-1", "s3://other/"] {
        let run = pinned(&world, pin, &["plan"]);
        assert_eq!(run.code, Some(1));
        assert!(run.stderr.contains("which this run does not trust"), "{}", run.stderr);
        assert!(run.stderr.contains(PLACE) && run.stderr.contains(pin), "{}", run.stderr);
        assert!(!run.stderr.contains("a-secret-access-key"), "{}", run.stderr);
    }
}

#[test]
fn a_file_that_names_a_file_contradicts_a_pin() {
    let world = World::new();
    world.config("[state]\npath = \"mine.state.json\"\n");
    assert_snapshot!(pinned(&world, "s3://acme/prod/?region=eu-central-1", &["plan"]).snapshot(&world));
}

#[test]
fn places_are_checked_where_they_are_written() {
    let world = World::new();
    world.config("[state]\nurl = \"s3://acme/../prod/w.json\"\n");
    assert_snapshot!(world.run(&["validate"]).snapshot(&world));
    world.config("[state]\nurl = \"s3://acme/w.json\"\npath = \"w.json\"\n");
    assert_snapshot!(world.run(&["validate"]).snapshot(&world));
    let run = world.run(&["state", "list", "--state", "gs://acme/w.json"]);
    assert!(run.stderr.contains("--state: this version of hookwright does not speak to"), "{}", run.stderr);
    let run =
        pinned(&world, "s3://user:secret@acme/w.json", &["state", "list", "--state", "s3://user:secret@acme/w.json"]);
    assert!(run.code == Some(1) && !run.stderr.contains("user:secret"), "{}", run.stderr);
}

#[test]
fn a_configuration_with_a_remote_state_is_valid_without_it() {
    let world = remote();
    assert_eq!(world.run(&["validate"]).code, Some(0));
}

#[test]
fn credentials_that_are_not_there_are_named() {
    let world = remote();
    let mut command = world.command(&["plan"]);
    command.env("HOOKWRIGHT_STATE", PLACE).env("AWS_PROFILE", "prod");
    let run = finish(command);
    assert!(run.code == Some(1) && run.stderr.contains("aws configure export-credentials"), "{}", run.stderr);
}

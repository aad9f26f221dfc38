//! Rotation without a gap: by the file and by `secret rotate`, its phases in the plan, and kills in between.

use crate::support::{Run, World, finish};

const ENTRY: &str = "\n[webhooks.uploads]\nurl = \"https://hooks.example.com/uploads\"\nevents = [\"file.upload.*\"]\n\
                     lifecycle = { prevent_destroy = true }\n";
const ROTATE: [&str; 4] = ["secret", "rotate", "uploads", "--auto-approve"];
const FINISH: [&str; 5] = ["secret", "rotate", "uploads", "--finish", "--auto-approve"];

fn applied() -> World {
    let world = World::with_sandbox(&[]);
    world.config(ENTRY);
    world.ok(&["apply", "--auto-approve"]);
    world
}

fn at(world: &World, now: &str, args: &[&str]) -> Run {
    let mut command = world.command(args);
    command.env("HOOKWRIGHT_NOW", now);
    finish(command)
}

fn secrets(world: &World) -> serde_json::Value {
    let text = world.ok(&["secret", "export", "--format", "json", "--with-previous", "-i", "identity.txt"]);
    serde_json::from_str(&text).unwrap()
}

#[test]
fn an_emergency_makes_a_successor_keeps_the_old_one_and_asks_the_next_plan_for_nothing() {
    let mut world = applied();
    let before = secrets(&world)["uploads"].clone();
    let run = world.run(&ROTATE);
    assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("`secret rotate` requests a new secret"), "{}", run.stdout);
    assert!(run.stdout.contains("for 24h every event comes 2 times"), "{}", run.stdout);
    assert!(run.stderr.contains("stays live until 2026-11-26T12:00:00Z"), "{}", run.stderr);
    let counted = "Apply complete! Resources: 1 added, 0 changed, 0 destroyed.";
    assert!(run.stdout.contains(counted), "nothing is destroyed yet: {}", run.stdout);
    let both = secrets(&world);
    assert_eq!(both["uploads_previous"], before);
    assert_ne!(both["uploads"], before);

    let planned = world.run(&["plan", "--detailed-exitcode"]);
    assert_eq!(planned.code, Some(0), "{}", planned.stdout);
    assert!(planned.stdout.contains("every event arrives twice until"), "{}", planned.stdout);

    assert_eq!(world.run(&FINISH).code, Some(0));
    assert!(world.run(&FINISH).stderr.contains("there is nothing to finish"));
    assert_eq!(world.run(&["plan", "--detailed-exitcode"]).code, Some(0));
    world.stop_sandbox();
    let live = world.live();
    assert_eq!(live.len(), 1);
    assert_eq!(both["uploads"], live[0].signing_secret);
}

#[test]
fn only_the_named_entries_are_touched() {
    let world = applied();
    world.config(&format!(
        "{ENTRY}\n[webhooks.new]\nurl = \"https://hooks.example.com/new\"\nevents = [\"file.upload.failed\"]\n"
    ));
    let run = world.run(&[&ROTATE[..], &["--overlap", "0s"]].concat());
    assert!(run.stdout.contains("1 to add, 0 to change, 1 to destroy"), "{}{}", run.stdout, run.stderr);
    assert!(world.state()["endpoints"]["new"].is_null());
    assert_eq!(world.state()["endpoints"]["uploads"]["deposed"].as_array().unwrap().len(), 0);
    let unknown = world.run(&["secret", "rotate", "upload", "--auto-approve"]);
    assert_eq!(unknown.code, Some(1));
    assert!(unknown.stderr.contains("did you mean `uploads`?"), "{}", unknown.stderr);
    let unapproved = world.run(&["secret", "rotate", "uploads"]);
    assert_eq!(unapproved.code, Some(1));
}

#[test]
fn a_rotation_without_overlap_beside_an_older_predecessor_names_that_one() {
    let world = applied();
    let oldest = world.state()["endpoints"]["uploads"]["endpoint_id"].as_str().unwrap().to_owned();
    world.ok(&ROTATE);
    world.config(&ENTRY.replace("prevent_destroy = true", "prevent_destroy = false"));
    world.ok(&["apply", "--auto-approve"]);
    let run = world.run(&[&ROTATE[..], &["--overlap", "0s"]].concat());
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let told = format!("an older predecessor, {oldest}, stays live until 2026-11-26T12:00:00Z");
    assert!(run.stderr.contains(&told) && !run.stderr.contains("the old endpoint"), "{}", run.stderr);
}

#[test]
fn the_plan_tells_the_phases_of_a_rotation_by_the_file() {
    let mut world = applied();
    let entry = ENTRY.replace("prevent_destroy = true", "prevent_destroy = false");
    world.config(&format!("{entry}rotation = 2\n"));
    let make = world.ok(&["plan"]);
    assert!(make.contains("the signing secret changes"), "{make}");
    world.ok(&["apply", "--auto-approve"]);
    let overlap = world.ok(&["plan"]);
    assert!(
        overlap.contains("every event arrives twice until 2026-11-26T12:00:00Z; the next apply after that deletes"),
        "{overlap}"
    );
    let retire = at(&world, "2026-11-26T12:00:00Z", &["plan", "--detailed-exitcode"]);
    assert_eq!(retire.code, Some(2));
    assert!(retire.stdout.contains("the predecessor retires"), "{}", retire.stdout);
    assert_eq!(at(&world, "2026-11-26T12:00:00Z", &["apply", "--auto-approve"]).code, Some(0));
    world.stop_sandbox();
    assert_eq!(world.live().len(), 1);
}

#[test]
fn a_rotation_that_was_killed_is_finished_by_the_same_command() {
    for point in ["intent-durable", "answer-read", "receipt-durable", "state-written", "state-renamed"] {
        let mut world = applied();
        let before = secrets(&world)["uploads"].clone();
        let mut command = world.command(&ROTATE);
        command.env("HOOKWRIGHT_CRASH_AT", point).env_remove("HOOKWRIGHT_NOW");
        assert_eq!(finish(command).code, None, "{point}: killed");
        let done = world.state()["endpoints"]["uploads"]["deposed"].as_array().is_some_and(|list| !list.is_empty());
        let known = done || secrets(&world)["uploads"] != before;
        if !known {
            let mut again = world.command(&ROTATE);
            again.env_remove("HOOKWRIGHT_NOW");
            let run = finish(again);
            assert_eq!(run.code, Some(0), "{point}: {}{}", run.stdout, run.stderr);
        }
        let both = secrets(&world);
        assert_eq!(both["uploads_previous"], before, "{point}: the old secret is there");
        let mut end = world.command(&FINISH);
        end.env_remove("HOOKWRIGHT_NOW");
        let run = finish(end);
        assert_eq!(run.code, Some(0), "{point}: {}{}", run.stdout, run.stderr);
        world.stop_sandbox();
        let live = world.live();
        assert_eq!(live.len(), 1, "{point}: no orphan");
        assert_eq!(both["uploads"], live[0].signing_secret, "{point}");
    }
}

//! States and journals that are damaged, newer, or do not belong together: an error with a way out, never an empty
//! state.

use std::fs;

use insta::assert_snapshot;

use crate::support::{World, finish};
use crate::watch::{many, posts};

const APPLY: &[&str] = &["apply", "--auto-approve", "--parallelism", "1"];
const STATE: &str = "state/webhooks.state.json";
const JOURNAL: &str = "state/webhooks.state.json.journal";

fn applied(count: usize) -> World {
    let world = World::with_sandbox(&[]);
    world.config(&many(count));
    world.ok(APPLY);
    world
}

/// Every command that reads the state refuses, writes nothing and asks nothing of the API; what one says.
fn refused(world: &World) -> String {
    let (state, sent) = (world.read(STATE), posts(world));
    for args in [
        &["plan"][..],
        APPLY,
        &["destroy", "--auto-approve"],
        &["show"],
        &["state", "list"],
        &["state", "rm", "h0"],
        &["secret", "list"],
    ] {
        let run = world.run(args);
        assert_eq!(run.code, Some(1), "{args:?}: {}", run.stdout);
    }
    assert_eq!((world.read(STATE), posts(world)), (state, sent));
    world.run(&["plan"]).snapshot(world)
}

#[test]
fn a_half_written_state_is_an_error_that_names_the_place() {
    let world = applied(1);
    let text = world.read(STATE);
    world.write(STATE, &text[..text.len() / 2]);
    let said = refused(&world);
    assert!(said.contains("damaged at line") && said.contains("never start from an empty one"), "{said}");
    for text in ["", "null", "[]", "{}", "{\"version\":1,\"serial\":1,\"lineage\":\"\",\"endpoints\":{}}"] {
        world.write(STATE, text);
        assert!(refused(&world).contains("damaged"), "{text:?}");
    }
}

#[test]
fn a_newer_version_is_refused() {
    let world = applied(1);
    world.write(STATE, &world.read(STATE).replace("\"version\": 2", "\"version\": 3"));
    assert_snapshot!(refused(&world), @"
    --- stderr
    error: the state `[FOLDER]/state/webhooks.state.json` has format version 3; this hookwright reads versions up to 2
    hint: use the hookwright that wrote it, or a newer one
    --- exit 1
    ");
}

#[test]
fn a_name_or_an_endpoint_that_stands_twice_is_refused() {
    let world = applied(2);
    let text = world.read(STATE);
    world.write(STATE, &text.replace("\"h1\": {", "\"h0\": {"));
    assert!(refused(&world).contains("the name `h0` stands twice"));
    let ids: Vec<String> = ["h0", "h1"]
        .map(|n| {
            serde_json::from_str::<serde_json::Value>(&text).unwrap()["endpoints"][n]["endpoint_id"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .into();
    world.write(STATE, &text.replace(&ids[1], &ids[0]));
    assert!(refused(&world).contains("stands in it twice"));
}

#[test]
fn unknown_fields_are_kept_through_an_apply_and_an_unchanged_secret_keeps_its_bytes() {
    let world = applied(2);
    let mut state = world.state();
    state["later"] = serde_json::json!({"x": [1]});
    state["endpoints"]["h0"]["more"] = serde_json::json!("kept");
    world.write(STATE, &serde_json::to_string_pretty(&state).unwrap());
    world.config(&many(3));
    world.ok(APPLY);
    let after = world.state();
    assert_eq!((&after["later"], &after["endpoints"]["h0"]["more"]), (&state["later"], &serde_json::json!("kept")));
    assert_eq!(after["endpoints"]["h0"], state["endpoints"]["h0"]);
    assert_eq!(after["lineage"], state["lineage"]);
    assert!(after["serial"].as_u64() > state["serial"].as_u64());
    let text = world.read(STATE);
    assert!(text.ends_with("}\n") && text.contains("\n  \"endpoints\": {\n    \"h0\": {\n"), "pretty and sorted");
}

/// A world whose second apply died after its receipt, so that state and journal both stand.
fn interrupted() -> World {
    let world = applied(1);
    world.config(&many(3));
    // Before the next create is sent: its receipt would outlive the kill too.
    let mut command = world.command(APPLY);
    command.env("HOOKWRIGHT_CRASH_AT", "receipt-written:1");
    assert_eq!(finish(command).code, None, "it was killed");
    assert!(world.path(JOURNAL).exists());
    world
}

#[test]
fn a_journal_whose_state_is_lost_begins_a_new_one() {
    let mut world = World::with_sandbox(&[]);
    world.config(&many(2));
    let mut command = world.command(APPLY);
    command.env("HOOKWRIGHT_CRASH_AT", "receipt-written:1");
    assert_eq!(finish(command).code, None, "it was killed");
    fs::remove_file(world.path(STATE)).unwrap();
    fs::rename(world.path(JOURNAL), world.path("saved.journal")).unwrap();

    let refused = world.run(&["state", "recover", "saved.journal"]);
    assert!(refused.code == Some(1) && refused.stderr.contains("--new"), "{}", refused.stderr);
    assert!(!world.path(STATE).exists());
    world.ok(&["state", "recover", "saved.journal", "--new"]);
    assert_eq!(world.run(&["state", "recover", "saved.journal", "--new"]).code, Some(1), "it never replaces a state");
    world.ok(APPLY);
    let secret = world.ok(&["secret", "show", "h0", "--identity", "identity.txt"]);
    world.stop_sandbox();
    let live = world.live();
    assert_eq!(live.len(), 2, "{live:?}");
    assert!(live.iter().any(|endpoint| endpoint.signing_secret == secret.trim()));
}

#[test]
fn every_reader_reads_the_state_with_its_journal_and_writes_nothing() {
    let world = interrupted();
    let (state, journal) = (world.read(STATE), world.read(JOURNAL));
    assert!(world.ok(&["state", "list"]).contains("h1"));
    assert!(world.ok(&["secret", "show", "h1", "--identity", "identity.txt"]).starts_with("whsec_"));
    assert!(world.ok(&["show"]).contains("h1"));
    assert!(world.ok(&["plan"]).contains("Plan: 1 to add"));
    assert_eq!((world.read(STATE), world.read(JOURNAL)), (state, journal));
}

#[test]
fn a_torn_tail_is_cut_and_a_damaged_line_before_whole_ones_is_an_error_with_a_way_out() {
    let world = interrupted();
    let whole = world.read(JOURNAL);
    world.write(JOURNAL, &format!("{whole}0123456789abcdef {{\"record\":\"rece"));
    world.ok(&["plan"]);
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    let damaged = |at: usize| {
        let mut lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        lines[at] = lines[at].replacen('"', "'", 1);
        lines.concat()
    };
    world.write(JOURNAL, &damaged(1));
    assert_snapshot!(refused(&world), @"
    --- stderr
    error: line 2 of the journal `[FOLDER]/state/webhooks.state.json.journal` is damaged, and whole lines follow it
    hint: keep a copy of it, move it away, and replay what is whole: hookwright state recover FILE
    --- exit 1
    ");
    // The way out: moved away, and what is whole replayed.
    std::fs::rename(world.path(JOURNAL), world.path("moved")).unwrap();
    let run = world.run(&["state", "recover", "moved"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains("1 line of it damaged"), "{}", run.stderr);
    world.ok(APPLY);
    let list = world.ok(&["state", "list"]);
    assert!(["h0", "h1", "h2"].iter().all(|name| list.contains(name)), "{list}");
}

#[test]
fn a_journal_of_another_lineage_and_a_state_older_than_its_journal_are_refused() {
    let world = interrupted();
    let state = world.read(STATE);
    let lineage = world.state()["lineage"].as_str().unwrap().to_owned();
    world.write(STATE, &state.replace(&lineage, "00000000-0000-4000-8000-000000000000"));
    assert_snapshot!(refused(&world), @"
    --- stderr
    error: journal `[FOLDER]/state/webhooks.state.json.journal` does not belong to state `[FOLDER]/state/webhooks.state.json`: their lineages differ, or there is no state
    hint: bring back the state that belongs to the journal; or move the journal away and replay it: hookwright state recover FILE
    --- exit 1
    ");
    let serial = world.state()["serial"].as_u64().unwrap();
    world.write(STATE, &state.replace(&format!("\"serial\": {serial}"), "\"serial\": 1"));
    assert_snapshot!(refused(&world), @"
    --- stderr
    error: the state `[FOLDER]/state/webhooks.state.json` (serial 1) is older than its journal `[FOLDER]/state/webhooks.state.json.journal` (begun on serial 2)
    hint: bring back the state that belongs to the journal; or move the journal away and replay it: hookwright state recover FILE
    --- exit 1
    ");
}

#[test]
fn a_journal_without_its_state_is_refused() {
    let world = interrupted();
    std::fs::remove_file(world.path(STATE)).unwrap();
    for args in [&["plan"][..], APPLY] {
        let run = world.run(args);
        assert_eq!(run.code, Some(1), "{args:?}: {}", run.stdout);
        assert!(run.stderr.contains("journal"), "{}", run.stderr);
    }
}

#[test]
fn a_secret_that_was_pasted_onto_another_endpoint_is_refused_when_it_is_read() {
    let world = applied(2);
    let mut state = world.state();
    state["endpoints"]["h0"]["secret"] = state["endpoints"]["h1"]["secret"].clone();
    world.write(STATE, &serde_json::to_string_pretty(&state).unwrap());
    let run = world.run(&["secret", "show", "h0", "--identity", "identity.txt"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""));
    assert!(run.stderr.contains("moved or pasted"), "{}", run.stderr);
    world.ok(&["secret", "show", "h1", "--identity", "identity.txt"]);
}

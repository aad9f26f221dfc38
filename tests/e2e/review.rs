//! Exactly what was reviewed, or nothing: plan ids, plan files, selection, and what pipelines read.

use insta::assert_snapshot;
use serde_json::Value;

use crate::support::{Run, World};

const TWO: &str = r#"
[webhooks.render-done]
url = "https://hooks.example.com/videogen"
events = ["tool_execution.succeeded"]

[webhooks.uploads]
url = "https://hooks.example.com/uploads"
events = ["file.upload.*"]
"#;

fn applied() -> World {
    let world = World::with_sandbox(&[]);
    world.config(TWO);
    world.ok(&["apply", "--auto-approve"]);
    world
}

fn id_of(run: &Run) -> String {
    run.stdout.lines().find_map(|line| line.strip_prefix("Plan id: ")).expect("a plan names its id").to_owned()
}

#[test]
fn a_plan_file_is_applied_once_and_never_when_the_configuration_moved() {
    let world = World::with_sandbox(&[]);
    world.config(TWO);
    world.ok(&["plan", "--out", "plan.bin"]);
    let (kept, planned) = (world.ok(&["show", "plan.bin"]), world.ok(&["plan"]));
    assert!(planned.starts_with("API: "), "{planned}");
    assert_eq!(kept, planned);
    let shown: Value = serde_json::from_str(&world.ok(&["show", "plan.bin", "--format", "json"])).unwrap();
    assert_eq!(shown["summary"]["create"], 2);

    world.config(&TWO.replace("/uploads", "/up"));
    let moved = world.run(&["apply", "plan.bin"]);
    assert_snapshot!(moved.snapshot(&world));
    assert!(!world.path("state/webhooks.state.json").exists());

    world.config(TWO);
    world.ok(&["apply", "plan.bin"]);
    assert_snapshot!(world.run(&["apply", "plan.bin"]).snapshot(&world));
}

#[test]
fn an_id_that_is_expected_is_the_only_plan_that_runs() {
    let world = World::with_sandbox(&[]);
    world.config(TWO);
    let offline = world.run(&["plan", "--refresh=false"]);
    let refused =
        world.run(&["apply", "--expect", &id_of(&offline).replace(" (offline: --expect does not accept it)", "")]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("did not ask the API"), "{}", refused.stderr);

    let planned = world.run(&["plan"]);
    let wrong = world.run(&["apply", "--expect", "00000000000000000000000000000000"]);
    assert_eq!(wrong.code, Some(1));
    world.ok(&["apply", "--expect", &id_of(&planned)]);
    let again = world.run(&["apply", "--expect", &id_of(&planned)]);
    assert_eq!(again.code, Some(1));
    assert!(again.stderr.contains("applied already"), "{}", again.stderr);
}

#[test]
fn the_rest_of_a_stopped_apply_runs_under_the_same_id_and_nothing_else_does() {
    let mut world = World::with_sandbox(&["--fault", "401@2"]);
    world.config(TWO);
    let id = id_of(&world.run(&["plan"]));
    let stopped = world.run(&["apply", "--expect", &id, "--parallelism", "1", "--result-file", "result.json"]);
    assert_eq!(stopped.code, Some(3), "{}", stopped.stderr);
    let result: Value = serde_json::from_str(&world.read("result.json")).unwrap();
    assert_eq!((result["exit_code"].as_u64(), result["plan_id"].as_str()), (Some(3), Some(id.as_str())));
    assert_eq!(result["changes"][0]["status"], "done");
    assert_eq!(result["changes"][1]["status"], "failed");

    world.start_sandbox(&[]);
    // The base URL is a guard: it moved with the sandbox's port, so the rest is more than was reviewed.
    let moved = world.run(&["apply", "--expect", &id]);
    assert_eq!(moved.code, Some(1), "{}", moved.stdout);
}

#[test]
fn the_rest_of_an_apply_that_was_limited_runs_under_the_same_id() {
    let world = World::with_sandbox(&["--fault", "402-credits@2"]);
    world.config(TWO);
    let id = id_of(&world.run(&["plan"]));
    let stopped = world.run(&["apply", "--expect", &id, "--parallelism", "1"]);
    assert_eq!(stopped.code, Some(3), "{}", stopped.stderr);
    world.config(&TWO.replace("/uploads", "/elsewhere"));
    assert_eq!(world.run(&["apply", "--expect", &id]).code, Some(1), "more than what was left");
    world.config(TWO);
    world.ok(&["apply", "--expect", &id]);
    assert_eq!(world.run(&["plan", "--detailed-exitcode"]).code, Some(0));
    assert_eq!(world.run(&["apply", "--expect", &id]).code, Some(1), "it is applied already");
}

#[test]
fn a_target_limits_the_plan_and_says_so_and_a_name_of_nobody_is_refused() {
    let world = World::with_sandbox(&[]);
    world.config(TWO);
    assert_snapshot!(world.run(&["plan", "--target", "up*"]).snapshot(&world));
    world.ok(&["apply", "--auto-approve", "--target", "uploads"]);
    assert_eq!(world.state()["endpoints"].as_object().unwrap().len(), 1);
    let typo = world.run(&["plan", "--target", "uplods"]);
    assert_eq!(typo.code, Some(1));
    assert!(typo.stdout.contains("`--target` \"uplods\" names no entry"), "{}", typo.stdout);
}

#[test]
fn a_replacement_can_be_asked_for() {
    let world = applied();
    let before = world.state()["endpoints"]["uploads"]["endpoint_id"].clone();
    world.ok(&["apply", "--auto-approve", "--replace", "uploads"]);
    assert_ne!(world.state()["endpoints"]["uploads"]["endpoint_id"], before);
    assert_eq!(world.run(&["plan", "--detailed-exitcode"]).code, Some(0));
}

#[test]
fn refresh_only_takes_over_what_is_gone_and_nothing_else() {
    let world = applied();
    let id = world.state()["endpoints"]["uploads"]["endpoint_id"].as_str().unwrap().to_owned();
    world.delete_remotely(&id);
    assert_snapshot!(world.run(&["plan", "--refresh-only"]).snapshot(&world));
    world.config(&TWO.replace("/videogen", "/changed"));
    world.ok(&["apply", "--refresh-only", "--auto-approve"]);
    let state = world.state();
    let remembered = &state["endpoints"]["uploads"];
    assert!(remembered["endpoint_id"].is_null() && remembered["deposed"][0]["ended"] == "gone", "{remembered}");
    assert_eq!(state["endpoints"]["render-done"]["url"], "https://hooks.example.com/videogen");
}

#[test]
fn a_plan_of_a_part_says_what_it_looked_at_and_nothing_of_the_rest() {
    let world = applied();
    world.config(&TWO.replace("/videogen", "/changed"));
    let comment = |flags: &[&str]| world.run(&[&["plan", "--format", "markdown"], flags].concat()).stdout;
    let plain = comment(&[]).lines().next().map(str::to_owned);
    for (flags, proven, verdict) in [
        (
            &["--refresh-only"][..],
            "No changes. No drift needs to be recorded; the configuration was not compared.",
            "no drift to record",
        ),
        (&["--retire"], "No changes. No retirement is due; nothing else was compared.", "nothing to retire"),
        (
            &["--target", "uploads"],
            "No changes. The selected entries need nothing; 1 other change is left out.",
            "no changes to the selected entries; 1 other change is left out",
        ),
    ] {
        let text = world.ok(&[&["plan"], flags].concat());
        assert!(text.contains(proven) && !text.contains("matches the configuration"), "{flags:?}: {text}");
        let comment = comment(flags);
        let mut lines = comment.lines();
        assert_ne!(lines.next().map(str::to_owned), plain, "a comment of its own: {flags:?}");
        assert_eq!(lines.next(), Some(format!("### hookwright plan: {verdict}").as_str()));
    }
    let refused = world.run(&["plan", "--target", "nope"]);
    assert!(refused.code == Some(1) && !refused.stdout.contains("No changes"), "{}", refused.stdout);
    assert!(comment(&["--target", "nope"]).contains("### hookwright plan: refused\n"));
    let offline = world.ok(&["plan", "--refresh=false", "--target", "uploads"]);
    assert!(!offline.contains("matches the configuration"), "{offline}");
}

#[test]
fn events_are_lines_of_json() {
    let world = World::with_sandbox(&[]);
    world.config(TWO);
    let stdout = world.ok(&["apply", "--auto-approve", "--format", "json", "--parallelism", "1"]);
    let kinds: Vec<String> = stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["type"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!((kinds[0].as_str(), kinds[5].as_str()), ("plan", "summary"));
    // A receipt may be synced while the next create is under way.
    assert_eq!(kinds.iter().filter(|kind| *kind == "start").count(), 2);
    assert_eq!(kinds.iter().filter(|kind| *kind == "done").count(), 2);
}

/// A replacement without overlap that was killed when its successor was there; the id that was reviewed.
fn half_replaced() -> (World, String) {
    let world = applied();
    world.config(&half(&TWO.replace("/uploads", "/moved")));
    let id = id_of(&world.run(&["plan"]));
    let mut command = world.command(&["apply", "--expect", &id]);
    command.env("HOOKWRIGHT_CRASH_AT", "receipt-durable");
    assert_eq!(crate::support::finish(command).code, None, "it is killed");
    (world, id)
}

fn half(text: &str) -> String {
    format!("{text}lifecycle = {{ overlap = \"0s\" }}\n")
}

#[test]
fn the_rest_of_a_reviewed_replacement_is_what_it_was_and_never_destroys_first() {
    let (world, id) = half_replaced();
    let moved = TWO.replace("/uploads", "/moved");
    world.config(&half(&TWO.replace("/uploads", "/elsewhere")));
    assert_eq!(world.run(&["apply", "--expect", &id]).code, Some(1), "another replacement is no rest");
    let destroys = "lifecycle = { replace = \"destroy_before_create\" }\n";
    world.config(&format!("{}{destroys}", TWO.replace("/uploads", "/elsewhere")));
    assert_eq!(world.run(&["apply", "--expect", &id]).code, Some(1), "one that destroys first is none either");
    world.config("");
    assert_eq!(world.run(&["apply", "--expect", &id]).code, Some(1), "nor is a plain delete");
    world.config(&half(&moved));
    world.ok(&["apply", "--expect", &id]);
    assert_eq!(world.run(&["plan", "--detailed-exitcode"]).code, Some(0));
}

#[test]
fn leaves_that_somebody_added_to_the_state_run_nothing() {
    let world = World::with_sandbox(&["--fault", "402-credits@2"]);
    world.config(TWO);
    let id = id_of(&world.run(&["plan"]));
    assert_eq!(world.run(&["apply", "--expect", &id, "--parallelism", "1"]).code, Some(3));
    let mut state = world.state();
    let leaves = state["applied"]["leaves"].as_array_mut().expect("a stopped apply keeps its leaves");
    leaves.push(Value::String("0".repeat(64)));
    world.write("state/webhooks.state.json", &format!("{state:#}\n"));
    let refused = world.run(&["apply", "--expect", &id]);
    assert_eq!(refused.code, Some(1), "{}", refused.stdout);
}

#[test]
fn a_plan_file_that_was_edited_is_refused_though_its_id_stays() {
    let world = World::with_sandbox(&[]);
    world.config(TWO);
    world.ok(&["plan", "--out", "plan.bin"]);
    let file = world.read("plan.bin");
    let edits = [
        ("data", "/videogen", "/elsewhere"),
        ("drift", "\"drift\":[]", "\"drift\":[ ]"),
        ("place", "\"run\":null", "\"run\":\"other\""),
    ];
    for (what, from, to) in edits {
        assert!(file.contains(from), "{file}");
        world.write("edited.bin", &file.replace(from, to));
        let refused = world.run(&["apply", "edited.bin"]);
        assert_eq!(refused.code, Some(1), "{what}");
        assert!(refused.stderr.contains("was edited after it was written"), "{what}: {}", refused.stderr);
    }
}

#[test]
fn an_id_of_another_version_is_told_as_such() {
    let world = World::with_sandbox(&[]);
    world.config(TWO);
    for id in ["0123456789abcdef0123456789abcdef", "9-0123456789abcdef0123456789abcdef"] {
        let refused = world.run(&["apply", "--expect", id]);
        assert_eq!(refused.code, Some(1));
        assert!(refused.stderr.contains("made by another version of hookwright"), "{}", refused.stderr);
    }
}

//! The main path: plan, apply, look, change, destroy.

use insta::assert_snapshot;

use crate::support::World;

const TWO: &str = r#"
[webhooks.render-done]
url = "https://hooks.example.com/videogen"
events = ["tool_execution.succeeded", "tool_execution.failed"]
description = "Render pipeline"

[webhooks.uploads]
url = "https://hooks.example.com/uploads"
events = ["file.upload.*"]
"#;

#[test]
fn plan_apply_and_nothing_more_to_do() {
    let world = World::with_sandbox(&[]);
    world.config(TWO);
    let planned = world.run(&["plan", "--detailed-exitcode"]);
    assert_snapshot!(planned.snapshot(&world));
    assert!(!world.path("state").exists(), "a plan writes nothing");

    let applied = world.run(&["apply", "--auto-approve", "--parallelism", "1"]);
    assert_snapshot!(applied.snapshot(&world));
    assert_eq!(id_of(&planned.stdout), id_of(&applied.stdout), "what was planned is what was applied");
    assert_snapshot!(world.run(&["plan", "--detailed-exitcode"]).snapshot(&world));
}

#[test]
fn the_secret_that_is_shown_is_the_one_that_the_api_gave() {
    let mut world = World::with_sandbox(&[]);
    world.config(TWO);
    world.ok(&["apply", "--auto-approve"]);
    world.stop_sandbox();
    let shown = world.ok(&["secret", "show", "uploads", "--identity", "identity.txt"]);
    let live = world.live();
    let uploads = live.iter().find(|endpoint| endpoint.url.ends_with("/uploads")).unwrap();
    assert_eq!(shown, format!("{}\n", uploads.signing_secret));
}

fn id_of(text: &str) -> &str {
    text.lines().find_map(|line| line.strip_prefix("Plan id: ")).expect("a plan names its id")
}

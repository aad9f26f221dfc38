//! One writer at a time, its holder shown; readers need no lock.

use crate::support::World;
use crate::watch::{Going, many, posts, wait_for};

#[test]
fn of_two_applies_at_once_one_fails_and_names_the_holder_or_waits_and_nothing_is_doubled() {
    let mut world = World::with_sandbox(&["--latency", "700ms"]);
    world.config(&many(2));
    let apply = &["apply", "--auto-approve", "--parallelism", "1"][..];
    let mut command = world.command(apply);
    command.env("USER", "ada").env("CI_JOB_URL", "https://ci.example/jobs/7");
    let first = Going::start(command);
    wait_for("the first create", || posts(&world) == 1);

    let second = world.run(&["apply", "--auto-approve", "--lock-timeout", "0s"]);
    assert_eq!(second.code, Some(1));
    for words in
        ["the state is locked by ada@", "process ", "`apply`", "since 2026-11-25T", "https://ci.example/jobs/7"]
    {
        assert!(second.stderr.contains(words), "{words}: {}", second.stderr);
    }
    for writer in [&["state", "rm", "h0"][..], &["state", "mv", "h0", "x"], &["destroy", "--auto-approve"]] {
        let run = world.run(writer);
        assert_eq!(run.code, Some(1), "{writer:?}: {}", run.stderr);
    }
    let plan = world.run(&["plan"]);
    assert_eq!(plan.code, Some(0), "a plan needs no lock: {}", plan.stderr);

    let third = world.run(&["apply", "--auto-approve", "--lock-timeout", "30s"]);
    assert_eq!(third.code, Some(0), "{}", third.stderr);
    assert!(third.stdout.contains("No changes."), "it waited, and found all done: {}", third.stdout);
    assert_eq!(first.end().code, Some(0));
    world.stop_sandbox();
    assert_eq!((posts(&world), world.live().len()), (2, 2));
}

#[test]
fn a_lock_whose_holder_died_is_free() {
    let mut world = World::with_sandbox(&[]);
    world.config(&many(1));
    let mut command = world.command(&["apply", "--auto-approve"]);
    command.env("HOOKWRIGHT_CRASH_AT", "answer-read");
    assert_eq!(Going::start(command).end().code, None, "it was killed");
    world.ok(&["apply", "--auto-approve"]);
    world.stop_sandbox();
    assert_eq!(world.live().len(), 1);
}

#[test]
fn a_state_that_is_edited_during_an_apply_is_not_overwritten_and_the_next_run_has_what_was_made() {
    let mut world = World::with_sandbox(&["--latency", "700ms"]);
    world.config(&many(1));
    let apply = &["apply", "--auto-approve"][..];
    let first = Going::start(world.command(apply));
    wait_for("the create", || posts(&world) == 1);
    let state = world.read("state/webhooks.state.json");
    world.write("state/webhooks.state.json", &format!("{state}\n"));
    let run = first.end();
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    for words in ["changed while this command was at work, and was not overwritten", "git), then run this again"] {
        assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
    }
    assert_eq!(world.read("state/webhooks.state.json"), format!("{state}\n"));
    assert!(world.ok(apply).contains("No changes."), "the journal had its receipt");
    assert!(world.state()["endpoints"]["h0"]["secret"].is_string());
    world.stop_sandbox();
    assert_eq!((posts(&world), world.live().len()), (1, 1));
}

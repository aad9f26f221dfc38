//! A replacement that breaks nobody: the old endpoint stays for its overlap, and an apply after that retires it.

use crate::support::{Run, World, finish};

const START: &str = "2026-11-25T12:00:00Z";
const END: &str = "2026-11-26T12:00:00Z";
const APPLY: [&str; 2] = ["apply", "--auto-approve"];

fn entry(name: &str, path: &str, more: &str) -> String {
    format!(
        "[webhooks.{name}]\nurl = \"https://hooks.example.com/{path}\"\nevents = [\"file.upload.failed\"]\n{more}\n"
    )
}

fn at(world: &World, now: &str, args: &[&str]) -> Run {
    let mut command = world.command(args);
    command.env("HOOKWRIGHT_NOW", now);
    finish(command)
}

fn done(world: &World, now: &str, args: &[&str]) -> String {
    let run = at(world, now, args);
    assert_eq!(run.code, Some(0), "{args:?}\n{}\n{}", run.stdout, run.stderr);
    format!("{}{}", run.stdout, run.stderr)
}

fn plan_id(run: &Run) -> String {
    run.stdout.lines().find_map(|line| line.strip_prefix("Plan id: ")).expect("a plan names its id").to_owned()
}

/// How many endpoints are live.
fn live(mut world: World) -> usize {
    world.stop_sandbox();
    world.live().len()
}

/// A world whose entries were all replaced at the start.
fn replaced(names: &[&str], more: &str) -> World {
    let world = World::with_sandbox(&[]);
    for path in ["old", "new"] {
        let entries: String = names.iter().map(|name| entry(name, &format!("{path}-{name}"), more)).collect();
        world.config(&entries);
        done(&world, START, &APPLY);
    }
    world
}

#[test]
fn a_replaced_endpoint_stays_for_a_day_and_is_retired_by_an_apply_after_it() {
    let world = replaced(&["a"], "");
    assert_eq!(world.state()["endpoints"]["a"]["deposed"][0]["until"], END);
    let before = done(&world, "2026-11-26T11:59:59Z", &["plan", "--detailed-exitcode"]);
    assert!(before.contains("every event arrives twice until"), "{before}");
    assert_eq!(at(&world, END, &["plan", "--detailed-exitcode"]).code, Some(2));
    let after = done(&world, END, &APPLY);
    assert!(after.contains("Resources: 0 added, 0 changed, 1 destroyed"), "{after}");
    assert_eq!(live(world), 1);
}

#[test]
fn an_overlap_of_nothing_deletes_the_old_endpoint_at_once_and_says_what_fails() {
    let world = World::with_sandbox(&[]);
    let overlap = "lifecycle = { overlap = \"0s\" }";
    world.config(&entry("a", "old", overlap));
    done(&world, START, &APPLY);
    world.config(&entry("a", "new", overlap));
    let said = done(&world, START, &APPLY);
    assert!(said.contains("deliveries fail verification from the deletion"), "{said}");
    assert_eq!(live(world), 1);
}

#[test]
fn retire_plans_due_retirements_and_nothing_else() {
    let world = replaced(&["a"], "");
    world.config(&(entry("a", "third", "") + &entry("b", "b", "")));
    let said = done(&world, END, &["apply", "--retire", "--auto-approve"]);
    assert!(said.contains("Resources: 0 added, 0 changed, 1 destroyed"), "{said}");
    assert!(world.state()["endpoints"]["b"].is_null());
    assert_eq!(live(world), 1);
}

#[test]
fn a_retirement_that_came_due_after_the_review_is_left_out_and_named() {
    let world = replaced(&["a"], "");
    world.config(&(entry("a", "new-a", "") + &entry("b", "b", "")));
    let id = plan_id(&at(&world, START, &["plan"]));
    let said = done(&world, END, &["apply", "--expect", &id]);
    assert!(said.contains("is postponed, since its overlap ended after the review"), "{said}");
    assert!(!world.state()["endpoints"]["b"].is_null());
    assert_eq!(live(world), 3);
}

#[test]
fn protection_allows_a_replacement_with_an_overlap_and_its_retirement_and_no_other() {
    let world = replaced(&["a"], "lifecycle = { prevent_destroy = true }");
    world.config(&entry("a", "new-a", "lifecycle = { prevent_destroy = true, overlap = \"0s\" }\ndescription = \"d\""));
    let refused = at(&world, START, &APPLY);
    assert_eq!(refused.code, Some(1), "{}", refused.stdout);
    assert!(refused.stdout.contains("prevent_destroy"), "{}", refused.stdout);
    world.config(&entry("a", "new-a", "lifecycle = { prevent_destroy = true }"));
    done(&world, END, &APPLY);
    assert_eq!(live(world), 1);
}

#[test]
fn the_limit_counts_a_replacement_when_it_is_planned_and_postpones_retirements() {
    let world = replaced(&["a", "b"], "");
    let limit = "[safety]\nmax_deletes = 1\n";
    let entries =
        |path: &str| limit.to_owned() + &entry("a", &format!("{path}-a"), "") + &entry("b", &format!("{path}-b"), "");
    world.config(&entries("third"));
    let refused = at(&world, START, &APPLY);
    assert_eq!(refused.code, Some(1), "{}", refused.stdout);
    assert!(refused.stdout.contains("2 endpoints would be deleted, replaced or forgotten"), "{}", refused.stdout);
    world.config(&entries("new"));
    let said = done(&world, END, &APPLY);
    assert!(said.contains("is postponed, since `[safety] max_deletes` is 1"), "{said}");
    done(&world, END, &APPLY);
    assert_eq!(live(world), 2);
}

#[test]
fn several_predecessors_all_stay_and_the_plan_says_how_often_each_event_comes() {
    let world = replaced(&["a"], "");
    world.config(&entry("a", "third", ""));
    done(&world, "2026-11-25T18:00:00Z", &APPLY);
    let plan = done(&world, "2026-11-25T18:00:00Z", &["plan"]);
    assert!(plan.contains("every event arrives 3 times until"), "{plan}");
    done(&world, END, &APPLY);
    assert_eq!(world.state()["endpoints"]["a"]["deposed"].as_array().map(Vec::len), Some(1));
    assert_eq!(live(world), 2);
}

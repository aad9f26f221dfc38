//! What is recorded is never deleted, and what is ours is never left: creates whose answers were lost, in one story
//! each. The worlds cross them with everything else.

use serde_json::Value;

use crate::support::{Run, World, finish};
use crate::watch::{many, posts, requests};

const APPLY: [&str; 2] = ["apply", "--auto-approve"];

/// A run by the real clock: what is ours is told by the time of its creation.
fn real(world: &World, args: &[&str]) -> Run {
    let mut command = world.command(args);
    command.env_remove("HOOKWRIGHT_NOW");
    finish(command)
}

/// The same, killed at a point.
fn killed(world: &World, point: &str, args: &[&str]) {
    let mut command = world.command(args);
    command.env_remove("HOOKWRIGHT_NOW").env("HOOKWRIGHT_CRASH_AT", point);
    let run = finish(command);
    assert_eq!(run.code, None, "{point} ends it\n{}\n{}", run.stdout, run.stderr);
}

/// A run that must succeed; its stdout.
fn done(world: &World, args: &[&str]) -> String {
    let run = real(world, args);
    assert_eq!(run.code, Some(0), "{args:?}\n{}\n{}", run.stdout, run.stderr);
    run.stdout
}

fn id_of(world: &World, name: &str) -> String {
    world.state()["endpoints"][name]["endpoint_id"].as_str().expect("the entry has an endpoint").to_owned()
}

/// The one live endpoint is that of `h0`, and its secret can be read.
fn only_h0_is_live(mut world: World) {
    let secret = world.ok(&["secret", "show", "h0", "--identity", "identity.txt"]);
    world.stop_sandbox();
    let live = world.live();
    assert_eq!(live.len(), 1, "{live:?}");
    assert_eq!((live[0].endpoint_id.clone(), live[0].signing_secret.as_str()), (id_of(&world, "h0"), secret.trim()));
}

#[test]
fn after_an_outage_and_a_killed_run_one_apply_keeps_what_it_recorded() {
    let mut world = World::with_sandbox(&["--fault", "503-before=1"]);
    world.config(&many(1));
    assert_eq!(real(&world, &APPLY).code, Some(3));
    world.start_sandbox(&[]);
    killed(&world, "answer-read", &APPLY);
    done(&world, &APPLY);
    done(&world, &["plan", "--detailed-exitcode"]);
    only_h0_is_live(world);
}

#[test]
fn three_lost_answers_of_a_server_that_ignores_keys_leave_no_duplicate() {
    for fault in ["500-after@1,2,3", "lost-after@1,2,3", "no-secret@1,2,3"] {
        let world = World::with_sandbox(&["--idempotency", "ignore", "--fault", fault]);
        world.config(&many(1));
        let ended = (0..3).any(|_| real(&world, &APPLY).code == Some(0));
        assert!(ended, "{fault}");
        only_h0_is_live(world);
    }
}

#[test]
fn an_apply_that_ends_well_leaves_no_certain_orphan() {
    let world = World::with_sandbox(&["--idempotency", "ignore"]);
    world.config(&many(1));
    killed(&world, "answer-read", &APPLY);
    done(&world, &APPLY);
    only_h0_is_live(world);
}

#[test]
fn a_journal_that_was_moved_away_is_recovered_once_and_never_over_a_later_endpoint() {
    let world = World::with_sandbox(&[]);
    world.config(&many(1));
    killed(&world, "receipt-durable", &APPLY);
    let journal = std::fs::read_dir(world.path("state")).unwrap().map(|file| file.unwrap().path());
    let journal = journal.into_iter().find(|path| path.to_string_lossy().ends_with("journal")).expect("a journal");
    std::fs::copy(journal, world.path("kept.journal")).unwrap();
    done(&world, &APPLY);
    world.config(&format!("{}lifecycle = {{ overlap = \"0s\" }}\n", many(1).replace("com/0", "com/moved")));
    done(&world, &APPLY);
    let id = id_of(&world, "h0");
    for _ in 0..2 {
        let _ = real(&world, &["state", "recover", "kept.journal"]);
        assert_eq!(id_of(&world, "h0"), id, "a dead endpoint does not become current");
        done(&world, &["plan", "--detailed-exitcode"]);
    }
    only_h0_is_live(world);
}

#[test]
fn a_200_with_a_secret_is_a_create_that_succeeded() {
    let world = World::with_sandbox(&["--idempotency", "ignore", "--fault", "200-after=1"]);
    world.config(&many(1));
    done(&world, &APPLY);
    assert_eq!(posts(&world), 1, "nothing is sent again");
    only_h0_is_live(world);
}

#[test]
fn a_destroy_that_was_killed_after_its_deletions_is_finished_without_a_flag() {
    let mut world = World::with_sandbox(&[]);
    world.config(&many(2));
    done(&world, &APPLY);
    killed(&world, "deleted:2", &["destroy", "--auto-approve", "--parallelism", "1"]);
    done(&world, &["destroy", "--auto-approve"]);
    world.stop_sandbox();
    assert!(world.live().is_empty());
}

#[test]
fn an_endpoint_that_was_recorded_and_forgotten_is_no_orphan() {
    let mut world = World::with_sandbox(&["--idempotency", "ignore", "--fault", "lost-before@1"]);
    world.config(&many(1));
    done(&world, &APPLY);
    let id = id_of(&world, "h0");
    assert_eq!(world.state()["pending"].as_array().map(Vec::len), Some(1), "one send is not accounted for");
    world.config("[removed]\nnames = [\"h0\"]\n");
    for _ in 0..2 {
        done(&world, &APPLY);
    }
    world.stop_sandbox();
    assert_eq!(world.live().iter().map(|live| live.endpoint_id.clone()).collect::<Vec<_>>(), [id]);
}

#[test]
fn a_server_that_ignores_keys_and_loses_every_answer_gathers_only_a_few_endpoints() {
    let mut world = World::with_sandbox(&[]);
    world.config(&many(1));
    for run in 0..6 {
        world.start_sandbox(&["--idempotency", "ignore", "--fault", "500-after=1"]);
        assert_eq!(real(&world, &APPLY).code, Some(3), "run {run}");
        world.stop_sandbox();
        assert!(world.live().len() <= 3, "run {run}: {:?}", world.live());
    }
}

#[test]
fn an_outage_that_made_nothing_is_sent_again_by_the_next_run() {
    let mut world = World::with_sandbox(&["--fault", "503-before=1"]);
    world.config(&many(1));
    assert_eq!(real(&world, &APPLY).code, Some(3));
    world.start_sandbox(&[]);
    done(&world, &APPLY);
    only_h0_is_live(world);
}

#[test]
fn an_endpoint_that_is_being_deleted_cannot_be_imported() {
    let world = World::with_sandbox(&[]);
    world.config(&many(2));
    done(&world, &APPLY);
    let id = id_of(&world, "h1");
    world.config(&many(1));
    killed(&world, "deletion-noted", &APPLY);
    let again = many(2).replace("webhooks.h1", "webhooks.again").replace("com/1", "com/again");
    world.config(&format!("{again}[imports]\nagain = \"{id}\"\n"));
    let run = real(&world, &["plan"]);
    assert_eq!(run.code, Some(1), "{}", run.stdout);
    assert!(run.stdout.contains(&id), "{}", run.stdout);
}

#[test]
fn a_mark_ends_what_is_sent_and_no_plan_shows_it() {
    let world = World::with_sandbox(&[]);
    let config = format!("[provider]\nmark = true\n{}description = \"Renders\"\n", many(1));
    world.config(&config);
    done(&world, &APPLY);
    let sent: Value =
        serde_json::from_str(&requests(&world).iter().find(|sent| sent.method == "POST").unwrap().body).unwrap();
    let description = sent["description"].as_str().unwrap();
    assert!(description.starts_with("Renders [hw:") && description.ends_with(']'), "{description}");
    let plan = done(&world, &["plan", "--detailed-exitcode"]);
    world.config(&config.replace("Renders", "Uploads"));
    let edited = real(&world, &["plan"]);
    assert!(!format!("{plan}{}", edited.stdout).contains("[hw:"), "{}", edited.stdout);
}

#[test]
fn with_a_mark_an_exact_duplicate_of_somebody_else_stays() {
    for fault in ["500-after@1,2", "lost-after@1", "no-secret@1,2,3"] {
        let mut world = World::with_sandbox(&["--idempotency", "ignore", "--fault", fault, "--fault", "twin@1"]);
        world.config(&format!("[provider]\nmark = true\n{}", many(1)));
        killed(&world, "answer-read", &APPLY);
        let ended = (0..3).any(|_| real(&world, &APPLY).code == Some(0));
        assert!(ended, "{fault}");
        world.stop_sandbox();
        let (id, live) = (id_of(&world, "h0"), world.live());
        let others: Vec<_> = live.iter().filter(|one| one.endpoint_id != id).collect();
        assert_eq!((live.len(), others.len()), (2, 1), "{fault}: {live:?}");
        assert_eq!(others[0].description, None, "{fault}: it is somebody else's");
    }
}

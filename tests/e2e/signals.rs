//! SIGINT, SIGTERM and SIGHUP: the first ends the run in good order, the second at once.

use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::{KEY, World};
use crate::watch::{Going, many, posts, requests, wait_for};

const APPLY: &[&str] = &["apply", "--auto-approve", "--parallelism", "2"];

fn count(world: &World) -> usize {
    world.state()["endpoints"].as_object().unwrap().len()
}

#[test]
fn a_signal_finishes_what_is_in_flight_records_it_and_the_next_apply_does_the_rest() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let mut world = World::with_sandbox(&["--latency", "150ms"]);
        world.config(&many(12));
        let mut going = Going::start(world.command(APPLY));
        going.until("create done");
        going.signal(signal);
        let run = going.end();
        assert_eq!(run.code, Some(3), "{}", run.stderr);
        assert!(run.stderr.contains("interrupted") && run.stderr.contains("run it again"), "{}", run.stderr);
        let made = posts(&world);
        assert!(made < 12, "nothing new is started");
        assert_eq!(count(&world), made, "everything that was sent is recorded");
        assert_eq!(world.state()["pending"], serde_json::json!([]));
        world.start_sandbox(&[]);
        world.ok(APPLY);
        assert_eq!((count(&world), posts(&world)), (12, 12), "the rest, and nothing twice");
    }
}

#[test]
fn what_is_not_answered_in_the_grace_is_recorded_as_unknown_and_recovered() {
    let mut world = World::with_sandbox(&["--fault", "hang-after@1"]);
    world.config(&many(2));
    let mut going = Going::start(world.command(&["apply", "--auto-approve", "--parallelism", "1"]));
    wait_for("the first create", || posts(&world) == 1);
    let start = Instant::now();
    going.signal(Signal::INT);
    going.until("interrupted");
    let run = going.end();
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    assert!(start.elapsed() < Duration::from_secs(8), "a CI runner kills at ten seconds: {:?}", start.elapsed());
    assert_eq!(world.state()["pending"][0]["unanswered"], 1);
    world.start_sandbox(&[]);
    assert!(world.ok(&["plan"]).contains("h0"), "the plan shows what is to be recovered");
    world.ok(APPLY);
    world.stop_sandbox();
    assert_eq!((count(&world), world.live().len()), (2, 2));
    let told = format!("{}{}{}", run.stdout, run.stderr, world.files());
    assert!(!told.contains(KEY) && world.live().iter().all(|live| !told.contains(&live.signing_secret)));
}

#[test]
fn a_second_signal_ends_it_at_once_and_the_next_apply_converges() {
    let mut world = World::with_sandbox(&["--fault", "hang-after@1"]);
    world.config(&many(2));
    let mut going = Going::start(world.command(&["apply", "--auto-approve", "--parallelism", "1"]));
    wait_for("the first create", || posts(&world) == 1);
    going.signal(Signal::INT);
    going.until("interrupted");
    going.signal(Signal::INT);
    assert_eq!(going.end().code, Some(130));
    world.start_sandbox(&[]);
    world.ok(APPLY);
    world.stop_sandbox();
    assert_eq!((count(&world), world.live().len()), (2, 2));
}

#[test]
fn a_second_signal_ends_it_though_nobody_reads_what_it_says() {
    let world = World::with_sandbox(&["--fault", "hang-after@1"]);
    world.config(&many(2));
    let (reader, mut full) = std::io::pipe().unwrap();
    let room = rustix::fs::fcntl_getfl(&full).unwrap();
    rustix::fs::fcntl_setfl(&full, room | rustix::fs::OFlags::NONBLOCK).unwrap();
    while std::io::Write::write(&mut full, &[b'.'; 512]).is_ok() {}
    rustix::fs::fcntl_setfl(&full, room).unwrap();
    let mut command = world.command(&["apply", "--auto-approve", "--parallelism", "1"]);
    let mut child = command.stdout(Stdio::null()).stderr(full).spawn().unwrap();
    wait_for("the first create", || posts(&world) == 1);
    let pid = Pid::from_raw(child.id().cast_signed()).unwrap();
    // Two kinds: two of one kind may be heard as one.
    kill_process(pid, Signal::INT).unwrap();
    kill_process(pid, Signal::TERM).unwrap();
    let ended = std::cell::Cell::new(None);
    let child = std::cell::RefCell::new(&mut child);
    wait_for("the end", || {
        ended.set(child.borrow_mut().try_wait().unwrap());
        ended.get().is_some()
    });
    assert_eq!(ended.get().unwrap().code(), Some(130));
    drop(reader);
}

#[test]
fn a_delete_that_hangs_is_given_up_in_the_grace_and_done_by_the_next_run() {
    let mut world = World::with_sandbox(&[]);
    world.config(&many(1));
    world.ok(APPLY);
    world.start_sandbox(&["--latency", "300ms"]);
    let going = Going::start(world.command(&["destroy", "--auto-approve"]));
    let deletes = || requests(&world).iter().filter(|request| request.method == "DELETE").count();
    wait_for("the delete", || deletes() == 1);
    // Logged half-way to its answer: the answer never comes.
    world.pause_sandbox();
    let start = Instant::now();
    going.signal(Signal::INT);
    let run = going.end();
    world.resume_sandbox();
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    assert!(start.elapsed() < Duration::from_secs(8), "a CI runner kills at ten seconds: {:?}", start.elapsed());
    assert_eq!(count(&world), 1, "what is not known to be deleted stays in the state");
    world.start_sandbox(&[]);
    world.ok(&["destroy", "--auto-approve", "--allow-all-gone"]);
    world.stop_sandbox();
    assert_eq!((count(&world), world.live().len()), (0, 0));
}

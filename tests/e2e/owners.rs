//! Whose the files are, who may read them, and what a kill leaves behind. Needs root for some: skipped with its reason
//! elsewhere.

#![allow(clippy::print_stderr, reason = "a skipped test says why")]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use crate::support::{World, finish};
use crate::watch::{Going, many, posts};

const APPLY: &[&str] = &["apply", "--auto-approve"];
const STATE: &str = "state/webhooks.state.json";
/// A user who is not root, and has nothing but what is given.
const USER: &str = "setpriv --reuid=1000 --regid=1000 --clear-groups";

fn mode(world: &World, name: &str) -> u32 {
    fs::metadata(world.path(name)).unwrap().permissions().mode() & 0o777
}

/// A world whose folder is the user's; none where this process may not give it away.
fn a_users() -> Option<World> {
    let world = World::with_sandbox(&[]);
    world.config(&many(1));
    let given = finish(
        world.outside("sh", &["-c", &format!("chown -R 1000:1000 . && chmod 755 . && {USER} $hookwright --version")]),
    );
    if given.code != Some(0) {
        eprintln!("skipped: giving a file away needs root and setpriv");
        return None;
    }
    Some(world)
}

#[test]
fn what_root_applies_beside_a_users_files_stays_the_users() {
    for first in [USER, ""] {
        let Some(world) = a_users() else { return };
        let script = format!("{first} $hookwright apply --auto-approve");
        assert_eq!(finish(world.outside("sh", &["-c", &script])).code, Some(0));
        world.config(&many(2));
        world.ok(APPLY);
        for name in ["state", STATE, "state/webhooks.state.json.lock"] {
            assert_eq!(fs::metadata(world.path(name)).unwrap().uid(), 1000, "{name} after {first:?}");
        }
        world.config(&many(3));
        let run = finish(world.outside("sh", &["-c", &format!("{USER} $hookwright apply --auto-approve")]));
        assert_eq!(run.code, Some(0), "{}", run.stderr);
    }
}

#[test]
fn a_lock_that_another_user_left_is_named_or_worked_with() {
    let Some(world) = a_users() else { return };
    let lock = format!("{STATE}.lock");
    world.write(&lock, "");
    let apply = format!("chown 1000 state; exec {USER} $hookwright apply --auto-approve");
    fs::set_permissions(world.path(&lock), PermissionsExt::from_mode(0o600)).unwrap();
    let run = finish(world.outside("sh", &["-c", &apply]));
    assert_eq!((run.code, posts(&world)), (Some(1), 0));
    assert!(run.stderr.contains("belongs to user 0") && run.stderr.contains("remove that lock"), "{}", run.stderr);
    fs::set_permissions(world.path(&lock), PermissionsExt::from_mode(0o644)).unwrap();
    let run = finish(world.outside("sh", &["-c", &apply]));
    assert_eq!(run.code, Some(0), "who may read it can lock it: {}", run.stderr);
}

#[test]
fn journal_and_lock_are_as_private_as_the_state() {
    let world = World::with_sandbox(&[]);
    world.config(&many(1));
    world.write(&format!("{STATE}.lock"), "");
    let mut command = world.command(APPLY);
    command.env("HOOKWRIGHT_CRASH_AT", "answer-read");
    assert_eq!(Going::start(command).end().code, None, "it was killed");
    for ending in ["", ".journal", ".lock"] {
        assert_eq!(mode(&world, &format!("{STATE}{ending}")), 0o600, "{ending}");
    }
    fs::set_permissions(world.path(STATE), PermissionsExt::from_mode(0o640)).unwrap();
    world.ok(APPLY);
    for ending in ["", ".lock"] {
        assert_eq!(mode(&world, &format!("{STATE}{ending}")), 0o640, "{ending}");
    }
}

#[test]
fn what_a_kill_left_half_written_is_removed_by_the_next_writer() {
    let world = World::with_sandbox(&[]);
    world.config(&many(1));
    let mut command = world.command(APPLY);
    command.env("HOOKWRIGHT_CRASH_AT", "state-written:2");
    assert_eq!(Going::start(command).end().code, None, "it was killed");
    let left = || {
        let names = fs::read_dir(world.path("state")).unwrap().map(|entry| entry.unwrap().file_name());
        names.filter(|name| name.to_string_lossy().ends_with(".tmp")).count()
    };
    assert_eq!(left(), 1);
    world.ok(APPLY);
    assert_eq!(left(), 0);
}

#[test]
fn a_link_to_a_state_that_is_not_there_yet_makes_it_there() {
    let world = World::with_sandbox(&[]);
    world.config(&many(1));
    fs::create_dir(world.path("state")).unwrap();
    symlink("../kept/s.json", world.path(STATE)).unwrap();
    fs::create_dir(world.path("elsewhere")).unwrap();
    symlink("elsewhere/s.json", world.path("named.json")).unwrap();
    world.ok(APPLY);
    assert!(world.path(STATE).is_symlink() && world.read("kept/s.json").contains("\"h0\""));
    world.ok(&["apply", "--auto-approve", "--allow-duplicate", "h0", "--state", "named.json"]);
    assert!(world.path("named.json").is_symlink() && world.read("elsewhere/s.json").contains("\"h0\""));
}

#[test]
fn a_serial_at_its_end_is_refused_before_anything_is_asked() {
    let world = World::with_sandbox(&[]);
    world.config(&many(1));
    world.ok(APPLY);
    let before = posts(&world);
    world.config(&many(2));
    for serial in [u64::MAX, u64::MAX - 1, (1 << 53) + 1] {
        let mut state = world.state();
        state["serial"] = serial.into();
        world.write(STATE, &state.to_string());
        let run = world.run(APPLY);
        assert_eq!((run.code, posts(&world)), (Some(1), before), "{}", run.stderr);
        assert!(run.stderr.contains("`serial`"), "{}", run.stderr);
    }
}

#[test]
fn a_wait_without_end_is_no_overflow() {
    let world = World::with_sandbox(&[]);
    world.config(&many(1));
    let end = "18446744073709551615s";
    world.ok(&["apply", "--auto-approve", "--lock-timeout", end, "--max-wait", end, "--request-timeout", end]);
}

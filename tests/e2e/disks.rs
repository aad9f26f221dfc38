//! Disks that refuse and fill, and the order of syscalls. Needs root for mounts, and strace: skipped with its reason
//! where either is missing.

#![allow(clippy::print_stderr, reason = "a skipped test says why")]

use std::process::{Command, Stdio};

use crate::support::{Run, World, finish};
use crate::watch::{many, posts};

/// Runs a script in a mount namespace of its own, in which `state` is what the script mounts there; `$hookwright` is
/// the binary.
fn in_namespace(world: &World, script: &str) -> Option<Run> {
    let probe =
        Command::new("unshare").args(["-m", "mount", "-t", "tmpfs", "none", "/mnt"]).stderr(Stdio::null()).status();
    if !probe.is_ok_and(|status| status.success()) {
        eprintln!("skipped: mounting needs root and unshare");
        return None;
    }
    std::fs::create_dir_all(world.path("state")).unwrap();
    Some(finish(world.outside("unshare", &["-m", "sh", "-c", script])))
}

fn has_strace() -> bool {
    let runs = Command::new("strace").args(["-f", "-o", "/dev/null", "true"]).stderr(Stdio::null()).status();
    let runs = runs.is_ok_and(|status| status.success());
    if !runs {
        eprintln!("skipped: there is no strace, or it may not trace");
    }
    runs
}

#[test]
fn a_state_folder_that_cannot_be_written_is_refused_before_the_first_post() {
    let world = World::with_sandbox(&[]);
    world.config(&many(1));
    let Some(run) = in_namespace(&world, "mount -t tmpfs -o ro none state; exec $hookwright apply --auto-approve")
    else {
        return;
    };
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(run.stderr.contains("Read-only file system"), "{}", run.stderr);
    assert_eq!(posts(&world), 0);
}

#[test]
fn a_disk_without_room_for_the_journal_is_refused_before_the_first_post() {
    let world = World::with_sandbox(&[]);
    world.config(&many(1));
    let script = "mount -t tmpfs -o size=32k none state; exec $hookwright apply --auto-approve";
    let Some(run) = in_namespace(&world, script) else { return };
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(run.stderr.contains("No space left on device"), "{}", run.stderr);
    assert_eq!(posts(&world), 0);
}

#[test]
fn a_disk_that_is_full_at_the_end_leaves_everything_in_the_journal() {
    let mut world = World::with_sandbox(&[]);
    world.config(&many(1));
    // Room for the lock, the first state and the journal; none for the state that replaces the first.
    let script = "mount -t tmpfs -o size=80k none state
        $hookwright apply --auto-approve; echo \"apply: $?\"
        $hookwright secret show h0 --identity identity.txt > shown.txt; echo \"secret: $?\"
        mount -o remount,size=1m state
        $hookwright apply --auto-approve; echo \"again: $?\"
        cp state/webhooks.state.json after.json; ls -A state";
    let Some(run) = in_namespace(&world, script) else { return };
    for words in ["apply: 3", "secret: 0", "again: 0", "No changes."] {
        assert!(run.stdout.contains(words), "{words}\n{}\n{}", run.stdout, run.stderr);
    }
    assert!(!run.stdout.contains("webhooks.state.json.journal"), "{}", run.stdout);
    world.stop_sandbox();
    let live = world.live();
    assert_eq!((live.len(), world.read("shown.txt").trim()), (1, live[0].signing_secret.as_str()));
    assert!(world.read("after.json").contains(&live[0].endpoint_id));
    std::fs::remove_file(world.path("shown.txt")).unwrap();
    assert!(!world.files().contains(&live[0].signing_secret));
}

#[test]
fn receipts_that_neither_journal_nor_state_take_are_rescued_and_folded_in() {
    if !has_strace() {
        return;
    }
    let mut world = World::with_sandbox(&[]);
    world.config(&many(1));
    // The journal's third group is the receipt; the main thread's sixth fsync is that of the state at the end.
    let failing = [
        "-f",
        "-o",
        "trace.txt",
        "-e",
        "trace=fsync,fdatasync",
        "-e",
        "inject=fdatasync:error=ENOSPC:when=3+",
        "-e",
        "inject=fsync:error=ENOSPC:when=6",
    ];
    let run = finish(world.traced(&failing, &["apply", "--auto-approve"]));
    assert_eq!(run.code, Some(3), "{}\n{}", run.stdout, run.stderr);
    let errored = "state/webhooks.state.json.errored";
    assert!(run.stderr.contains(errored) && run.stderr.contains("state recover"), "{}", run.stderr);
    assert!(world.read(errored).contains("BEGIN AGE ENCRYPTED FILE"), "the receipt is encrypted");
    let recovered = world.run(&["state", "recover", errored]);
    assert_eq!(recovered.code, Some(0), "{}", recovered.stderr);
    let plan = world.run(&["plan", "--detailed-exitcode"]);
    assert_eq!(plan.code, Some(0), "{}", plan.stdout);
    let shown = world.ok(&["secret", "show", "h0", "--identity", "identity.txt"]);
    world.stop_sandbox();
    assert_eq!((posts(&world), shown.trim()), (1, world.live()[0].signing_secret.as_str()));
}

#[test]
fn an_intent_that_is_not_durable_is_never_sent() {
    if !has_strace() {
        return;
    }
    let world = World::with_sandbox(&[]);
    world.config(&many(3));
    let failing = ["-f", "-o", "trace.txt", "-e", "trace=fdatasync", "-e", "inject=fdatasync:error=EIO:when=2+"];
    let run = finish(world.traced(&failing, &["apply", "--auto-approve", "--parallelism", "1"]));
    assert_eq!((run.code, posts(&world)), (Some(3), 0), "{}", run.stderr);
    assert!(run.stderr.contains("journal"), "{}", run.stderr);
    world.ok(&["apply", "--auto-approve"]);
}

#[test]
fn the_intent_is_synced_before_its_post_and_the_receipt_before_it_is_reported() {
    if !has_strace() {
        return;
    }
    let world = World::with_sandbox(&[]);
    world.config(&many(2));
    let watching = ["-f", "-o", "trace.txt", "-s", "4096", "-e", "trace=write,writev,sendto,sendmsg,fdatasync,fsync"];
    let run = finish(world.traced(&watching, &["apply", "--auto-approve", "--parallelism", "1"]));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let trace = world.read("trace.txt");
    let lines: Vec<&str> = trace.lines().collect();
    let first = |from: usize, so: &dyn Fn(&str) -> bool| {
        from + lines[from..].iter().position(|line| so(line)).expect("it is in the trace")
    };
    let synced = |line: &str| line.contains("fdatasync") && line.ends_with("= 0");
    let mut at = 0;
    for entry in ["h0", "h1"] {
        let named = format!("\\\"name\\\":\\\"{entry}\\\"");
        // Intents are noted ahead of the one that is sent.
        let intent = first(0, &|line| line.contains("\\\"record\\\":\\\"intent\\\"") && line.contains(&named));
        let post = first(at, &|line| line.contains("POST /v1/webhooks/endpoints"));
        let durable = first(intent, &synced);
        assert!(intent < durable && durable < post, "{entry}: intent {intent}, synced {durable}, sent {post}");
        let receipt = first(post, &|line| line.contains("\\\"record\\\":\\\"receipt\\\""));
        let told = first(post, &|line| line.contains(&format!("{entry}: create done")));
        let durable = first(receipt, &synced);
        assert!(receipt < durable && durable < told, "{entry}: receipt {receipt}, synced {durable}, told {told}");
        at = post + 1;
    }
}

#[test]
fn a_state_that_is_a_mount_of_its_own_is_written_where_it_is_and_whole_after_every_kill() {
    let mut world = World::with_sandbox(&[]);
    world.config(&many(1));
    world.ok(&["apply", "--auto-approve"]);
    std::fs::rename(world.path("state/webhooks.state.json"), world.path("kept.json")).unwrap();
    world.write("state/webhooks.state.json", "");
    let within = |world: &World, script: &str| {
        let mount = "mount --bind kept.json state/webhooks.state.json";
        in_namespace(world, &format!("{mount}; {script}"))
    };
    for (entries, point) in [(2, "state-behind"), (3, "state-in-place"), (2, "journal-removed"), (4, "none")] {
        world.config(&many(entries));
        let script = format!(
            "HOOKWRIGHT_CRASH_AT={point} $hookwright apply --auto-approve; $hookwright apply --auto-approve && \
             $hookwright plan --detailed-exitcode"
        );
        let Some(run) = within(&world, &script) else { return };
        assert_eq!(run.code, Some(0), "{point}: {}\n{}", run.stdout, run.stderr);
        let kept: serde_json::Value = serde_json::from_str(&world.read("kept.json")).unwrap();
        assert_eq!(kept["endpoints"].as_object().unwrap().len(), entries, "{point}: nothing else is in the file");
    }
    world.config(&many(5));
    let before = posts(&world);
    let read_only = "mount -o remount,ro,bind state/webhooks.state.json; exec $hookwright apply --auto-approve";
    let Some(run) = within(&world, read_only) else { return };
    assert_eq!((run.code, posts(&world)), (Some(1), before), "{}", run.stderr);
    assert!(run.stderr.contains("Read-only file system"), "{}", run.stderr);
    world.stop_sandbox();
    assert_eq!(world.live().len(), 4);
}

#[test]
fn a_folder_that_cannot_be_synced_holds_a_state_all_the_same() {
    if !has_strace() {
        return;
    }
    let world = World::with_sandbox(&[]);
    world.config(&many(1));
    std::fs::create_dir(world.path("state")).unwrap();
    let folder = std::fs::canonicalize(world.path("state")).unwrap().display().to_string();
    let failing = ["-f", "-o", "trace.txt", "-P", &folder, "-e", "inject=fsync:error=EINVAL"];
    let run = finish(world.traced(&failing, &["apply", "--auto-approve"]));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(world.read("trace.txt").contains("EINVAL"), "a sync of the folder was refused");
}

#[test]
fn a_new_state_folder_is_durable_in_its_parent() {
    if !has_strace() {
        return;
    }
    let world = World::with_sandbox(&[]);
    world.config(&many(1));
    let watching = ["-f", "-y", "-o", "trace.txt", "-e", "trace=fsync,mkdir"];
    assert_eq!(finish(world.traced(&watching, &["apply", "--auto-approve"])).code, Some(0));
    let parent = std::fs::canonicalize(world.path(".")).unwrap();
    let trace = world.read("trace.txt");
    let made = trace.lines().position(|line| line.contains("mkdir(") && line.contains("state")).unwrap();
    let synced = format!("<{}>)", parent.display());
    assert!(trace.lines().skip(made).any(|line| line.contains("fsync(") && line.contains(&synced)), "{trace}");
}

//! Where results go: tried before the first request, and nothing is overwritten there that was not an earlier one.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::support::{World, finish};
use crate::watch::{many, posts, requests};

fn mode(world: &World, name: &str) -> u32 {
    fs::metadata(world.path(name)).unwrap().permissions().mode() & 0o777
}

fn applied() -> World {
    let world = World::with_sandbox(&[]);
    world.config(&many(1));
    world.ok(&["apply", "--auto-approve"]);
    world
}

#[test]
fn what_is_no_earlier_result_is_left_alone_by_every_command() {
    let world = applied();
    world.write("notes", "mine\n");
    world.write("pages/hookwright-plan.1", "mine\n");
    symlink("notes", world.path("link")).unwrap();
    assert_eq!(finish(world.outside("mkfifo", &["pipe"])).code, Some(0));
    let before = requests(&world).len();
    let outputs = [
        &["plan", "--out"][..],
        &["plan", "--result-file"],
        &["apply", "--auto-approve", "--result-file"],
        &["secret", "export", "--format", "dotenv", "-i", "identity.txt", "--out"],
    ];
    for (place, what) in [
        ("webhooks.toml", "is a configuration"),
        ("state/webhooks.state.json", "is a state"),
        ("identity.txt", "is an identity"),
        ("notes", "was not written by hookwright"),
        ("link", "is a link"),
        ("pipe", "is a pipe"),
        ("pages", "is a folder"),
        ("/dev/null", "is a device"),
        ("state/webhooks.state.json.journal", "is the place of the state or of a file beside it"),
        ("state/webhooks.state.json.lock", "is the place of the state or of a file beside it"),
        ("state/webhooks.state.json.errored", "is the place of the state or of a file beside it"),
        ("state/webhooks.sandbox.json", "is the place of the state or of a file beside it"),
    ] {
        for output in &outputs {
            let had = fs::symlink_metadata(world.path(place)).map(|meta| (meta.len(), meta.modified().unwrap())).ok();
            let run = world.run(&[output, &[place][..]].concat());
            assert_eq!(run.code, Some(1), "{output:?} {place}: {}", run.stdout);
            assert!(run.stderr.contains(what) && run.stderr.contains("not overwritten"), "{output:?}: {}", run.stderr);
            let has = fs::symlink_metadata(world.path(place)).map(|meta| (meta.len(), meta.modified().unwrap())).ok();
            assert_eq!(had, has, "{output:?} {place}");
        }
    }
    assert!(world.run(&["man", "pages"]).stderr.contains("not overwritten"));
    assert_eq!(world.read("pages/hookwright-plan.1"), "mine\n");
    assert_eq!(requests(&world).len(), before, "all of it before the first request");
}

#[test]
fn an_earlier_result_is_replaced_and_modes_are_the_umasks_but_for_secrets() {
    let world = applied();
    for _ in 0..2 {
        world.ok(&["plan", "--out", "made/plan.bin", "--result-file", "made/result.json"]);
        world.ok(&["secret", "export", "--format", "json", "-i", "identity.txt", "--out", "made/secrets.json"]);
        world.ok(&["man", "pages"]);
    }
    world.write("plain", "");
    for name in ["made/plan.bin", "made/result.json", "pages/hookwright-plan.1"] {
        assert_eq!(mode(&world, name), mode(&world, "plain"), "{name}");
    }
    assert_eq!(mode(&world, "made/secrets.json"), 0o600);
    world.write("empty", "");
    world.ok(&["plan", "--out", "empty"]);
    let other = world.run(&["plan", "--out", "made/result.json"]);
    assert!(other.code == Some(1) && other.stderr.contains("is a result file"), "{}", other.stderr);
}

#[test]
fn a_place_that_cannot_be_written_is_known_before_anything_is_made() {
    let world = World::with_sandbox(&[]);
    world.config(&many(1));
    world.write("file", "");
    let run = world.run(&["apply", "--auto-approve", "--result-file", "file/result.json"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("cannot be written; nothing was done"), "{}", run.stderr);
    assert!(requests(&world).is_empty() && !world.path("state").exists());
}

#[test]
fn a_shells_pipe_takes_a_result_as_it_gives_a_configuration_and_values() {
    let world = World::with_sandbox(&[]);
    world.config("[variables]\nhost = {}\n[webhooks.a]\nurl = \"https://${var.host}/a\"\nevents = [\"file.*\"]\n");
    let script = "$hookwright apply --auto-approve --var-file <(echo 'host = \"h.example\"') -c <(cat webhooks.toml) \
                  --result-file >(cat > result.json; echo done > written) || exit
                  until [ -e written ]; do :; done";
    let run = finish(world.outside("bash", &["-c", script]));
    assert_eq!((run.code, posts(&world)), (Some(0), 1), "{}", run.stderr);
    assert!(world.read("result.json").contains("\"exit_code\": 0"));
    assert!(world.state()["endpoints"]["a"].is_object(), "the state is where the default file has it");
}

#[test]
fn a_pipe_that_held_nothing_is_no_empty_configuration() {
    let mut world = applied();
    for script in ["$hookwright apply --auto-approve -c <(false)", "$hookwright plan --var-file <(false)"] {
        let run = finish(world.outside("bash", &["-c", script]));
        assert!(run.code == Some(1) && run.stderr.contains("held nothing"), "{script}: {}", run.stderr);
    }
    world.stop_sandbox();
    assert_eq!(world.live().len(), 1);
}

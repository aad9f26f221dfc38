//! `secret rekey`: all or nothing, deposed ones too, and safe against a kill.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use hookwright::surface::{ExposeSecret, generate_identity};

use crate::support::{World, finish};

const ENTRY: &str = "\n[webhooks.uploads]\nurl = \"https://hooks.example.com/uploads\"\nevents = [\"file.upload.*\"]\n";
const REKEY: [&str; 4] = ["secret", "rekey", "-i", "identity.txt"];

/// A world whose state has a secret and a deposed one, and whose file then has another recipient only.
fn handed_over() -> World {
    let mut world = World::with_sandbox(&[]);
    world.config(ENTRY);
    world.ok(&["apply", "--auto-approve"]);
    world.config(&format!("{ENTRY}rotation = 2\n"));
    world.ok(&["apply", "--auto-approve"]);
    let (key, recipient) = generate_identity();
    world.write("new.txt", &format!("{}\n", key.expose_secret()));
    fs::set_permissions(world.path("new.txt"), fs::Permissions::from_mode(0o600)).unwrap();
    let config = format!("[encryption]\nrecipients = [\"{recipient}\"]\n{ENTRY}rotation = 2\n");
    world.write("webhooks.toml", &config);
    world.stop_sandbox();
    world
}

fn shown(world: &World, identity: &str) -> Option<String> {
    let run = world.run(&["secret", "export", "--format", "json", "--with-previous", "-i", identity]);
    (run.code == Some(0)).then_some(run.stdout)
}

#[test]
fn every_secret_is_encrypted_anew_and_the_removed_reader_is_named() {
    let world = handed_over();
    let secrets = shown(&world, "identity.txt").unwrap();
    assert_eq!(secrets.lines().count(), 4, "one, and its predecessor's");
    let planned = world.ok(&["plan"]);
    assert!(planned.contains("the secrets of `uploads` are encrypted to other recipients"), "{planned}");

    let run = world.run(&REKEY);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains("Encrypted 2 secrets to 1 recipient."), "{}", run.stderr);
    assert!(run.stderr.contains("anybody who kept an old copy can still read"), "{}", run.stderr);
    assert!(run.stderr.contains("rotate these: uploads"), "{}", run.stderr);
    assert_eq!(shown(&world, "new.txt").unwrap(), secrets);
    assert_eq!(shown(&world, "identity.txt"), None);
    let planned = world.ok(&["plan"]);
    assert!(!planned.contains("rekey") && !planned.contains("recipients"), "{planned}");

    let before = world.read("state/webhooks.state.json");
    let again = world.run(&["secret", "rekey", "-i", "new.txt"]);
    assert!(again.stderr.contains("nothing was changed"), "{}", again.stderr);
    assert_eq!(world.read("state/webhooks.state.json"), before);
}

#[test]
fn a_wrong_identity_or_a_damaged_block_changes_nothing_and_is_named() {
    let world = handed_over();
    let before = world.read("state/webhooks.state.json");
    let run = world.run(&["secret", "rekey", "-i", "new.txt"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("the secret of `uploads` was not decrypted"), "{}", run.stderr);
    assert_eq!(world.read("state/webhooks.state.json"), before);

    let mut state = world.state();
    state["endpoints"]["uploads"]["deposed"][0]["secret"] = "-----BEGIN AGE ENCRYPTED FILE-----\n".into();
    let damaged = serde_json::to_string_pretty(&state).unwrap();
    world.write("state/webhooks.state.json", &damaged);
    let run = world.run(&REKEY);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("the secret of `uploads` (deposed, ep_"), "{}", run.stderr);
    assert_eq!(world.read("state/webhooks.state.json"), damaged);
}

#[test]
fn a_kill_leaves_all_of_the_old_or_all_of_the_new() {
    for (point, readable) in [("state-written", "identity.txt"), ("state-renamed", "new.txt")] {
        let world = handed_over();
        let secrets = shown(&world, "identity.txt");
        let mut command = world.command(&REKEY);
        command.env("HOOKWRIGHT_CRASH_AT", point);
        assert_eq!(finish(command).code, None, "{point}: killed");
        assert_eq!(shown(&world, readable), secrets, "{point}");
        let run = world.run(&["secret", "rekey", "-i", readable]);
        assert_eq!(run.code, Some(0), "{point}: {}", run.stderr);
        assert_eq!(shown(&world, "new.txt"), secrets, "{point}");
    }
}

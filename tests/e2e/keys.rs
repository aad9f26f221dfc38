//! Every kind of recipient and identity, through the binary: ssh keys, several files, and a plugin written for the test.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::support::{Run, World, finish};

const RECIPIENT: &str = "age1toy1qqqqqqqqw54saa";
const IDENTITY: &str = "AGE-PLUGIN-TOY-1QQQQQQQQVU3TN7";
const ENTRY: &str = "\n[webhooks.uploads]\nurl = \"https://hooks.example.com/uploads\"\nevents = [\"file.upload.*\"]\n";

/// A plugin that hides nothing: a file key's stanza is the file key. It leaves its environment and how it was called.
const TOY: &str = r##"#!/bin/sh
env > "FOLDER/environment.txt"
echo "$*" >> "FOLDER/calls.txt"
read_stanza() { read -r head && read -r body && rest=$body && while [ ${#rest} = 64 ]; do read -r rest; done; }
answered() { read -r answer && read -r _; }
while read_stanza; do
  case "$head" in
    "-> wrap-file-key") say="-> recipient-stanza 0 toy" key=$body ;;
    "-> recipient-stanza 0 toy") say="-> file-key 0" key=$body ;;
    "-> done") break ;;
  esac
done
printf -- '-> msg\n%s\n' aGVsbG8; answered
if [ -n "$say" ]; then printf -- '%s\n%s\n' "$say" "$key"; answered; fi
printf -- '-> done\n\n'
"##;

fn key(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/keys").join(name)).unwrap()
}

fn private(world: &World, name: &str, text: &str) {
    world.write(name, text);
    fs::set_permissions(world.path(name), fs::Permissions::from_mode(0o600)).unwrap();
}

/// Recipients, and a file of more of them.
fn sealed_to(recipients: &[&str], file: &str) -> World {
    let world = World::with_sandbox(&[]);
    let list: Vec<String> = recipients.iter().map(|r| format!("{r:?}")).collect();
    world.write("recipients.txt", file);
    let encryption =
        format!("[encryption]\nrecipients = [{}]\nrecipients_file = \"recipients.txt\"\n", list.join(", "));
    world.write("webhooks.toml", &(encryption + ENTRY));
    world
}

fn with_path(world: &World, args: &[&str]) -> Run {
    let mut command = world.command(args);
    let path = format!("{}:/usr/bin:/bin", world.path("bin").display());
    command.env("PATH", path).env("HOOKWRIGHT_IDENTITY", IDENTITY);
    finish(command)
}

#[test]
fn whoever_is_a_recipient_reads_the_secret_and_nobody_else() {
    let (ed25519, rsa) = (key("ed25519.pub"), key("rsa.pub"));
    let mut world = sealed_to(&[ed25519.trim()], &format!("# the team\n\n{rsa}"));
    world.ok(&["apply", "--auto-approve"]);
    world.stop_sandbox();
    let secret = world.live()[0].signing_secret.clone() + "\n";
    for name in ["ed25519", "rsa"] {
        private(&world, name, &key(name));
        assert_eq!(world.ok(&["secret", "show", "uploads", "--identity", name]), secret, "{name}");
    }
    let stranger = world.run(&["secret", "show", "uploads", "--identity", "identity.txt"]);
    assert_eq!((stranger.code, stranger.stdout.as_str()), (Some(1), ""));
    assert!(stranger.stderr.contains("the secret of `uploads` was not opened"), "{}", stranger.stderr);
    assert!(stranger.stderr.contains("sealed to ssh-ed25519 AAAA"), "{}", stranger.stderr);
    let both = ["secret", "show", "uploads", "--identity", "identity.txt", "--identity", "ed25519"];
    assert_eq!(world.ok(&both), secret);
}

#[test]
fn an_identity_file_that_others_can_read_gets_a_warning() {
    let world = World::with_sandbox(&[]);
    world.config(ENTRY);
    world.ok(&["apply", "--auto-approve"]);
    fs::set_permissions(world.path("identity.txt"), fs::Permissions::from_mode(0o644)).unwrap();
    let run = world.run(&["secret", "show", "uploads", "--identity", "identity.txt"]);
    assert_eq!(run.code, Some(0));
    assert!(run.stderr.contains("open to everybody on this machine (mode 0644)"), "{}", run.stderr);
}

#[test]
fn a_locked_identity_without_a_terminal_says_so_and_a_bad_one_is_not_shown() {
    let world = sealed_to(&[key("ed25519-locked.pub").trim()], "");
    world.ok(&["apply", "--auto-approve"]);
    private(&world, "locked", &key("ed25519-locked"));
    let mut command = std::process::Command::new("setsid");
    command.args(["--wait", env!("CARGO_BIN_EXE_hookwright"), "secret", "show", "uploads", "--identity", "locked"]);
    command.current_dir(world.path("")).env_clear().env("PATH", "/usr/bin:/bin").stdin(std::process::Stdio::null());
    let run = finish(command);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("there is no terminal to ask for it"), "{}", run.stderr);

    let mut command = world.command(&["secret", "show", "uploads"]);
    command.env("HOOKWRIGHT_IDENTITY", "AGE-SECRET-KEY-1CANARY");
    let run = finish(command);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("HOOKWRIGHT_IDENTITY: line 1 is no age identity"), "{}", run.stderr);
    assert!(!run.stderr.contains("CANARY"));
}

#[test]
fn a_plugin_seals_and_opens_with_none_of_our_environment_and_never_runs_for_a_plan() {
    let mut world = sealed_to(&[RECIPIENT], "");
    world.write("bin/age-plugin-toy", &TOY.replace("FOLDER", world.path("").to_str().unwrap()));
    fs::set_permissions(world.path("bin/age-plugin-toy"), fs::Permissions::from_mode(0o755)).unwrap();
    for args in [&["validate"][..], &["plan"]] {
        assert_eq!(with_path(&world, args).code, Some(0), "{args:?}");
    }
    assert!(!world.path("calls.txt").exists(), "a plan runs no plugin");

    let applied = with_path(&world, &["apply", "--auto-approve"]);
    assert_eq!(applied.code, Some(0), "{}", applied.stderr);
    assert!(applied.stderr.contains("age-plugin-toy: hello"), "{}", applied.stderr);
    let environment = world.read("environment.txt");
    assert!(environment.contains("PATH="));
    for hidden in ["VIDEOGEN", "HOOKWRIGHT", "canary"] {
        assert!(!environment.contains(hidden), "{environment}");
    }
    world.stop_sandbox();
    let shown = with_path(&world, &["secret", "show", "uploads"]);
    assert_eq!(shown.stdout, world.live()[0].signing_secret.clone() + "\n", "{}", shown.stderr);
    // Whole argument lists: nothing secret is among what other processes can see.
    let calls = world.read("calls.txt");
    assert_eq!(calls.lines().filter(|call| *call == "--age-plugin=recipient-v1").count(), 2, "a probe and a secret");
    assert_eq!(calls.lines().last(), Some("--age-plugin=identity-v1"));
}

#[test]
fn a_plugin_that_is_missing_stops_an_apply_before_anything_is_made() {
    let mut world = sealed_to(&[RECIPIENT], "");
    let run = world.run(&["apply", "--auto-approve"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("`age-plugin-toy` is in no folder of PATH"), "{}", run.stderr);
    world.stop_sandbox();
    assert!(world.live().is_empty());
}

//! Every kind of recipient and identity, through the binary: ssh keys, several files, and a plugin written for the test.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;

use crate::support::{Run, World, finish};

const RECIPIENT: &str = "age1toy1qqqqqqqqw54saa";
const IDENTITY: &str = "AGE-PLUGIN-TOY-1QQQQQQQQVU3TN7";
const ENTRY: &str = "\n[webhooks.uploads]\nurl = \"https://hooks.example.com/uploads\"\nevents = [\"file.upload.*\"]\n";

/// A plugin that hides nothing: a file key's stanza is the file key. It leaves its environment and how it was called.
const TOY: &str = r##"#!/bin/sh
env > "FOLDER/environment.txt"
echo "$*" >> "FOLDER/calls.txt"
printf 'touch \033[2Jme, AGE-SECRET-KEY-1QQ\n' >&2
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
DIALOGUE
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

/// Installs the plugin, with something more to say before it answers.
fn install(world: &World, dialogue: &str) {
    let text = TOY.replace("DIALOGUE", dialogue).replace("FOLDER", world.path("").to_str().unwrap());
    world.write("bin/age-plugin-toy", &text);
    fs::set_permissions(world.path("bin/age-plugin-toy"), fs::Permissions::from_mode(0o755)).unwrap();
}

fn with_path(world: &World, args: &[&str]) -> Run {
    let mut command = world.command(args);
    let path = format!("{}:/usr/bin:/bin", world.path("bin").display());
    command.env("PATH", path).env("HOOKWRIGHT_IDENTITY", IDENTITY).env("KMS_REGION", "eu");
    command.env("VIDEOGEN_API_KEY_PROD", "canary").env("HOOKWRIGHT_IDENTITY_FILE", "");
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
    assert!(stranger.stderr.contains("the secret of `uploads` was not decrypted"), "{}", stranger.stderr);
    assert!(stranger.stderr.contains("encrypted to ssh-ed25519 AAAA"), "{}", stranger.stderr);
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
fn a_plugin_gets_no_key_of_ours_is_heard_on_stderr_and_never_runs_for_a_plan() {
    let mut world = sealed_to(&[RECIPIENT], "");
    install(&world, "");
    for args in [&["validate"][..], &["plan"]] {
        assert_eq!(with_path(&world, args).code, Some(0), "{args:?}");
    }
    assert!(!world.path("calls.txt").exists(), "a plan runs no plugin");

    let applied = with_path(&world, &["apply", "--auto-approve"]);
    assert_eq!(applied.code, Some(0), "{}", applied.stderr);
    assert!(applied.stderr.contains("age-plugin-toy: hello"), "{}", applied.stderr);
    let environment = world.read("environment.txt");
    assert!(environment.contains("PATH="));
    assert!(environment.contains("KMS_REGION=eu"), "what a key service needs gets through: {environment}");
    for hidden in ["VIDEOGEN_API_KEY", "HOOKWRIGHT_IDENTITY", "canary", "AGE-PLUGIN"] {
        assert!(!environment.contains(hidden), "{environment}");
    }
    assert!(applied.stderr.contains("age-plugin-toy: touch \\u001b[2Jme, AGE-SECRET-KEY-***"), "{}", applied.stderr);
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

#[test]
fn an_error_about_one_key_of_a_plugin_is_no_end_where_another_key_opens() {
    let mut world = sealed_to(&[RECIPIENT], "");
    install(
        &world,
        r#"case "$1" in *identity*)
  printf -- '-> confirm eWVz bm8\n%s\n' aGVsbG8; answered; echo "$answer" > "FOLDER/answer.txt"
  printf -- '-> error identity 0\n%s\n' aGVsbG8; answered ;;
esac"#,
    );
    assert_eq!(with_path(&world, &["apply", "--auto-approve"]).code, Some(0));
    world.stop_sandbox();
    let secret = world.live()[0].signing_secret.clone() + "\n";
    assert_eq!(with_path(&world, &["secret", "show", "uploads"]).stdout, secret);
    assert_eq!(world.read("answer.txt"), "-> unsupported\n");
    // A plugin that is not installed stands before the one that opens it.
    private(&world, "both.txt", &format!("AGE-PLUGIN-GONE-1W3JHXAQE78QK2\n{IDENTITY}\n"));
    let both = with_path(&world, &["secret", "show", "uploads", "-i", "both.txt"]);
    assert_eq!(both.stdout, secret, "{}", both.stderr);
    private(&world, "gone.txt", "AGE-PLUGIN-GONE-1W3JHXAQE78QK2\n");
    let gone = with_path(&world, &["secret", "show", "uploads", "-i", "gone.txt"]);
    assert_eq!(gone.code, Some(1));
    assert!(gone.stderr.contains("`age-plugin-gone` is in no folder of PATH"), "{}", gone.stderr);
}

#[test]
fn it_is_said_that_a_silent_plugin_is_waited_for() {
    let mut world = sealed_to(&[RECIPIENT], "");
    install(&world, r#"case "$1" in *identity*) read -r _ < "FOLDER/touch" ;; esac"#);
    assert_eq!(with_path(&world, &["apply", "--auto-approve"]).code, Some(0));
    world.stop_sandbox();
    assert!(std::process::Command::new("mkfifo").arg(world.path("touch")).status().unwrap().success());
    let mut command = world.command(&["secret", "show", "uploads"]);
    let path = format!("{}:/usr/bin:/bin", world.path("bin").display());
    command.env("PATH", path).env("HOOKWRIGHT_IDENTITY", IDENTITY).stderr(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains("waiting for age-plugin-toy")));
    // Whoever reads that touches the key.
    world.write("touch", "touched\n");
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), world.live()[0].signing_secret.clone() + "\n");
}

#[test]
fn an_identity_comes_through_stdin() {
    let world = World::with_sandbox(&[]);
    world.config(ENTRY);
    world.ok(&["apply", "--auto-approve"]);
    let mut command = world.command(&["secret", "show", "uploads", "-i", "-"]);
    command.stdin(fs::File::open(world.path("identity.txt")).unwrap());
    let run = finish(command);
    assert_eq!(run.stdout, world.ok(&["secret", "show", "uploads", "-i", "identity.txt"]), "{}", run.stderr);
    let nothing = world.run(&["secret", "show", "uploads", "-i", "-"]);
    assert!(nothing.stderr.contains("the identity from stdin: no identity in it"), "{}", nothing.stderr);
}

#[test]
fn the_identity_that_init_wrote_is_tried_where_none_is_named() {
    let world = World::with_sandbox(&[]);
    let run = |args: &[&str]| {
        let mut command = world.command(args);
        command.env("XDG_CONFIG_HOME", world.path("config"));
        finish(command)
    };
    assert_eq!(run(&["init"]).code, Some(0));
    let text = world.read("webhooks.toml");
    let encryption = &text[text.find("[encryption]").unwrap()..];
    let recipients = encryption.lines().find(|line| line.starts_with("recipients")).unwrap();
    world.write("webhooks.toml", &format!("[encryption]\n{recipients}\n{ENTRY}"));
    let applied = run(&["apply", "--auto-approve"]);
    assert_eq!(applied.code, Some(0), "{}", applied.stderr);
    let shown = run(&["secret", "show", "uploads"]);
    assert!(shown.stdout.starts_with("whsec_"), "{}", shown.stderr);
    let without = world.run(&["secret", "show", "uploads"]);
    assert!(without.stderr.contains("no identity to read the secret with"), "{}", without.stderr);
}

#[test]
fn keys_in_pkcs8_read_what_is_encrypted_to_their_public_halves() {
    let (ed25519, rsa) = (key("ed25519.pub"), key("rsa.pub"));
    let world = sealed_to(&[ed25519.trim(), rsa.trim()], "");
    world.ok(&["apply", "--auto-approve"]);
    for name in ["ed25519.pkcs8", "rsa.pkcs8"] {
        private(&world, name, &key(name));
        assert!(world.ok(&["secret", "show", "uploads", "-i", name]).starts_with("whsec_"), "{name}");
    }
}

#[test]
fn recipients_that_age_never_encrypts_to_together_are_told_before_a_merge() {
    let mut world = sealed_to(&[key("ed25519.pub").trim()], &key("tagpq.pub"));
    for args in [&["validate"][..], &["plan"], &["apply", "--auto-approve"]] {
        let run = world.run(args);
        assert_eq!(run.code, Some(1), "{args:?}");
        let told = format!("{}{}", run.stdout, run.stderr);
        assert!(told.contains("the recipients cannot stand together: `age1tagpq1"), "{args:?}: {told}");
        assert!(told.contains("name post-quantum keys alone, or none"), "{args:?}: {told}");
    }
    world.stop_sandbox();
    assert!(world.live().is_empty());
}

#[test]
fn a_native_post_quantum_key_names_the_plugin_that_it_takes() {
    let world = sealed_to(&["age1pq1qurswpc8qursw2ylk0n"], "");
    let run = world.run(&["validate"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("is a post-quantum key of age 1.3"), "{}", run.stderr);
    assert!(run.stderr.contains("install `age-plugin-pq`"), "{}", run.stderr);
    let identity = "AGE-SECRET-KEY-PQ-1QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSV4PSY7";
    private(&world, "pq.txt", identity);
    world.config(ENTRY);
    world.ok(&["apply", "--auto-approve"]);
    let run = world.run(&["secret", "show", "uploads", "-i", "pq.txt"]);
    assert!(run.stderr.contains("`age-plugin-pq -identity`"), "{}", run.stderr);
    assert!(!run.stderr.contains("QURSW"), "{}", run.stderr);
}

#[test]
fn keys_of_a_forge_that_age_cannot_encrypt_to_are_passed_over_with_a_warning() {
    let ecdsa = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBMNaUdsEQ2zsfkHKzT6Sd3WAEOnvCr2VM0Frd7w9iXO9f9lVWow8mqC+ozU7yxilqcQfUfMW7os9Sk5SjMGwr+k=";
    let world = sealed_to(&[], &format!("{ecdsa}\n{}", key("ed25519.pub")));
    let run = world.run(&["plan"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(
        run.stderr.contains("line 1: age cannot encrypt to ssh keys of the kind ecdsa-sha2-nistp256"),
        "{}",
        run.stderr
    );
    world.write("recipients.txt", ecdsa);
    let nobody = world.run(&["plan"]);
    assert_eq!(nobody.code, Some(1), "{}", nobody.stdout);
    assert!(nobody.stdout.contains("no recipients: nobody could ever read the secrets"), "{}", nobody.stdout);
}

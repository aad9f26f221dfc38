//! `secret list`, `show` and `export`, and what is refused when a block is not what it should be.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::support::{World, finish};

const TWO: &str = r#"
[webhooks.render-done]
url = "https://hooks.example.com/videogen"
events = ["tool_execution.succeeded"]

[webhooks.uploads]
url = "https://hooks.example.com/uploads"
events = ["file.upload.*"]
"#;

fn applied() -> World {
    let mut world = World::with_sandbox(&[]);
    world.config(TWO);
    world.ok(&["apply", "--auto-approve"]);
    world.stop_sandbox();
    world
}

fn secret_of(world: &World, url_end: &str) -> String {
    world.live().iter().find(|endpoint| endpoint.url.ends_with(url_end)).unwrap().signing_secret.clone()
}

#[test]
fn a_list_shows_no_secret() {
    let world = applied();
    let text = world.ok(&["secret", "list"]);
    let json: serde_json::Value = serde_json::from_str(&world.ok(&["secret", "list", "--format", "json"])).unwrap();
    let secret = secret_of(&world, "/uploads");
    let row = json.as_array().unwrap().iter().find(|row| row["name"] == "uploads").unwrap();
    assert_eq!(row["secret_last4"], secret[secret.len() - 4..]);
    assert_eq!((row["known"].as_bool(), row["deposed"].as_bool()), (Some(true), Some(false)));
    assert!(row["sealed_to"][0].as_str().unwrap().starts_with("age1"));
    assert!(!text.contains(&secret) && !json.to_string().contains(&secret));
    assert!(!json.to_string().contains("BEGIN AGE"));
}

#[test]
fn what_is_no_identity_is_told_as_that_and_its_mode_is_no_matter() {
    let world = applied();
    fs::set_permissions(world.path("webhooks.toml"), fs::Permissions::from_mode(0o644)).unwrap();
    let run = world.run(&["secret", "show", "uploads", "-i", "webhooks.toml"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("`webhooks.toml`") && !run.stderr.contains("is open to"), "{}", run.stderr);
}

#[test]
fn an_identity_that_nobody_named_is_told_by_its_place() {
    let world = applied();
    let show = |args: &[&str]| {
        let mut command = world.command(args);
        command.env("XDG_CONFIG_HOME", world.path("home"));
        finish(command)
    };
    assert_eq!(show(&["-c", "other.toml", "init"]).code, Some(0));
    let run = show(&["secret", "show", "uploads"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("the identity that `init` wrote (`"), "{}", run.stderr);
    assert!(run.stderr.contains("home/hookwright/identity.txt`) cannot decrypt it"), "{}", run.stderr);
    let named = show(&["secret", "show", "uploads", "-i", "home/hookwright/identity.txt"]);
    assert!(named.stderr.contains("none of the identities given can decrypt it"), "{}", named.stderr);
}

#[test]
fn an_export_is_a_file_for_its_owner_alone_and_never_goes_through_a_link() {
    let world = applied();
    let export = ["secret", "export", "--format", "dotenv", "-i", "identity.txt", "--out", "secrets.env"];
    world.write("secrets.env", "OLD=whsec_an_older_one\n");
    fs::set_permissions(world.path("secrets.env"), fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(world.ok(&export), "");
    let (render, uploads) = (secret_of(&world, "/videogen"), secret_of(&world, "/uploads"));
    let want = format!("VIDEOGEN_RENDER_DONE_SECRET={render}\nVIDEOGEN_UPLOADS_SECRET={uploads}\n");
    assert_eq!(world.read("secrets.env"), want);
    assert_eq!(fs::metadata(world.path("secrets.env")).unwrap().permissions().mode() & 0o777, 0o600);

    fs::remove_file(world.path("secrets.env")).unwrap();
    world.write("target.txt", "untouched");
    symlink(world.path("target.txt"), world.path("secrets.env")).unwrap();
    let run = world.run(&export);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("is a link, and is not overwritten"), "{}", run.stderr);
    assert_eq!(world.read("target.txt"), "untouched");

    let json = world.ok(&["secret", "export", "--format", "json", "uploads", "-i", "identity.txt"]);
    assert_eq!(json, format!("{{\n  \"uploads\": \"{uploads}\"\n}}\n"));
    let same = ["secret", "export", "--format", "json", "--name-template", "X", "-i", "identity.txt"];
    assert!(world.run(&same).stderr.contains("would both be exported as `X`"));
}

#[test]
fn a_block_that_was_moved_edited_or_cut_is_refused_by_its_entrys_name() {
    let world = applied();
    let path = "state/webhooks.state.json";
    let whole = world.state();
    let block = |name: &str| whole["endpoints"][name]["secret"].as_str().unwrap().to_owned();
    let damaged = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut state = whole.clone();
        change(&mut state);
        world.write(path, &serde_json::to_string_pretty(&state).unwrap());
        let mut told = String::new();
        for args in [&["secret", "show", "uploads"][..], &["secret", "export", "--format", "json"]] {
            let run = world.run(&[args, &["-i", "identity.txt"]].concat());
            assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{args:?}");
            assert!(run.stderr.contains("the secret of `uploads` was not decrypted"), "{}", run.stderr);
            told = run.stderr;
        }
        told
    };
    let uploads = |state: &mut serde_json::Value, text: String| state["endpoints"]["uploads"]["secret"] = text.into();
    let moved = damaged(&|state| uploads(state, block("render-done")));
    assert!(moved.contains("it was moved or pasted here"), "{moved}");
    let mut edited = block("uploads").into_bytes();
    let middle = edited.len() - 60;
    edited[middle] = if edited[middle] == b'A' { b'B' } else { b'A' };
    let edited = String::from_utf8(edited).unwrap();
    assert!(damaged(&|state| uploads(state, edited.clone())).contains("damaged"));
    assert!(damaged(&|state| uploads(state, block("uploads")[..200].to_owned())).contains("damaged"));
    let elsewhere = damaged(&|state| {
        state["lineage"] = "00000000-0000-4000-8000-000000000000".into();
        state["endpoints"].as_object_mut().unwrap().remove("render-done");
    });
    assert!(elsewhere.contains("the state of lineage"), "{elsewhere}");
}

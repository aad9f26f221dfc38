//! What a plan reads, says and leaves alone.

use std::io::Read;
use std::process::Stdio;

use insta::assert_snapshot;

use crate::support::{World, finish};
use crate::watch::{many, requests};

#[test]
fn without_a_key_the_state_alone_is_compared_and_the_plan_says_so() {
    let world = World::new();
    world.config(&many(1));
    let run = world.run(&["plan", "--detailed-exitcode"]);
    assert_eq!(run.code, Some(2));
    assert_snapshot!(run.snapshot(&world), @r#"
    API: "https://api.videogen.io"
    Offline (no API key, or --refresh=false): compared with the state file alone.

    Actions are indicated with the following symbols:
      + create

    hookwright will perform the following actions:

      # h0 will be created
      + webhook "h0" {
          + url            = "https://hooks.example.com/0"
          + events         = [
              + "file.analysis_completed",
              + "file.analysis_failed",
              + "file.download_ready",
              + "file.playback_ready",
              + "file.upload.completed",
              + "file.upload.failed",
            ]
          + endpoint_id    = (known after apply)
          + signing_secret = (sensitive, known after apply)
        }
        => new signing secret, stored encrypted in the state; pass it to the consumer after the apply

    Plan: 1 to add, 0 to change, 0 to destroy.

    Plan id: offline-2-[ID] (offline: --expect does not accept it)
    --- stderr
    --- exit 2
    "#);
}

#[test]
fn without_a_refresh_the_api_is_not_asked() {
    let world = World::with_sandbox(&[]);
    world.config(&many(1));
    world.ok(&["apply", "--auto-approve"]);
    let before = requests(&world).len();
    let run = world.run(&["plan", "--refresh=false", "--detailed-exitcode"]);
    assert_eq!((run.code, requests(&world).len()), (Some(0), before));
    let json: serde_json::Value =
        serde_json::from_str(&world.ok(&["plan", "--refresh=false", "--format", "json"])).unwrap();
    assert_eq!(json["refreshed"], false);
}

#[test]
fn the_detailed_exit_code_tells_changes_from_none_and_drift_alone_is_none() {
    let mut world = World::with_sandbox(&[]);
    world.config(&many(2));
    let plan = &["plan", "--detailed-exitcode"][..];
    assert_eq!(world.run(plan).code, Some(2));
    assert_eq!(world.run(&["plan"]).code, Some(0));
    world.ok(&["apply", "--auto-approve"]);
    assert_eq!(world.run(plan).code, Some(0));
    world.stranger("https://elsewhere.example.com/x");
    assert_eq!(world.run(plan).code, Some(0), "an unmanaged endpoint is no change");
    world.stop_sandbox();
    let db = world.read("api.json");
    let secret = &world.live()[0].signing_secret;
    let other = format!("{}AAA=", &secret[..secret.len() - 4]);
    world.write("api.json", &db.replace(secret.as_str(), &other));
    world.start_sandbox(&[]);
    let drifted: serde_json::Value = serde_json::from_str(&world.ok(&["plan", "--format", "json"])).unwrap();
    assert_eq!(drifted["drift"].as_array().unwrap().len(), 1, "{drifted:#}");
    let changes = drifted["changes"].as_array().unwrap();
    assert!(changes.iter().all(|change| change["name"] == "(guards)"), "the port is another: {drifted:#}");
}

#[test]
fn a_plan_and_a_validation_write_nothing() {
    let world = World::with_sandbox(&[]);
    world.config(&many(2));
    world.ok(&["plan"]);
    world.ok(&["validate"]);
    let names = |world: &World| {
        let mut names: Vec<_> = std::fs::read_dir(world.path("")).unwrap().map(|e| e.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(
        names(&world),
        ["api.json", "api.json.lock", "identity.txt", "requests.jsonl", "webhooks.toml"].map(Into::into)
            as [std::ffi::OsString; 5]
    );
}

#[test]
fn a_reader_that_closes_early_is_no_error() {
    let world = World::new();
    world.config(&many(3000));
    for args in [&["plan"][..], &["plan", "--format", "json"], &["completions", "zsh"]] {
        let mut child = world.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = [0; 1];
        child.stdout.take().unwrap().read_exact(&mut first).unwrap();
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{args:?}: {said}");
        assert!(!said.contains("panicked") && !said.contains("roken pipe"), "{args:?}: {said}");
    }
}

#[test]
fn colour_is_for_those_who_ask_for_it() {
    let world = World::new();
    world.config(&many(1));
    let coloured = |variables: &[(&str, &str)], flags: &[&str]| {
        let mut command = world.command(&[&["plan"], flags].concat());
        command.envs(variables.iter().copied());
        finish(command).stdout.contains('\u{1b}')
    };
    assert!(!coloured(&[], &[]), "there is no terminal");
    assert!(coloured(&[("CLICOLOR_FORCE", "1")], &[]));
    assert!(!coloured(&[("CLICOLOR_FORCE", "1")], &["--no-color"]));
    assert!(!coloured(&[("NO_COLOR", "1")], &[]));
}

#[test]
fn a_key_goes_to_no_host_that_a_file_names() {
    let world = World::new();
    for url in [
        "https://evil.example",
        "https://videogen.io.evil.example",
        "http://api.videogen.io",
        "https://api.videogen.io@evil.example",
    ] {
        world.config(&format!("[provider]\nbase_url = \"{url}\"\n{}", many(1)));
        let mut command = world.command(&["plan"]);
        command.env("VIDEOGEN_API_KEY", "sk_videogen_x");
        let run = finish(command);
        assert_eq!(run.code, Some(1), "{url}: {}", run.stdout);
        assert!(run.stderr.contains("webhooks.toml:"), "{url}: it shows the place: {}", run.stderr);
    }
}

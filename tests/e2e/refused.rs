//! What is refused before anything changes: exit 1, and words that say what to do.

use insta::assert_snapshot;

use crate::support::{KEY, World, finish};
use crate::watch::{many, posts};

const APPLY: &[&str] = &["apply", "--auto-approve"];

#[test]
fn a_wrong_command_line_is_exit_1() {
    let world = World::new();
    for args in [&["aply"][..], &["plan", "--no-such"], &["apply", "--parallelism", "0"], &["state", "mv", "a"], &[]] {
        let run = world.run(args);
        assert_eq!(run.code, Some(1), "{args:?}: {}", run.stderr);
        assert!(run.stdout.is_empty() && !run.stderr.is_empty(), "{args:?}");
    }
    assert_eq!(world.run(&["--version"]).code, Some(0));
    assert_snapshot!(world.run(&["plan", "--detail"]).snapshot(&world), @"
    --- stderr
    error: unexpected argument '--detail' found

      hint: a similar argument exists: '--detailed-exitcode'

    Usage: hookwright plan --detailed-exitcode

    For more information, try '--help'.
    --- exit 1
    ");
}

#[test]
fn there_is_no_flag_for_the_key() {
    let world = World::new();
    for args in [["plan", "--api-key", "x"], ["apply", "--api-key", "x"]] {
        assert_eq!(world.run(&args).code, Some(1));
    }
}

#[test]
fn no_configuration_is_said_with_what_to_do() {
    let world = World::new();
    assert_snapshot!(world.run(&["plan"]).snapshot(&world), @"
    --- stderr
    error: there is no configuration at `webhooks.toml`
    hint: write a starter one with `hookwright init`, or name yours with -c PATH
    --- exit 1
    ");
    assert_snapshot!(world.run(&["plan", "-c", "other/name.toml"]).snapshot(&world), @"
    --- stderr
    error: there is no configuration at `other/name.toml`
    hint: write a starter one with `hookwright init`, or name yours with -c PATH
    --- exit 1
    ");
    assert_snapshot!(world.run(&["plan", "--chdir", "nowhere"]).snapshot(&world), @"
    --- stderr
    error: could not change to `nowhere`
      caused by: No such file or directory (os error 2)
    --- exit 1
    ");
}

#[test]
fn every_fault_of_a_file_is_shown_at_once_with_its_place() {
    let world = World::new();
    world.write(
        "webhooks.toml",
        r#"
[provider]
base_url = "https://evil.example"

[webhooks.a]
url = "http://hooks.example.com/a"
events = ["file.upload.complete"]
descripton = "x"

[webhooks.b]
url = "https://user:whsec_hunter2@hooks.example.com/b"
events = []
"#,
    );
    let run = world.run(&["validate"]);
    assert!(!run.stderr.contains("hunter2"), "{}", run.stderr);
    assert_snapshot!(run.snapshot(&world), @r#"
    --- stderr
    error: `base_url` names the untrusted host "evil.example"
     --> webhooks.toml:3:12
      |
    3 | base_url = "https://evil.example"
      |            ^^^^^^^^^^^^^^^^^^^^^^ the API key goes only to `*.videogen.io` (one label) and to loopback
      |
      = hint: set VIDEOGEN_BASE_URL to that host if you mean it: a file cannot send the key elsewhere

    error: the URL is not https
     --> webhooks.toml:6:7
      |
    6 | url = "http://hooks.example.com/a"
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = hint: write `https://`: deliveries cross the open network

    error: unknown event "file.upload.complete"
     --> webhooks.toml:7:11
      |
    7 | events = ["file.upload.complete"]
      |           ^^^^^^^^^^^^^^^^^^^^^^ did you mean `file.upload.completed`?
      |
      = hint: correct the word, or write `allow_unknown_events = true` in the entry if the API knows it

    error: unknown key "descripton"
     --> webhooks.toml:8:1
      |
    8 | descripton = "x"
      | ^^^^^^^^^^ did you mean `description`?
      |
      = hint: write `description`, or remove it

    error: the URL holds credentials
      --> webhooks.toml:11:7
       |
    11 | url = "https://******************@hooks.example.com/b"
       |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = hint: remove what stands before the `@`: reviewers and CI read this file; receivers check the signature

    error: `events` is empty
      --> webhooks.toml:12:10
       |
    12 | events = []
       |          ^^
       |
       = hint: write at least one, such as `events = ["tool_execution.succeeded"]`; to drop the endpoint, remove its entry

    error: 6 errors in `webhooks.toml`
    --- exit 1
    "#);
    for command in [&["plan"][..], APPLY, &["show"]] {
        assert_eq!(world.run(command).code, Some(1), "{command:?}");
    }
}

#[test]
fn a_set_key_while_the_api_is_down_is_exit_1_and_never_an_offline_plan() {
    let mut world = World::with_sandbox(&[]);
    world.config(&many(1));
    let url = world.url().to_owned();
    world.stop_sandbox();
    for args in [&["plan"][..], APPLY] {
        let mut command = world.command(args);
        command.env("VIDEOGEN_BASE_URL", &url).env("VIDEOGEN_API_KEY", KEY);
        let run = finish(command);
        assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{args:?}");
        assert!(run.stderr.contains("no connection to the API"), "{}", run.stderr);
    }
    assert!(!world.path("state/webhooks.state.json").exists());
}

#[test]
fn a_key_that_the_api_does_not_accept_is_exit_1() {
    let world = World::with_sandbox(&[]);
    world.config(&many(1));
    let mut command = world.command(&["plan"]);
    command.env("VIDEOGEN_API_KEY", "sk_videogen_wrong_key");
    let run = finish(command);
    assert!(!run.stderr.contains("sk_videogen_wrong_key"));
    assert_snapshot!(run.snapshot(&world), @r#"
    --- stderr
    error: GET /v1/me: status 401, code "invalid_api_key": "The API key is not valid." (request id [REQUEST])
    hint: the API does not accept this key: check VIDEOGEN_API_KEY, or what api_key_env names
    --- exit 1
    "#);
}

#[test]
fn an_apply_without_a_key_a_terminal_or_recipients_says_what_is_missing() {
    let mut world = World::with_sandbox(&[]);
    world.config(&many(1));
    for args in [&["apply"][..], &["apply", "--input=false"], &["destroy"]] {
        let run = world.run(args);
        assert_eq!(run.code, Some(1), "{args:?}");
        assert!(run.stderr.contains("--auto-approve"), "{}", run.stderr);
    }
    world.write("webhooks.toml", &many(1));
    assert_snapshot!(world.run(APPLY).snapshot(&world), @r#"
    --- stderr
    error: no recipients: nobody could ever read the secrets
    hint: add [encryption] recipients = ["age1…"]; `hookwright init` makes an identity and its recipient
    --- exit 1
    "#);
    assert_eq!(posts(&world), 0);
    assert!(!world.path("state").exists(), "nothing was written");
    world.stop_sandbox();
    world.config(&many(1));
    assert_snapshot!(world.run(APPLY).snapshot(&world), @r#"
    --- stderr
    error: VIDEOGEN_API_KEY is not set
    hint: set it to a key of the account; to try without one, write base_url = "sandbox" under [provider]
    --- exit 1
    "#);
    assert!(!world.path("state").exists(), "nothing was written");
}

#[test]
fn a_key_of_another_team_is_refused_before_anything_is_planned() {
    let mut world = World::with_sandbox(&["--team", "vg_team_a"]);
    world.config(&many(2));
    world.ok(APPLY);
    world.start_sandbox(&["--team", "vg_team_b"]);
    assert_snapshot!(world.run(&["plan"]).snapshot(&world), @r#"
    --- stderr
    error: the API key belongs to team "vg_team_b", and the state to team "vg_team_a"
    hint: use a key of the state's team; with this one every endpoint would look gone
    --- exit 1
    "#);
    let before = world.read("state/webhooks.state.json");
    for args in [APPLY, &["destroy", "--auto-approve"]] {
        assert_eq!(world.run(args).code, Some(1), "{args:?}");
    }
    assert_eq!(world.read("state/webhooks.state.json"), before);
    assert_eq!(posts(&world), 2);
}

#[test]
fn a_team_that_is_not_told_is_refused_unless_it_is_allowed() {
    let mut world = World::with_sandbox(&[]);
    world.config(&many(1));
    world.ok(APPLY);
    for fault in ["me-404=1", "me-500=1"] {
        world.start_sandbox(&["--fault", fault]);
        let run = world.run(&["plan"]);
        assert_eq!(run.code, Some(1), "{fault}");
        assert!(run.stderr.contains("--allow-unknown-team"), "{fault}: {}", run.stderr);
        assert_eq!(world.run(&["plan", "--allow-unknown-team"]).code, Some(0), "{fault}");
    }
    let fresh = World::with_sandbox(&["--fault", "me-404=1"]);
    fresh.config(&many(1));
    fresh.ok(APPLY);
    assert!(fresh.state()["team_id"].is_null(), "a team is never guessed");
}

#[test]
fn an_api_that_is_not_there_is_said_without_a_flag_that_would_not_help() {
    let mut world = World::with_sandbox(&[]);
    world.config(&many(1));
    world.ok(APPLY);
    let url = world.url().to_owned();
    world.stop_sandbox();
    let mut plan = world.command(&["plan"]);
    plan.env("VIDEOGEN_BASE_URL", &url).env("VIDEOGEN_API_KEY", KEY);
    assert_snapshot!(finish(plan).snapshot(&world), @"
    --- stderr
    error: GET /v1/me: no connection to the API: connection refused
    hint: check `base_url` or VIDEOGEN_BASE_URL: nothing listens on that port
    --- exit 1
    ");
    let trigger = world.command(&["sandbox", "trigger", "file.upload.failed", "--url", &url]);
    assert_snapshot!(finish(trigger).snapshot(&world), @"
    --- stderr
    error: no sandbox answers at http://127.0.0.1:[PORT]
    hint: start one in another terminal with `hookwright sandbox`, or name it with --url
    --- exit 1
    ");
}

#[test]
fn an_event_that_nobody_hears_is_said_with_what_to_do() {
    let world = World::with_sandbox(&[]);
    let trigger = ["sandbox", "trigger", "file.upload.failed", "--key", KEY, "--url", world.url()];
    assert_snapshot!(world.run(&trigger).snapshot(&world), @"
    no endpoint is subscribed to file.upload.failed
    --- stderr
    hint: `hookwright apply` makes some there, with VIDEOGEN_BASE_URL set to the sandbox's url
    --- exit 0
    ");
}

#[test]
fn a_journal_without_its_state_is_not_folded_into_nothing() {
    let world = World::with_sandbox(&[]);
    world.config(&many(2));
    let mut apply = world.command(APPLY);
    apply.env("HOOKWRIGHT_CRASH_AT", "receipt-durable");
    assert_eq!(finish(apply).code, None);
    let journal = world.read("state/webhooks.state.json.journal");
    std::fs::remove_dir_all(world.path("state")).unwrap();
    world.write("saved.journal", &journal);
    assert_snapshot!(world.run(&["state", "recover", "saved.journal"]).snapshot(&world), @"
    --- stderr
    error: there is no state that `saved.journal` could be folded into
    hint: bring back a copy of it, an old one too; with none left: --new. Is it elsewhere? --state PATH
    --- exit 1
    ");
}

#[test]
fn an_identity_file_that_is_not_there_is_said_with_where_it_may_be() {
    let world = World::with_sandbox(&[]);
    world.config(&many(1));
    world.ok(APPLY);
    let run = world.run(&["secret", "show", "h0", "--identity", "nowhere.txt"]);
    assert_snapshot!(run.snapshot(&world), @"
    --- stderr
    error: could not read the identity file `nowhere.txt`
      caused by: No such file or directory (os error 2)
    hint: name the private key's file; `hookwright init` makes ~/.config/hookwright/identity.txt
    --- exit 1
    ");
}

#[test]
fn a_state_none_of_whose_endpoints_is_listed_is_refused_unless_it_is_allowed() {
    let mut world = World::with_sandbox(&[]);
    world.config(&many(2));
    world.ok(APPLY);
    for name in ["h0", "h1"] {
        world.delete_remotely(world.state()["endpoints"][name]["endpoint_id"].as_str().unwrap());
    }
    let run = world.run(APPLY);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(run.stdout.contains("--allow-all-gone"), "{}", run.stdout);
    world.ok(&["apply", "--auto-approve", "--allow-all-gone"]);
    world.stop_sandbox();
    assert_eq!(world.live().len(), 2);
}

#[test]
fn a_strangers_exact_duplicate_is_refused_unless_a_second_one_is_wanted() {
    let mut world = World::with_sandbox(&[]);
    world.stranger("https://hooks.example.com/x");
    world.config("[webhooks.x]\nurl = \"https://hooks.example.com/x\"\nevents = [\"file.upload.failed\"]\n");
    let run = world.run(APPLY);
    assert_eq!((run.code, posts(&world)), (Some(1), 1), "{}", run.stdout);
    assert!(run.stdout.contains("would duplicate") && run.stdout.contains("[imports]"), "{}", run.stdout);
    world.ok(&["apply", "--auto-approve", "--allow-duplicate", "x"]);
    world.ok(&["destroy", "--auto-approve"]);
    world.stop_sandbox();
    assert_eq!(world.live().len(), 1, "the stranger's is still there");
}

#[test]
fn a_state_that_was_rolled_back_makes_nothing_twice() {
    let world = World::with_sandbox(&[]);
    world.config(&many(2));
    world.ok(APPLY);
    std::fs::remove_dir_all(world.path("state")).unwrap();
    let run = world.run(APPLY);
    assert_eq!((run.code, posts(&world)), (Some(1), 2), "{}", run.stdout);
}

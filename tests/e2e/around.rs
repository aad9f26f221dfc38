//! The commands around the main path: init, completions, help, `state` and `secret`.

use std::os::unix::fs::PermissionsExt;

use insta::assert_snapshot;

use crate::support::{Run, World, finish};
use crate::watch::many;

fn applied(count: usize) -> World {
    let world = World::with_sandbox(&[]);
    world.config(&many(count));
    world.ok(&["apply", "--auto-approve"]);
    world
}

fn init(world: &World, args: &[&str]) -> Run {
    let mut command = world.command(&[&["init"], args].concat());
    command.env("XDG_CONFIG_HOME", world.path("home"));
    finish(command)
}

#[test]
fn init_makes_an_identity_outside_of_the_project_that_only_its_owner_reads() {
    let world = World::new();
    assert_snapshot!(init(&world, &[]).snapshot(&world), @"
    --- stderr
    Wrote `webhooks.toml`.
    Made the age identity `[FOLDER]/home/hookwright/identity.txt`.
    It reads the secrets: keep a copy of it safe, and never commit it.

    Next: edit the configuration, then `hookwright plan` and `hookwright apply`.
    --- exit 0
    ");
    let identity = world.path("home/hookwright/identity.txt");
    assert_eq!(std::fs::metadata(&identity).unwrap().permissions().mode() & 0o777, 0o600);
    let text = world.read("home/hookwright/identity.txt");
    let key = text.lines().find(|line| line.starts_with("AGE-SECRET-KEY-")).unwrap();
    assert!(!world.read("webhooks.toml").contains(key));
    world.ok(&["validate"]);
    // Applied as it stands, its secret is read with that identity.
    world.ok(&["apply", "--auto-approve"]);
    let secret = world.ok(&["secret", "show", "render-done", "--identity", "home/hookwright/identity.txt"]);
    assert!(secret.starts_with("whsec_"));
    // Its creates bear a tag, which no plan and no state shows.
    assert!(world.read("state/webhooks.sandbox.json").contains("Render pipeline [hw:"));
    assert_eq!(world.state()["endpoints"]["render-done"]["description"], "Render pipeline");
}

#[test]
fn init_overwrites_nothing_and_uses_an_identity_again() {
    let world = World::new();
    assert_eq!(init(&world, &[]).code, Some(0));
    let (config, identity) = (world.read("webhooks.toml"), world.read("home/hookwright/identity.txt"));
    let again = init(&world, &[]);
    assert_eq!(again.code, Some(1));
    assert!(again.stderr.contains("exists already"), "{}", again.stderr);
    assert_eq!(init(&world, &["-c", "second.toml"]).code, Some(0));
    assert_eq!((world.read("webhooks.toml"), world.read("home/hookwright/identity.txt")), (config.clone(), identity));
    let recipient = |text: &str| text.lines().find(|line| line.starts_with("recipients")).unwrap().to_owned();
    assert_eq!(recipient(&world.read("second.toml")), recipient(&config));
}

/// What a shell would offer for the last of these words.
fn completed(world: &World, words: &[&str]) -> Vec<String> {
    let mut command = world.command(&[&["--", "hookwright"], words].concat());
    command.env("HOOKWRIGHT_COMPLETE", "bash").env("_CLAP_COMPLETE_INDEX", words.len().to_string());
    command.env("_CLAP_IFS", "\n");
    let run = finish(command);
    assert_eq!(run.code, Some(0), "{words:?}: {}", run.stderr);
    run.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn completions_know_commands_flags_and_the_names_in_the_file() {
    let world = World::new();
    world.config(
        "[environments.prod]\n[environments.staging]\n[webhooks.render]\n[webhooks.uploads]\n[webhooks.\"$(id)\"]\n",
    );
    world.write("other/hooks.toml", "[webhooks.elsewhere]\n");
    assert_eq!(completed(&world, &["pl"]), ["plan"]);
    assert_eq!(completed(&world, &["plan", "--tar"]), ["--target"]);
    assert_eq!(completed(&world, &["plan", "--target", ""]), ["render", "uploads"]);
    assert_eq!(completed(&world, &["secret", "show", "re"]), ["render"]);
    assert_eq!(completed(&world, &["state", "mv", "u"]), ["uploads"]);
    assert_eq!(completed(&world, &["plan", "--env", "s"]), ["staging"]);
    assert_eq!(completed(&world, &["-c", "other", "ping", "e"]), ["elsewhere"]);
    assert_eq!(completed(&world, &["ping", "--config=other/hooks.toml", "e"]), ["elsewhere"]);
    assert!(completed(&world, &["-c", "nowhere", "ping", "r"]).is_empty(), "a file that is not there is no error");
}

#[test]
fn completions_are_there_for_every_shell_and_work_in_bash() {
    let world = World::new();
    world.config("[webhooks.render]\n");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(world.ok(&["completions", shell]).contains("HOOKWRIGHT_COMPLETE"), "{shell}");
    }
    assert_eq!(world.run(&["completions", "cobol"]).code, Some(1));
    let script = r#"
        PATH=$(dirname "$hookwright"):$PATH
        source <(hookwright completions bash)
        COMP_WORDS=(hookwright secret show re) COMP_CWORD=3
        _clap_complete_hookwright hookwright re show
        echo "${COMPREPLY[@]}"
    "#;
    let run = finish(world.outside("bash", &["-c", script]));
    assert_eq!((run.stdout.trim(), run.code), ("render", Some(0)), "{}", run.stderr);
}

/// The commands below a command, as its help lists them.
fn below(world: &World, command: &[&str]) -> Vec<String> {
    let help = world.ok(&[command, &["--help"]].concat());
    let Some((_, list)) = help.split_once("\nCommands:\n") else { return Vec::new() };
    let names = list.lines().take_while(|line| line.starts_with("  ")).filter(|line| !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn the_help_of_every_command_has_an_example() {
    let world = World::new();
    let mut commands: Vec<Vec<String>> = vec![Vec::new()];
    let mut seen = 0;
    while let Some(command) = commands.pop() {
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        let help = world.ok(&[&words[..], &["--help"]].concat());
        assert!(help.contains("Example"), "{command:?} has none");
        seen += 1;
        commands.extend(below(&world, &words).into_iter().map(|name| [command.clone(), vec![name]].concat()));
    }
    assert!(seen > 15, "{seen} commands");
}

#[test]
fn state_list_and_show_show_and_mv_and_rm_change_the_state_alone() {
    let mut world = applied(3);
    let list: serde_json::Value = serde_json::from_str(&world.ok(&["state", "list", "--format", "json"])).unwrap();
    for key in ["name", "endpoint_id", "url", "events", "description", "created_at", "secret_last4", "deposed"] {
        assert!(list[0].get(key).is_some(), "{key}: {list:#}");
    }
    let shown = world.ok(&["state", "show", "h1"]);
    assert!(
        shown.contains("h1")
            && !shown.contains("hooks.example.com/2")
            && !shown.contains("whsec_")
            && !shown.contains("BEGIN AGE"),
        "{shown}"
    );
    let nobody = world.run(&["state", "show", "h9"]);
    assert!(nobody.code == Some(1) && nobody.stderr.contains("did you mean"), "{}", nobody.stderr);

    assert_eq!(world.run(&["state", "mv", "h0", "h1"]).code, Some(1), "a move displaces nothing");
    assert_eq!(world.run(&["state", "mv", "h9", "x"]).code, Some(1));
    assert_eq!(world.run(&["state", "mv", "h0", "bad name"]).code, Some(1));
    let secret = world.ok(&["secret", "show", "h0", "--identity", "identity.txt"]);
    world.ok(&["state", "mv", "h0", "moved"]);
    assert_eq!(world.ok(&["secret", "show", "moved", "--identity", "identity.txt"]), secret);
    assert_eq!(world.run(&["state", "rm", "h1", "nobody"]).code, Some(1), "all or nothing");
    assert!(world.state()["endpoints"]["h1"].is_object());
    world.ok(&["state", "rm", "h1"]);
    let names: Vec<String> = world.state()["endpoints"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["h2", "moved"]);
    world.stop_sandbox();
    assert_eq!(world.live().len(), 3, "nothing was deleted");
}

#[test]
fn a_command_that_looks_at_a_state_that_is_not_there_says_so() {
    let world = World::new();
    world.config(&many(1));
    for args in [&["show"][..], &["state", "list"], &["state", "show", "a"], &["state", "rm", "a"], &["secret", "list"]]
    {
        let run = world.run(args);
        assert!(run.code == Some(1) && run.stderr.contains("there is no state"), "{args:?}: {}", run.stderr);
    }
    assert!(!world.path("state").exists());
}

#[test]
fn a_secret_is_shown_alone_to_whoever_holds_an_identity_and_to_nobody_else() {
    let world = applied(1);
    let shown = world.run(&["secret", "show", "h0", "--identity", "identity.txt"]);
    assert!(shown.stdout.starts_with("whsec_") && shown.stdout.lines().count() == 1 && shown.stderr.is_empty());
    let with = |name: &str, value: &str| {
        let mut command = world.command(&["secret", "show", "h0"]);
        command.env(name, value);
        finish(command)
    };
    assert_eq!(with("HOOKWRIGHT_IDENTITY_FILE", "identity.txt").stdout, shown.stdout);
    assert_eq!(with("HOOKWRIGHT_IDENTITY", world.read("identity.txt").trim()).stdout, shown.stdout);
    let other = World::new().read("identity.txt");
    world.write("other.txt", &other);
    for run in [
        world.run(&["secret", "show", "h0"]),
        world.run(&["secret", "show", "h0", "--identity", "other.txt"]),
        world.run(&["secret", "show", "h0", "--identity", "webhooks.toml"]),
        with("HOOKWRIGHT_IDENTITY", "nonsense-canary"),
    ] {
        assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""));
        assert!(!run.stderr.contains(other.trim()) && !run.stderr.contains("canary"), "{}", run.stderr);
    }
    let list = world.ok(&["secret", "list"]);
    assert!(list.contains("h0") && !list.contains("whsec_"), "{list}");
}

#[test]
fn recover_refuses_what_is_no_journal_or_of_another_state() {
    let world = applied(1);
    world.write("nonsense", "canary\n");
    let before = world.read("state/webhooks.state.json");
    for file in ["nonsense", "nowhere", "webhooks.toml"] {
        let run = world.run(&["state", "recover", file]);
        assert!(run.code == Some(1) && !run.stderr.contains("canary"), "{file}: {}", run.stderr);
    }
    assert_eq!(world.read("state/webhooks.state.json"), before);
}

#[test]
fn the_sandbox_names_its_default_key() {
    let world = World::new();
    for command in [&["sandbox"][..], &["sandbox", "trigger"]] {
        let help = world.ok(&[command, &["--help"]].concat());
        assert!(help.contains("[default: sk_videogen_sandbox]"), "{help}");
    }
}

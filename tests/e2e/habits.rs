//! Habits that people bring from Terraform: one dash before long flags, and commands that are not ours.

use crate::support::World;

#[test]
fn one_dash_before_a_long_flag_is_answered_with_the_second() {
    let world = World::new();
    for (args, hint) in [
        (&["plan", "-out=x"][..], "write --out=x"),
        (&["plan", "-target=a"], "write --target=a"),
        (&["apply", "-auto-approve"], "write --auto-approve"),
        (&["-chdir=elsewhere", "plan"], "write --chdir=elsewhere"),
        (&["-version"], "write --version"),
        (&["plan", "-lock=false"], "`--help` behind the command lists its flags"),
    ] {
        let run = world.run(args);
        assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{args:?}");
        assert!(run.stderr.contains(hint), "{args:?}: {}", run.stderr);
    }
}

#[test]
fn a_command_of_terraforms_gets_the_way_on_and_no_wild_guess() {
    let world = World::new();
    for (command, way) in [
        ("taint", "--replace NAME"),
        ("refresh", "--refresh-only"),
        ("output", "hookwright secret show NAME"),
        ("workspace", "--env NAME"),
        ("force-unlock", "--lock-timeout"),
        ("login", "VIDEOGEN_API_KEY"),
        ("fmt", "hookwright validate"),
        ("version", "hookwright --version"),
        ("test", "hookwright plan"),
    ] {
        let run = world.run(&[command]);
        assert_eq!(run.code, Some(1), "{command}");
        assert!(run.stderr.contains(way) && !run.stderr.contains("destroy"), "{command}: {}", run.stderr);
    }
}

#[test]
fn a_plan_takes_the_flag_that_says_that_nobody_is_asked() {
    let world = World::new();
    world.config("");
    world.ok(&["plan", "--input=false"]);
}

#[test]
fn another_checkout_of_the_file_with_crlf_is_the_same_plan() {
    let world = World::with_sandbox(&[]);
    world.config(
        "[webhooks.a]\nurl = \"https://hooks.example.com/a\"\nevents = [\"file.*\"]\ndescription = \"\"\"\nRender pipeline\nowner: video\"\"\"\n",
    );
    let id = |text: String| text.lines().find_map(|line| line.strip_prefix("Plan id: ").map(str::to_owned));
    let unix = id(world.ok(&["plan"])).expect("a plan names its id");
    let (lf, path) = (world.read("webhooks.toml"), "webhooks.toml");
    world.write(path, &lf.replace('\n', "\r\n"));
    assert_eq!(id(world.ok(&["plan"])), Some(unix));
    world.write(path, &lf);
    world.ok(&["apply", "--auto-approve"]);
    for text in [lf.replace('\n', "\r\n"), lf.replace("pipeline", "pipeline  ")] {
        world.write(path, &text);
        assert_eq!(world.run(&["plan", "--detailed-exitcode"]).code, Some(0));
    }
}

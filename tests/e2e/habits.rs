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

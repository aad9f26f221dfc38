//! A stranger's file: its paths stay inside its folder, and nothing of what it names is quoted.

use std::os::unix::fs::symlink;

use crate::support::{World, finish};
use crate::watch::many;

/// A world whose project is a folder below, with things beside it that no file may reach.
fn outside() -> World {
    let world = World::new();
    world.write("secrets/id_rsa", "-----BEGIN PRIVATE KEY-----\ncanary\n");
    world.write("project/recipients.txt", "");
    world
}

fn refused(world: &World, config: &str) -> String {
    world.write("project/webhooks.toml", config);
    let run = world.run(&["plan", "-c", "project/webhooks.toml"]);
    assert_eq!(run.code, Some(1), "{config}\n{}", run.stdout);
    assert!(!run.stderr.contains("canary"), "{}", run.stderr);
    run.stderr
}

#[test]
fn a_path_that_leads_out_of_the_folder_is_refused_whatever_its_form() {
    let world = outside();
    symlink(world.path("secrets"), world.path("project/link")).unwrap();
    symlink(world.path("secrets/id_rsa"), world.path("project/file-link")).unwrap();
    symlink(world.path("not/there"), world.path("project/dangling")).unwrap();
    let absolute = world.path("secrets/id_rsa").display().to_string();
    for path in
        ["../secrets/id_rsa", absolute.as_str(), "link/id_rsa", "file-link", "a/../../secrets/id_rsa", "dangling"]
    {
        for config in [
            format!("[encryption]\nrecipients_file = \"{path}\"\n{}", many(1)),
            format!("[state]\npath = \"{path}\"\n{}", many(1)),
        ] {
            let said = refused(&world, &config);
            assert!(said.contains("leads out of the configuration's folder"), "{path}: {said}");
        }
    }
}

#[test]
fn the_default_place_of_the_state_is_confined_too() {
    let world = outside();
    symlink(world.path("secrets"), world.path("project/state")).unwrap();
    assert!(refused(&world, &many(1)).contains("leads out of the configuration's folder"));
}

#[test]
fn a_path_on_the_command_line_is_the_users_own_word() {
    let world = outside();
    world.write("project/webhooks.toml", "");
    let run = world.run(&["plan", "-c", "project/webhooks.toml", "--state", "elsewhere/s.json"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
}

#[test]
fn a_result_that_a_link_would_lead_out_of_the_working_folder_is_written_nowhere() {
    let world = World::new();
    world.config(&many(1));
    std::fs::create_dir_all(world.path("elsewhere")).unwrap();
    world.write("project/webhooks.toml", &world.read("webhooks.toml"));
    std::fs::create_dir_all(world.path("project/inside")).unwrap();
    symlink(world.path("elsewhere"), world.path("project/out")).unwrap();
    symlink("inside", world.path("project/in")).unwrap();
    let absolute = world.path("project/out/r").display().to_string();
    let run = |args: &[&str]| world.run(&[&["--chdir", "project"], args].concat());
    for place in ["out/r", "out/new/r", "./in/../out/r", absolute.as_str()] {
        for args in [
            &["plan", "--result-file", place][..],
            &["plan", "--out", place],
            &["man", place],
            &["secret", "export", "--format", "json", "--out", place],
            &["-c", place, "init"],
        ] {
            let run = run(args);
            assert_eq!(run.code, Some(1), "{args:?}: {}", run.stdout);
            let of_a_link = run.stderr.contains("is behind a link that leads out of the working folder");
            // There is no state yet: an export ends before it writes.
            assert!(of_a_link || args[0] == "secret", "{args:?}: {}", run.stderr);
        }
    }
    assert_eq!(std::fs::read_dir(world.path("elsewhere")).unwrap().count(), 0);
    for place in ["in/r", "../elsewhere/r"] {
        assert_eq!(run(&["plan", "--result-file", place]).code, Some(0), "{place}");
    }
}

#[test]
fn a_recipients_file_with_a_private_key_in_it_is_never_quoted() {
    let world = World::new();
    let key = world.read("identity.txt");
    let config = format!("[encryption]\nrecipients_file = \"r.txt\"\n{}", many(1));
    world.write("webhooks.toml", &config);
    world.write("r.txt", &format!("# team\n{key}\nsome other canary words\n"));
    let run = world.run(&["plan"]);
    assert_eq!(run.code, Some(1));
    let tail = key.trim().trim_start_matches("AGE-SECRET-KEY-");
    assert!(!run.stderr.contains(tail) && !run.stderr.contains("canary"), "{}", run.stderr);
    assert!(run.stderr.contains("line 2") && run.stderr.contains("line 4"), "{}", run.stderr);
    // The same where it is the list that has it.
    world.write("webhooks.toml", &format!("[encryption]\nrecipients = [\"{}\"]\n{}", key.trim(), many(1)));
    let run = world.run(&["plan"]);
    assert!(run.code == Some(1) && !run.stderr.contains(tail), "{}", run.stderr);
}

#[test]
fn what_is_no_regular_file_or_too_large_is_refused() {
    let world = World::new();
    let config = format!("[encryption]\nrecipients_file = \"r\"\n{}", many(1));
    world.write("webhooks.toml", &config);
    std::fs::create_dir(world.path("r")).unwrap();
    assert!(world.run(&["plan"]).stderr.contains("not a regular file"));
    std::fs::remove_dir(world.path("r")).unwrap();
    assert!(finish(world.outside("mkfifo", &["r"])).code == Some(0));
    let fifo = world.run(&["plan"]);
    assert!(fifo.code == Some(1) && fifo.stderr.contains("not a regular file"), "a pipe might not end");
    std::fs::remove_file(world.path("r")).unwrap();
    world.write("r", &"# x\n".repeat(300_000));
    assert!(world.run(&["plan"]).stderr.contains("larger than 1 MiB"));
    world.write("webhooks.toml", &format!("# {}\n", "x".repeat(9 << 20)));
    assert_eq!(world.run(&["plan"]).code, Some(1), "a configuration has at most 8 MiB");
}

//! What a branch can name: no link leads out of its folder, nothing but regular files is read, and no pipe or device
//! makes a run wait or grow.

use std::fs;
use std::os::unix::fs::symlink;

use crate::support::{World, finish};
use crate::watch::many;

const KEY: &str = "-----BEGIN OPENSSH PRIVATE KEY-----\ncanary\n-----END OPENSSH PRIVATE KEY-----\n";

/// A run that fails, and shows nothing of what it was led to.
fn refused(world: &World, args: &[&str]) -> String {
    let run = world.run(args);
    assert_eq!(run.code, Some(1), "{args:?}: {}", run.stdout);
    let said = format!("{}{}", run.stdout, run.stderr);
    assert!(!said.contains("canary") && !said.contains("PATH="), "{args:?}: {said}");
    said
}

#[test]
fn a_configuration_that_is_a_link_out_of_its_folder_is_refused_and_nothing_of_it_is_shown() {
    let world = World::new();
    world.write("secrets/id", KEY);
    world.write("secrets/values.toml", "canary");
    let target = world.path("secrets/id").display().to_string();
    for target in ["../secrets/id", &target, "/proc/self/environ", "/dev/zero", "/proc/kmsg", "/dev/fd/0"] {
        fs::create_dir_all(world.path("project/folder")).unwrap();
        for place in ["project/webhooks.toml", "project/folder/a.toml", "project/values.toml"] {
            let _ = fs::remove_file(world.path(place));
            symlink(target, world.path(place)).unwrap();
        }
        for args in [
            &["validate", "-c", "project/webhooks.toml"][..],
            &["plan", "-c", "project/folder"],
            &["plan", "--var-file", "project/values.toml"],
        ] {
            refused(&world, args);
        }
    }
    symlink("../secrets", world.path("project/linked")).unwrap();
    let said = refused(&world, &["plan", "-c", "project/linked"]);
    assert!(said.contains("leads out of its folder"), "{said}");
}

#[test]
fn a_link_to_a_file_of_another_name_and_a_private_key_are_no_configuration() {
    let world = World::new();
    world.write("project/.git/config", "token = canary\n");
    symlink(".git/config", world.path("project/webhooks.toml")).unwrap();
    let said = refused(&world, &["validate", "-c", "project/webhooks.toml"]);
    assert!(said.contains("another name"), "{said}");
    world.write("project/key", KEY);
    let said = refused(&world, &["validate", "-c", "project/key"]);
    assert!(said.contains("holds a private key"), "{said}");
}

#[test]
fn the_links_of_a_kubernetes_config_map_are_read() {
    let world = World::new();
    world.write("map/..2026_11_25/team.toml", &many(1));
    world.write("map/..2026_11_25/values.toml", "");
    symlink("..2026_11_25", world.path("map/..data")).unwrap();
    for name in ["team.toml", "values.toml"] {
        symlink(format!("..data/{name}"), world.path("map").join(name)).unwrap();
    }
    world.ok(&["validate", "-c", "map"]);
    world.ok(&["validate", "-c", "map/team.toml", "--var-file", "map/values.toml"]);
}

#[test]
fn no_file_beside_the_state_is_followed_as_a_link_or_waited_for() {
    for ending in [".journal", ".lock"] {
        let mut world = World::with_sandbox(&[]);
        world.config(&many(1));
        world.write("secret", "canary\n");
        fs::create_dir(world.path("state")).unwrap();
        let name = format!("state/webhooks.state.json{ending}");
        for target in ["../secret", "/dev/zero", "/proc/kmsg"] {
            symlink(target, world.path(&name)).unwrap();
            let said = refused(&world, &["apply", "--auto-approve"]);
            assert!(said.contains("it is a link"), "{said}");
            fs::remove_file(world.path(&name)).unwrap();
        }
        assert_eq!(finish(world.outside("mkfifo", &[&name])).code, Some(0));
        let said = refused(&world, &["apply", "--auto-approve"]);
        assert!(said.contains("it is a pipe or a device"), "{said}");
        world.stop_sandbox();
        assert_eq!((world.live().len(), world.read("secret").as_str()), (0, "canary\n"));
    }
}

#[test]
fn the_sandboxs_database_is_neither_a_link_nor_a_pipe() {
    let world = World::new();
    world.config(&format!("[provider]\nbase_url = \"sandbox\"\n{}", many(1)));
    world.write("secret", "{\"canary\": 1}\n");
    fs::create_dir(world.path("state")).unwrap();
    for name in ["state/webhooks.sandbox.json", "state/webhooks.sandbox.json.lock"] {
        let _ = fs::remove_file(world.path(name));
        symlink("../secret", world.path(name)).unwrap();
        let said = refused(&world, &["apply", "--auto-approve"]);
        assert!(said.contains("it is a link"), "{said}");
        fs::remove_file(world.path(name)).unwrap();
    }
    assert_eq!(finish(world.outside("mkfifo", &["state/webhooks.sandbox.json"])).code, Some(0));
    assert!(refused(&world, &["plan"]).contains("it is a pipe or a device"));
    let log = world.run(&["sandbox", "--port", "0", "--request-log", "webhooks.toml"]);
    assert!(log.code == Some(1) && log.stderr.contains("not a request log"), "{}", log.stderr);
}

//! What a branch, or another user, can put into the place of a file: no link leads out of its folder, nothing but
//! regular files is read, no pipe or device makes a run wait or grow, and nothing that is not ours is replaced.

use std::fs;
use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use super::{BASE64, CANARY, bounded, harmless};
use crate::support::{World, finish};
use crate::watch::many;

/// What is put into a place: a kind of file, and where a link leads.
#[derive(Debug, Clone, Copy)]
enum Hostile {
    Link(&'static str),
    /// A link to a file of the same name, out of the folder.
    LinkOut,
    Pipe,
    Folder,
    Unreadable,
}

const HOSTILE: [Hostile; 8] = [
    Hostile::LinkOut,
    Hostile::Link("/dev/zero"),
    Hostile::Link("/proc/self/environ"),
    Hostile::Link("/proc/kmsg"),
    Hostile::Link("nowhere"),
    Hostile::Pipe,
    Hostile::Folder,
    Hostile::Unreadable,
];

/// Every place of a file that a command reads or writes, below the project's folder, with commands that do.
const PLACES: &[(&str, &[&[&str]])] = &[
    (
        "webhooks.toml",
        &[&["validate"], &["plan"], &["apply", "--auto-approve"], &["state", "list"], &["import", "--generate"]],
    ),
    ("recipients.txt", &[&["plan"], &["apply", "--auto-approve"], &["secret", "rekey", "-i", "identity.txt"]]),
    (
        "identity.txt",
        &[
            &["secret", "export", "--format", "json", "--out", "new.json", "-i", "identity.txt"],
            &["ping", "h0", "-i", "identity.txt"],
        ],
    ),
    (
        "state/webhooks.state.json",
        &[
            &["show"],
            &["plan"],
            &["apply", "--auto-approve"],
            &["destroy", "--auto-approve"],
            &["state", "list"],
            &["state", "mv", "h0", "h9"],
            &["state", "rm", "h0"],
            &["state", "recover", "saved.journal"],
            &["secret", "list"],
        ],
    ),
    (
        "state/webhooks.state.json.journal",
        &[&["show"], &["plan"], &["apply", "--auto-approve"], &["state", "rm", "h9"]],
    ),
    ("state/webhooks.state.json.lock", &[&["plan"], &["apply", "--auto-approve"], &["state", "rm", "h9"]]),
    ("state/webhooks.state.json.errored", &[&["plan"], &["apply", "--auto-approve"]]),
    ("saved.journal", &[&["state", "recover", "saved.journal"], &["state", "recover", "saved.journal", "--new"]]),
    ("plan.bin", &[&["show", "plan.bin"], &["apply", "plan.bin"], &["plan", "--out", "plan.bin"]]),
    (
        "result.json",
        &[&["plan", "--result-file", "result.json"], &["apply", "--auto-approve", "--result-file", "result.json"]],
    ),
    ("secrets.json", &[&["secret", "export", "--format", "json", "--out", "secrets.json", "-i", "identity.txt"]]),
    ("values.toml", &[&["plan", "--var-file", "values.toml"]]),
    ("headers", &[&["verify", "h0", "--headers", "headers", "--body", "body", "-i", "identity.txt"]]),
    ("body", &[&["verify", "h0", "--headers", "headers", "--body", "body", "-i", "identity.txt"]]),
    ("secret", &[&["import", "h0", "ep_1", "--secret-file", "secret"]]),
    ("new.toml", &[&["init", "-c", "new.toml", "--identity", "new.txt"]]),
    ("new.txt", &[&["init", "-c", "new.toml", "--identity", "new.txt"]]),
    ("man/hookwright.1", &[&["man", "man"]]),
    ("db.json", &[&["sandbox", "--port", "PORT", "--db", "db.json"]]),
    ("log.jsonl", &[&["sandbox", "--port", "PORT", "--request-log", "log.jsonl"]]),
];

impl Hostile {
    fn put(self, world: &World, name: &str) {
        let path = world.path(name);
        let _ = fs::remove_file(&path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        match self {
            Self::Link(target) => symlink(target, &path).unwrap(),
            Self::LinkOut => symlink(outside(name), &path).unwrap(),
            Self::Pipe => assert_eq!(finish(world.outside("mkfifo", &[path.to_str().unwrap()])).code, Some(0)),
            Self::Folder => fs::create_dir(&path).unwrap(),
            Self::Unreadable => {
                fs::write(&path, "no words\n").unwrap();
                fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
            }
        }
    }

    /// Whether it is still there as it was put, nothing behind a link changed.
    fn stands(self, world: &World, name: &str) -> bool {
        let meta = world.path(name).symlink_metadata().map(|meta| meta.file_type());
        let untouched = fs::read_to_string(outside(name)).unwrap() == content(name);
        untouched
            && meta.is_ok_and(|kind| match self {
                Self::Link(_) | Self::LinkOut => kind.is_symlink(),
                Self::Pipe => kind.is_fifo(),
                Self::Folder => kind.is_dir(),
                Self::Unreadable => kind.is_file(),
            })
    }

    fn remove(self, world: &World, name: &str) {
        let path = world.path(name);
        let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    }
}

/// The file of that name in a folder that no project is in.
fn outside(name: &str) -> PathBuf {
    static OUTSIDE: LazyLock<tempfile::TempDir> = LazyLock::new(|| tempfile::tempdir().unwrap());
    OUTSIDE.path().join(Path::new(name).file_name().unwrap())
}

/// What stands out of the folder: in whatever form the place has, the canary is in it.
fn content(name: &str) -> String {
    match name {
        "identity.txt" | "new.txt" => format!("# {CANARY}\nAGE-SECRET-KEY-1{CANARY}\n"),
        "secret" => format!("whsec_{BASE64}\n"),
        name if name.ends_with("json") => format!("{{\"{CANARY}\": \"{CANARY}\"}}\n"),
        _ => format!("{CANARY} = \"{CANARY}\"\n{CANARY}\n"),
    }
}

/// A project in a folder of its own, applied, with all the files that the commands name.
fn project() -> World {
    let world = World::with_sandbox(&[]);
    world.config(&many(1));
    world.ok(&["apply", "--auto-approve"]);
    world.ok(&["plan", "--destroy", "--out", "plan.bin"]);
    let config =
        world.read("webhooks.toml").replace("[encryption]\n", "[encryption]\nrecipients_file = \"recipients.txt\"\n");
    world.write("webhooks.toml", &(config + "[webhooks.h1]\nurl = \"https://127.0.0.1:1/\"\nevents = [\"file.*\"]\n"));
    for (name, text) in
        [("recipients.txt", ""), ("values.toml", ""), ("headers", "a: b\n"), ("body", "{}"), ("secret", "")]
    {
        world.write(name, text);
    }
    world
}

#[test]
fn nothing_hostile_in_the_place_of_a_file_is_followed_shown_waited_for_or_replaced() {
    let world = project();
    let port = world.url().rsplit_once(':').unwrap().1.to_owned();
    for (name, commands) in PLACES {
        let sound = fs::read(world.path(name)).ok();
        fs::write(outside(name), content(name)).unwrap();
        for hostile in HOSTILE {
            for args in *commands {
                hostile.put(&world, name);
                let args: Vec<&str> = args.iter().map(|arg| if *arg == "PORT" { &port } else { *arg }).collect();
                let what = format!("{args:?} with {hostile:?} as {name}");
                let run = harmless(bounded(&world, &args), &what);
                assert!(!run.stdout.contains("PATH=") && !run.stderr.contains("PATH="), "{what}");
                assert!(run.code == Some(0) || run.stderr.contains("error"), "{what}: {}", run.stderr);
                // Root reads it all the same.
                let may_be_replaced = matches!(hostile, Hostile::Unreadable);
                assert!(may_be_replaced || hostile.stands(&world, name), "{what}: {}", run.stderr);
                hostile.remove(&world, name);
            }
        }
        if let Some(sound) = sound {
            fs::write(world.path(name), sound).unwrap();
        }
    }
}

#[test]
fn a_folder_of_files_and_every_file_in_it_stays_inside() {
    let world = World::new();
    fs::write(outside("a.toml"), content("a.toml")).unwrap();
    for hostile in HOSTILE.into_iter().filter(|hostile| !matches!(hostile, Hostile::Unreadable)) {
        hostile.put(&world, "project/a.toml");
        let run = harmless(bounded(&world, &["plan", "-c", "project"]), &format!("{hostile:?}"));
        assert_eq!(run.code, Some(1), "{hostile:?}");
        hostile.remove(&world, "project/a.toml");
    }
    symlink(outside("a.toml").parent().unwrap(), world.path("project/linked")).unwrap();
    let run = harmless(bounded(&world, &["plan", "-c", "project/linked"]), "a folder that is a link");
    assert!(run.stderr.contains("leads out of its folder"), "{}", run.stderr);
}

#[test]
fn a_link_to_a_file_of_another_name_and_a_private_key_are_no_configuration() {
    let world = World::new();
    world.write("project/.git/config", "token = CANARYcanaryCANARY7\n");
    symlink(".git/config", world.path("project/webhooks.toml")).unwrap();
    let run = harmless(bounded(&world, &["validate", "-c", "project/webhooks.toml"]), "another name");
    assert!(run.stderr.contains("another name") && run.stderr.contains("such a link"), "{}", run.stderr);
    world.write("project/key", "-----BEGIN OPENSSH PRIVATE KEY-----\nCANARYcanaryCANARY7\n");
    let run = harmless(bounded(&world, &["validate", "-c", "project/key"]), "a private key");
    assert!(run.stderr.contains("holds a private key"), "{}", run.stderr);
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
fn a_pipe_that_is_named_is_told_how_to_be_read_and_a_link_to_a_device_is_not() {
    let world = project();
    for (name, args) in [
        ("webhooks.toml", &["validate"][..]),
        ("values.toml", &["plan", "--var-file", "values.toml"]),
        ("identity.txt", &["secret", "show", "h0", "-i", "identity.txt"]),
        ("plan.bin", &["show", "plan.bin"]),
        ("saved.journal", &["state", "recover", "saved.journal"]),
        ("body", &["verify", "h0", "--headers", "headers", "--body", "body"]),
    ] {
        let sound = fs::read(world.path(name)).ok();
        for (hostile, told) in [(Hostile::Pipe, true), (Hostile::Link("/dev/zero"), false)] {
            hostile.put(&world, name);
            let run = harmless(bounded(&world, args), name);
            assert_eq!(run.stderr.contains("<(cat PIPE)"), told, "{name}: {}", run.stderr);
            hostile.remove(&world, name);
        }
        sound.into_iter().for_each(|sound| fs::write(world.path(name), sound).unwrap());
    }
}

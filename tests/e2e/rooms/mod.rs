//! The map in `src/lib.rs` is true: every room is on it, none imports a room that its line does not name, and inside a
//! room nothing goes in a circle.

mod imports;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

use imports::{Import, Library, Module};

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Room → what it may import, in the order of the map.
fn map(lib: &str) -> Vec<(String, BTreeSet<String>)> {
    let line = Regex::new(r"(?m)^//! \| \[`(\w+)`\] \| .* \| (.*)\|$").unwrap();
    let words = |list: &str| list.split([',', ' ']).filter(|word| !word.is_empty()).map(str::to_owned).collect();
    line.captures_iter(lib).map(|found| (found[1].to_owned(), words(&found[2]))).collect()
}

/// The Rust files of a room.
fn files(room: &str) -> Vec<PathBuf> {
    let single = source().join(format!("{room}.rs"));
    if single.exists() {
        return vec![single];
    }
    let (mut files, mut folders) = (Vec::new(), vec![source().join(room)]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                files.push(path);
            }
        }
    }
    files
}

/// Every import of the library.
fn imports() -> BTreeSet<Import> {
    Library::read(&source().join("lib.rs")).imports()
}

#[test]
fn every_room_is_on_the_map_and_imports_run_downward() {
    let lib = fs::read_to_string(source().join("lib.rs")).unwrap();
    let map = map(&lib);
    let modules = Regex::new(r"(?m)^(?:pub )?mod (\w+);").unwrap();
    let rooms: BTreeSet<String> = modules.captures_iter(&lib).map(|found| found[1].to_owned()).collect();
    assert_eq!(rooms, map.iter().map(|(room, _)| room.clone()).collect(), "the map and the modules differ");

    let imports = imports();
    let mut above = BTreeSet::new();
    for (room, allowed) in map.iter().filter(|(_, allowed)| !allowed.contains("all")) {
        let upward: Vec<&String> = allowed.difference(&above).collect();
        assert!(upward.is_empty(), "the map lets `{room}` import {upward:?}, which do not stand above it");
        let mut used = BTreeSet::new();
        for Import { from, to, is_test } in imports.iter().filter(|import| import.from.first() == Some(room)) {
            // Tests may need what their room does not: any room above.
            let permitted = if *is_test { &above } else { allowed };
            assert!(to[0] == *room || permitted.contains(&to[0]), "{from:?} imports {to:?}: see the map in src/lib.rs");
            used.extend((!is_test).then(|| to[0].clone()));
        }
        let unused: Vec<&String> = allowed.difference(&used).collect();
        assert!(unused.is_empty(), "the map lets `{room}` import {unused:?}, and no file of it does");
        above.insert(room.clone());
    }
}

#[test]
fn no_files_or_folders_beside_each_other_import_each_other_in_a_circle() {
    let mut graph: BTreeMap<Module, BTreeSet<Module>> = BTreeMap::new();
    for Import { from, to, is_test } in imports() {
        let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
        // A folder's `mod.rs` and what is below it are one.
        if !is_test && shared < from.len().min(to.len()) {
            graph.entry(from[..=shared].to_vec()).or_default().insert(to[..=shared].to_vec());
        }
    }
    // What leads nowhere is in no circle, and neither is what leads there alone.
    loop {
        let left: BTreeSet<Module> = graph.keys().cloned().collect();
        graph.values_mut().for_each(|to| to.retain(|to| left.contains(to)));
        graph.retain(|_, to| !to.is_empty());
        if graph.len() == left.len() {
            break;
        }
    }
    assert!(graph.is_empty(), "circles: {graph:#?}");
}

#[test]
fn the_crates_with_one_user_have_one() {
    for (word, users) in [
        ("age::", &["secrets"][..]),
        ("object_store::", &["remote"]),
        ("reqwest::", &["videogen", "sandbox", "delivery", "remote"]),
    ] {
        let word = Regex::new(&format!(r"(?:^|[^\w:]){word}")).unwrap();
        let lib = fs::read_to_string(source().join("lib.rs")).unwrap();
        for (room, _) in map(&lib).iter().filter(|(room, _)| !users.contains(&room.as_str())) {
            let user = files(room).into_iter().find(|file| word.is_match(&fs::read_to_string(file).unwrap()));
            assert_eq!(user, None, "{} is used outside of {users:?}", word.as_str());
        }
    }
}

#[test]
fn the_pure_rooms_know_no_clock_no_network_no_disk_and_no_environment() {
    for room in ["plan", "config", "endpoint", "diagnostic", "place", "quote", "render"] {
        for file in files(room) {
            let text = fs::read_to_string(&file).unwrap();
            // What tests read is their own business; they stand at the end of a file or in a folder.
            let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
            if file.components().any(|part| part.as_os_str() == "tests") {
                continue;
            }
            for word in ["std::fs", "std::env", "TcpStream", "SystemTime::now", "Instant::now", "tokio::", "reqwest::"]
            {
                assert!(!text.contains(word), "{} uses {word}", file.display());
            }
        }
    }
}

#[test]
fn the_sandbox_is_a_second_reading_and_imports_nothing_of_the_library_but_the_disk() {
    let import = Regex::new(r"crate::(\w+)").unwrap();
    for file in files("sandbox") {
        let text = fs::read_to_string(&file).unwrap();
        let other = import.captures_iter(&text).find(|found| !["sandbox", "disk"].contains(&&found[1]));
        assert!(other.is_none(), "{} imports {:?}", file.display(), other.map(|found| found[0].to_owned()));
    }
}

#[test]
fn every_file_says_first_what_lives_there_and_stays_readable_at_a_sitting() {
    let map = map(&fs::read_to_string(source().join("lib.rs")).unwrap());
    for file in map.iter().flat_map(|(room, _)| files(room)) {
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("//! "), "{} does not say what lives there", file.display());
        // Files of pinned diagnostics are as long as what they pin.
        let pins = file.components().any(|part| part.as_os_str() == "tests");
        let lines = text.lines().count();
        assert!(pins || lines <= 450, "{} has {lines} lines", file.display());
    }
}

//! The versions of a world's file: entries that come, go, change, move, swap, and are forgotten.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use super::Config;

/// One entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub path: String,
    pub destroy_first: bool,
    /// How long a replaced endpoint stays; `None` is the default, a day.
    pub overlap: Option<&'static str>,
    pub rotation: u32,
    pub protected: bool,
    pub description: Option<&'static str>,
}

impl Entry {
    /// Its text in the file.
    pub fn text(&self, name: &str) -> String {
        let Self { path, destroy_first, overlap, rotation, protected, description } = self;
        let mut text = format!("[webhooks.{name}]\nurl = \"https://hooks.example.com/{path}\"\n");
        let _ = writeln!(text, "events = [\"file.upload.failed\"]\nrotation = {rotation}");
        if let Some(description) = description {
            let _ = writeln!(text, "description = \"{description}\"");
        }
        let mut lifecycle = vec![format!("prevent_destroy = {protected}")];
        lifecycle.extend(destroy_first.then(|| "replace = \"destroy_before_create\"".to_owned()));
        lifecycle.extend(overlap.filter(|_| !destroy_first).map(|overlap| format!("overlap = \"{overlap}\"")));
        let _ = writeln!(text, "lifecycle = {{ {} }}", lifecycle.join(", "));
        text
    }

    fn random(path: String, rng: &mut StdRng) -> Self {
        let protected = rng.random_bool(0.1);
        let overlaps: &[_] = if protected { &[None, Some("10m")] } else { &[None, Some("0s"), Some("10m")] };
        Self {
            path,
            destroy_first: !protected && rng.random_bool(0.3),
            overlap: *overlaps.choose(rng).unwrap(),
            rotation: 1,
            protected,
            description: *[None, Some("Renders")].choose(rng).unwrap(),
        }
    }
}

/// Paths that no entry had before.
#[derive(Debug, Default)]
pub struct Paths(u32);

impl Paths {
    fn fresh(&mut self) -> String {
        self.0 += 1;
        format!("p{}", self.0)
    }
}

/// The file before any fault.
pub fn first(rng: &mut StdRng) -> Config {
    let mut entries = BTreeMap::new();
    for name in ["a", "b", "c", "d", "e"] {
        if rng.random_bool(0.6) {
            entries.insert(name.to_owned(), Entry::random(format!("first-{name}"), rng));
        }
    }
    let max_deletes = rng.random_bool(0.15).then(|| rng.random_range(0..3));
    Config { entries, removed: BTreeSet::new(), mark: rng.random_bool(0.4), max_deletes }
}

/// The next version of a file. Where somebody else makes duplicates, no spec comes back, and the mark stays.
pub fn edited(from: &Config, much: bool, has_duplicates: bool, paths: &mut Paths, rng: &mut StdRng) -> Config {
    let mut config = Config { entries: BTreeMap::new(), ..from.clone() };
    let edit = if much { 0.6 } else { 0.3 };
    for (name, entry) in &from.entries {
        let (name, mut entry) = (name.clone(), entry.clone());
        match rng.random_range(0..8) {
            _ if !rng.random_bool(edit) => {}
            0 if !entry.protected => continue,
            1 if !entry.protected => {
                config.removed.insert(name);
                continue;
            }
            2 if !entry.protected => {
                config.entries.insert(format!("{name}r"), entry);
                continue;
            }
            3 => entry.rotation += 1,
            4 => entry.description = Some(*["Renders", "Uploads", "Both"].choose(rng).unwrap()),
            5 if !entry.protected => entry.destroy_first = !entry.destroy_first,
            _ => entry.path = paths.fresh(),
        }
        config.entries.insert(name, entry);
    }
    if !has_duplicates {
        if rng.random_bool(0.25) {
            swap(&mut config.entries, rng);
        }
        if rng.random_bool(0.25) {
            share(from, &mut config.entries, paths, rng);
        }
        if rng.random_bool(0.2) {
            config.mark = !config.mark;
        }
    }
    for name in ["v", "w", "x", "y", "z"] {
        let is_new = !config.entries.contains_key(name) && !config.removed.contains(name);
        if rng.random_bool(if much { 0.4 } else { 0.15 }) && is_new {
            config.entries.insert(name.to_owned(), Entry::random(paths.fresh(), rng));
        }
    }
    config.removed.retain(|name| !config.entries.contains_key(name));
    if config.entries.is_empty() {
        config.entries.insert("only".to_owned(), Entry::random(paths.fresh(), rng));
    }
    config
}

/// The entries that may move: a protected one that another takes the place of would be deleted, and that is refused.
fn unprotected(entries: &BTreeMap<String, Entry>) -> Vec<String> {
    entries.iter().filter(|(_, entry)| !entry.protected).map(|(name, _)| name.clone()).collect()
}

/// Two entries change their places.
fn swap(entries: &mut BTreeMap<String, Entry>, rng: &mut StdRng) {
    let names = unprotected(entries);
    let (Some(one), Some(other)) = (names.choose(rng), names.choose(rng)) else { return };
    let (first, second) = (entries[one].clone(), entries[other].clone());
    entries.insert(one.clone(), Entry { path: second.path, description: second.description, ..first.clone() });
    if one != other {
        let back = Entry { path: first.path, description: first.description, ..entries[other].clone() };
        entries.insert(other.clone(), back);
    }
}

/// A new entry takes over the spec of one that gets another.
fn share(from: &Config, entries: &mut BTreeMap<String, Entry>, paths: &mut Paths, rng: &mut StdRng) {
    let names: Vec<String> = unprotected(entries).into_iter().filter(|name| from.entries.contains_key(name)).collect();
    let Some(name) = names.choose(rng) else { return };
    let Some(entry) = entries.get_mut(name) else { return };
    let taken = entry.clone();
    entry.path = paths.fresh();
    entries.insert(format!("{name}s"), taken);
}

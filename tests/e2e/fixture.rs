//! A fixture of an earlier version, copied to a temporary folder with a sandbox that goes on from its database.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::support::{Live, Run, World, finish};

/// Where the fixtures are.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// An entry as `state list --format json` tells it, or a predecessor of one.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Listed {
    #[serde(default)]
    pub name: String,
    pub endpoint_id: Option<String>,
    pub url: String,
    pub description: Option<String>,
    #[serde(default)]
    pub deposed: Vec<Listed>,
    pub until: Option<String>,
}

impl Listed {
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self).chain(&self.deposed).filter_map(|one| one.endpoint_id.as_deref())
    }
}

/// A fixture in a temporary folder.
pub struct Fixture {
    pub world: World,
    /// Flags of every command.
    flags: Vec<String>,
    /// The sandbox's database, beside the configuration or, of the one inside the command, beside the state.
    database: &'static str,
}

impl Fixture {
    pub fn open(from: &Path) -> Self {
        let mut world = World::new();
        copy(from, &world.path("."));
        world.write("identity.txt", &fs::read_to_string(folder().join("identity.txt")).unwrap());
        let words = |name: &str| -> Vec<String> {
            let text = fs::read_to_string(from.join(name)).unwrap_or_default();
            text.lines().map(str::to_owned).collect()
        };
        let database = if from.join("api.json").exists() { "api.json" } else { "state/webhooks.sandbox.json" };
        if database == "api.json" {
            let flags = words("sandbox.flags");
            world.start_sandbox(&flags.iter().map(String::as_str).collect::<Vec<_>>());
        }
        Self { world, flags: words("cli.flags"), database }
    }

    /// A run under the real clock: the sandbox has no other.
    pub fn run(&self, args: &[&str]) -> Run {
        let mut command = self.world.command(args);
        command.args(&self.flags).env_remove("HOOKWRIGHT_NOW");
        finish(command)
    }

    pub fn ok(&self, args: &[&str]) -> String {
        let run = self.run(args);
        assert_eq!(run.code, Some(0), "step {args:?}: it must succeed\n{}\n{}", run.stdout, run.stderr);
        run.stdout
    }

    /// Whether a state was left at all; a plan file may be older than its state.
    pub fn has_state(&self) -> bool {
        self.world.path("state").exists()
    }

    pub fn listed(&self) -> Vec<Listed> {
        if !self.has_state() {
            return Vec::new();
        }
        serde_json::from_str(&self.ok(&["state", "list", "--format", "json"])).unwrap()
    }

    /// What the sandbox's database holds, by id. What changed is in it once the sandbox has stopped.
    pub fn live(&self) -> BTreeMap<String, Live> {
        let Ok(text) = fs::read_to_string(self.world.path(self.database)) else { return BTreeMap::new() };
        let database: serde_json::Value = serde_json::from_str(&text).unwrap();
        let all = database["endpoints"].as_object().unwrap().values();
        let all = all.map(|endpoint| serde_json::from_value::<Live>(endpoint.clone()).unwrap());
        all.map(|endpoint| (endpoint.endpoint_id.clone(), endpoint)).collect()
    }

    /// A file that ends so, from the folder or from `state`.
    pub fn file(&self, ending: &str) -> Option<String> {
        let files = files(&self.world.path(""));
        let found = files.keys().find(|path| path.to_string_lossy().ends_with(ending))?;
        Some(found.to_str().unwrap().to_owned())
    }
}

fn copy(from: &Path, to: &Path) {
    for (path, bytes) in files(from) {
        fs::create_dir_all(to.join(&path).parent().unwrap()).unwrap();
        fs::write(to.join(&path), bytes).unwrap();
    }
}

/// Every file below a folder, by its path from there.
pub fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()) {
        let name = PathBuf::from(entry.file_name());
        if entry.path().is_dir() {
            found.extend(files(&entry.path()).into_iter().map(|(path, bytes)| (name.join(path), bytes)));
        } else {
            found.insert(name, fs::read(entry.path()).unwrap());
        }
    }
    found
}

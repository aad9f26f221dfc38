//! States, journals, errored files and plan files of earlier versions (`tests/fixtures`): this version opens each of
//! them, goes on from it, and loses, duplicates and deletes nothing. It states what must hold, not how it is said.
//!
//! `HOOKWRIGHT_FIXTURE=0.1.0/errored cargo test --test e2e fixtures` runs one alone.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::SystemTime;

use crate::fixture::{Fixture, Listed, files, folder};
use crate::support::{Live, Run};

/// The one entry whose secret no fixture has: it was imported without it.
const UNKNOWN: &str = "unknown";
/// Where the endpoints live that no fixture manages.
const UNMANAGED: &str = "https://stranger.example.com/";
const IDENTITY: [&str; 2] = ["--identity", "identity.txt"];

/// Every command that reads opens it, and writes nothing.
fn reads(fixture: &Fixture) {
    let state = || {
        let mut files = files(&fixture.world.path(""));
        files.retain(|path, _| path.starts_with("state"));
        files
    };
    let before = state();
    let of_state = [&["state", "list"][..], &["show"], &["secret", "list"]];
    let of_state = of_state.into_iter().filter(|_| fixture.has_state());
    for args in of_state.chain([&["plan"][..], &["plan", "--refresh=false"]]) {
        fixture.ok(args);
        assert!(state() == before, "step {args:?}: a command that reads must not write to the state's folder");
    }
}

/// Every secret that the state has is the endpoint's own: of each entry, and of its newest predecessor.
fn secrets(fixture: &Fixture, when: &str) {
    if !fixture.has_state() {
        return;
    }
    let live = fixture.live();
    let secret = |id: &str| live.get(id).map(|endpoint| endpoint.signing_secret.clone());
    let exported = fixture.ok(&[&["secret", "export", "--format", "json", "--with-previous"], &IDENTITY[..]].concat());
    let exported: BTreeMap<String, String> = serde_json::from_str(&exported).unwrap();
    let exported: BTreeSet<String> = exported.into_values().collect();
    let listed = fixture.listed();
    for entry in listed.iter().filter(|entry| entry.endpoint_id.is_some()) {
        let Listed { name, deposed, .. } = entry;
        let show = [&["secret", "show", name][..], &IDENTITY].concat();
        if name == UNKNOWN {
            let run = fixture.run(&show);
            assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "step {show:?}, {when}: nobody knows it");
            continue;
        }
        let shown = fixture.ok(&show);
        let own = entry.endpoint_id.as_deref().and_then(secret);
        assert!(own.as_deref() == Some(shown.trim()), "step {show:?}, {when}: it is not the endpoint's secret");
        let known = deposed.iter().filter_map(|old| secret(old.endpoint_id.as_deref()?)).any(|s| exported.contains(&s));
        assert!(
            deposed.is_empty() || known,
            "step `secret export`, {when}: the secret of {name}'s predecessor is lost"
        );
    }
    let ours: BTreeSet<String> = listed.iter().flat_map(Listed::ids).filter_map(secret).collect();
    assert!(exported.is_subset(&ours), "step `secret export`, {when}: it exports a secret of no endpoint of the state");
}

/// A plan file opens and is applied, or is refused for its version; then nothing is changed.
fn plan_file(fixture: &Fixture, file: &str) {
    let of_version = |run: &Run| run.code == Some(1) && run.stderr.contains("version");
    let shown = fixture.run(&["show", file]);
    let opens = shown.code == Some(0) && shown.stdout.contains("Plan: ");
    assert!(opens || of_version(&shown), "step `show {file}`: {shown:?}");
    let before = (fixture.live(), fixture.listed());
    let applied = fixture.run(&["apply", file]);
    if applied.code != Some(0) {
        assert!(of_version(&applied), "step `apply {file}`: {}\n{}", applied.stdout, applied.stderr);
        assert_eq!((fixture.live(), fixture.listed()), before, "step `apply {file}`: refused, it changed something");
        return;
    }
    let plan = fixture.run(&["plan", "--detailed-exitcode"]);
    assert_eq!(plan.code, Some(0), "step `plan` after `apply {file}`: something is left to do\n{}", plan.stdout);
    let done = (fixture.live(), fixture.listed());
    assert_eq!(fixture.run(&["apply", file]).code, Some(1), "step `apply {file}` once more: it was applied already");
    assert_eq!((fixture.live(), fixture.listed()), done, "step `apply {file}` once more: it changed something");
}

/// One apply does all that is left to do.
fn converges(fixture: &Fixture) {
    let apply = || {
        let said = fixture.ok(&["apply", "--auto-approve"]);
        let plan = fixture.run(&["plan", "--detailed-exitcode"]);
        (plan.code == Some(0), format!("{said}\n{}\n{}", plan.stdout, plan.stderr))
    };
    let (done, said) = apply();
    assert!(done, "step `plan` after `apply`: something is left to do\n{said}");
}

/// Whatever was in the state and is still wanted is still there; what is live is in the state or was never ours.
fn judge(fixture: &Fixture, had: &[Listed], lived: &BTreeMap<String, Live>) {
    let (has, lives) = (fixture.listed(), fixture.live());
    let config: toml::Table = toml::from_str(&fixture.world.read("webhooks.toml")).unwrap();
    let wanted: BTreeSet<&str> = config["webhooks"].as_table().unwrap().keys().map(String::as_str).collect();
    let names: BTreeSet<&str> = has.iter().filter(|e| e.endpoint_id.is_some()).map(|e| e.name.as_str()).collect();
    assert_eq!(names, wanted, "at the end: the state has other entries than the configuration");

    let managed: BTreeSet<&str> = has.iter().flat_map(Listed::ids).collect();
    for old in had {
        let same = |new: &&Listed| new.url == old.url && new.description == old.description;
        if let (Some(id), Some(new)) = (&old.endpoint_id, has.iter().find(same)) {
            assert_eq!(new.endpoint_id.as_ref(), Some(id), "at the end: `{}` has another endpoint", new.name);
        }
        for deposed in &old.deposed {
            let until = humantime::parse_rfc3339(deposed.until.as_deref().unwrap()).unwrap();
            let kept = deposed.endpoint_id.as_deref().is_some_and(|id| managed.contains(id));
            assert!(kept || until <= SystemTime::now(), "at the end: `{}` lost a predecessor too early", old.name);
        }
    }
    let unmanaged = |live: &BTreeMap<String, Live>| -> Vec<Live> {
        live.values().filter(|endpoint| endpoint.url.starts_with(UNMANAGED)).cloned().collect()
    };
    assert_eq!(unmanaged(&lives), unmanaged(lived), "at the end: an unmanaged endpoint was touched");
    let ours = lives.values().filter(|endpoint| !endpoint.url.starts_with(UNMANAGED));
    let ours: BTreeSet<&str> = ours.map(|endpoint| endpoint.endpoint_id.as_str()).collect();
    assert_eq!(ours, managed, "at the end: left, what is live; right, what the state has");
}

/// Whether an errored file is recovered before the apply. After it, it changes nothing either way.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Recover {
    First,
    Last,
}

fn play(from: &Path, recover: Recover) {
    let mut fixture = Fixture::open(from);
    let lived = fixture.live();
    reads(&fixture);
    secrets(&fixture, "as it was left");
    let errored = fixture.file(".errored");
    if let (Recover::First, Some(errored)) = (recover, &errored) {
        fixture.ok(&["state", "recover", errored]);
        secrets(&fixture, "after `state recover`");
    }
    let had = fixture.listed();
    if let Some(plan) = fixture.file("plan.bin") {
        plan_file(&fixture, &plan);
    }
    converges(&fixture);
    if let Some(errored) = errored {
        let has = fixture.listed();
        let _ = fixture.run(&["state", "recover", &errored]);
        assert_eq!(fixture.listed(), has, "step `state recover` after `apply`: it changed the state");
    }
    fixture.world.stop_sandbox();
    judge(&fixture, &had, &lived);
    secrets(&fixture, "at the end");
}

/// The fixtures of every version: their folders.
fn all() -> Vec<PathBuf> {
    let folders = |of: &Path| -> Vec<PathBuf> {
        let paths = fs::read_dir(of).unwrap().map(|entry| entry.unwrap().path());
        paths.filter(|path| path.is_dir()).collect()
    };
    let mut all: Vec<PathBuf> = folders(&folder()).iter().flat_map(|version| folders(version)).collect();
    all.sort();
    all
}

#[test]
fn every_fixture_of_an_earlier_version_opens_and_converges_and_nothing_is_lost() {
    let only = std::env::var("HOOKWRIGHT_FIXTURE").ok();
    let mut cases: Vec<(PathBuf, Recover)> = all().into_iter().map(|path| (path, Recover::First)).collect();
    cases.retain(|(path, _)| only.as_ref().is_none_or(|only| path.ends_with(only)));
    assert!(!cases.is_empty(), "there is no such fixture");
    let is_errored = |path: &Path| files(path).keys().any(|file| file.extension().is_some_and(|end| end == "errored"));
    let again: Vec<_> = cases.iter().map(|(path, _)| (path.clone(), Recover::Last)).collect();
    cases.extend(again.into_iter().filter(|(path, _)| is_errored(path)));
    let (queue, failures) = (Mutex::new(cases), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some((path, recover)) = { queue.lock().unwrap().pop() } {
                    let Err(panic) = catch_unwind(AssertUnwindSafe(|| play(&path, recover))) else { continue };
                    let why = panic.downcast::<String>().map_or_else(|_| "see above".to_owned(), |why| *why);
                    let name = path.strip_prefix(folder()).unwrap().display().to_string();
                    failures.lock().unwrap().push(format!("fixture {name} (recover {recover:?}), {why}"));
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{} failed\n\n{}", failures.len(), failures.join("\n\n"));
}

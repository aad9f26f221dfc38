//! Faults crossed with kills, servers and plans: each world is run until it converges, and then nothing may be lost,
//! doubled, left behind or told. Seeded: world N is the same world every time, but for the moment of a random kill.
//!
//! `HOOKWRIGHT_WORLDS=320 cargo test --test e2e faults` runs as many worlds as it says; the default is a short set.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

use crate::support::{KEY, Live, Run, World, finish};

const SHORT: usize = 48;
/// Runs after which a world must have converged.
const MOST_RUNS: usize = 10;
/// How much later a late commit commits.
const LATE: Duration = Duration::from_millis(200);

const SERVERS: [&[&str]; 7] = [
    &[],
    &["--idempotency", "ignore"],
    &["--idempotency", "without-secret"],
    &["--idempotency", "honour-errors"],
    &["--idempotency", "ignore", "--list-lag", "300ms"],
    &["--list-lag", "300ms", "--answer-slash"],
    &["--legacy-list", "--idempotency", "ignore"],
];
const FAULTS: [&str; 28] = [
    "lost-before",
    "lost-after",
    "hang-after",
    "truncate",
    "no-secret",
    "500-before",
    "500-after",
    "503-before",
    "502-html-before",
    "502-html-after",
    "408-after",
    "409-before",
    "302-before",
    "200-after",
    "late-commit",
    "429",
    "402-credits",
    "401",
    "403",
    "list-500",
    "list-shift",
    "list-repeat",
    "list-stuck",
    "delete-500",
    "delete-lost-after",
    "twin",
    "outage",
    "none",
];
const POINTS: [&str; 12] = [
    "deletion-noted",
    "orphan-deleted",
    "keys-closed",
    "intent-durable",
    "answer-read",
    "receipt-written",
    "receipt-durable",
    "deleted",
    "state-written",
    "state-renamed",
    "journal-removed",
    "journal-created",
];

/// What a world is made of.
#[derive(Debug)]
struct Script {
    server: &'static [&'static str],
    faults: Vec<String>,
    kill: Kill,
    first: BTreeMap<String, Entry>,
    second: BTreeMap<String, Entry>,
    /// What the file says after the crash, where somebody edits it then.
    third: Option<BTreeMap<String, Entry>>,
    /// Whether creates carry a tag of their intent.
    mark: bool,
}

#[derive(Debug)]
enum Kill {
    Never,
    /// When the sandbox has seen so many requests of the faulty run.
    AtRequest(usize),
    AtPoint(String),
}

#[derive(Debug, Clone, PartialEq)]
struct Entry {
    path: String,
    destroy_first: bool,
    /// How long a replaced endpoint stays; `None` is the default, a day.
    overlap: Option<&'static str>,
}

impl Script {
    fn of(seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let entry = |rng: &mut StdRng, name: &str| Entry {
            path: format!("{name}-{}", rng.random_range(0..1000)),
            destroy_first: rng.random_bool(0.3),
            overlap: *[None, Some("0s"), Some("10m")].choose(rng).unwrap(),
        };
        let names = ["a", "b", "c", "d", "e", "f"];
        let mut first = BTreeMap::new();
        let mut second = BTreeMap::new();
        for name in names {
            match rng.random_range(0..6) {
                0 => drop(first.insert(name.to_owned(), entry(&mut rng, name))),
                1 => {
                    let kept = entry(&mut rng, name);
                    first.insert(name.to_owned(), kept.clone());
                    second.insert(name.to_owned(), kept);
                }
                2 | 3 => {
                    first.insert(name.to_owned(), entry(&mut rng, name));
                    second.insert(name.to_owned(), entry(&mut rng, name));
                }
                _ => drop(second.insert(name.to_owned(), entry(&mut rng, name))),
            }
        }
        second.entry("z".to_owned()).or_insert_with(|| entry(&mut rng, "z"));
        let third = rng.random_bool(0.3).then(|| edited(&second, &mut rng));
        let fault = FAULTS[usize::try_from(seed).unwrap_or(0) % FAULTS.len()];
        let at = rng.random_range(1..4);
        let mut faults = match fault {
            "none" => vec![],
            "outage" => vec!["outage@4,5,6,7,8,9".to_owned()],
            fault if rng.random_bool(0.3) => vec![format!("{fault}@{at},{}", at + 1)],
            fault => vec![format!("{fault}@{at}")],
        };
        if fault == "twin" {
            faults.push(format!("{}@{at}", ["lost-after", "no-secret", "500-after"].choose(&mut rng).unwrap()));
        }
        let kill = match rng.random_range(0..3) {
            // A kill between the note of a send and the send leaves a send that never was: beside a stranger's exact
            // twin of the same minute nobody could tell them apart, and the contract promises nothing.
            _ if fault == "twin" => Kill::Never,
            0 => Kill::Never,
            1 => Kill::AtRequest(rng.random_range(1..10)),
            _ => Kill::AtPoint(format!("{}:{}", POINTS.choose(&mut rng).unwrap(), rng.random_range(1..3))),
        };
        let mark = rng.random_bool(0.4);
        Self { server: SERVERS.choose(&mut rng).unwrap(), faults, kill, first, second, third, mark }
    }
}

fn edited(entries: &BTreeMap<String, Entry>, rng: &mut StdRng) -> BTreeMap<String, Entry> {
    let mut edited = BTreeMap::new();
    for (name, entry) in entries {
        match rng.random_range(0..4) {
            0 => {}
            1 => drop(edited.insert(format!("{name}-renamed"), entry.clone())),
            2 => drop(edited.insert(name.clone(), Entry { path: format!("{}-edited", entry.path), ..entry.clone() })),
            _ => drop(edited.insert(name.clone(), entry.clone())),
        }
    }
    edited.entry("y".to_owned()).or_insert_with(|| Entry { path: "y".to_owned(), destroy_first: false, overlap: None });
    edited
}

fn config(mark: bool, entries: &BTreeMap<String, Entry>) -> String {
    let mut text = format!("[provider]\nmark = {mark}\n");
    for (name, Entry { path, destroy_first, overlap }) in entries {
        let _ = writeln!(text, "[webhooks.{name}]\nurl = \"https://hooks.example.com/{path}\"");
        let _ = writeln!(text, "events = [\"file.upload.failed\"]");
        if *destroy_first {
            let _ = writeln!(text, "lifecycle = {{ replace = \"destroy_before_create\" }}");
        } else if let Some(overlap) = overlap {
            let _ = writeln!(text, "lifecycle = {{ overlap = \"{overlap}\" }}");
        }
    }
    text
}

/// A world on its way, and everything that its runs said.
struct History {
    world: World,
    said: String,
}

impl History {
    fn keep(&mut self, run: Run) -> Run {
        let _ = write!(self.said, "{}\n{}\n-- {:?}\n", run.stdout, run.stderr, run.code);
        run
    }

    fn run(&mut self, args: &[&str], later: Duration) -> Run {
        let mut command = self.world.command(args);
        command.env_remove("HOOKWRIGHT_NOW");
        if !later.is_zero() {
            command.env("HOOKWRIGHT_NOW", humantime::format_rfc3339_seconds(SystemTime::now() + later).to_string());
        }
        let run = finish(command);
        self.keep(run)
    }

    /// The apply that meets the fault and the kill.
    fn faulty_apply(&mut self, kill: &Kill) {
        let mut command = self.world.command(APPLY);
        command.env_remove("HOOKWRIGHT_NOW");
        match kill {
            Kill::Never => drop(self.keep(finish(command))),
            Kill::AtPoint(point) => {
                command.env("HOOKWRIGHT_CRASH_AT", point);
                drop(self.keep(finish(command)));
            }
            Kill::AtRequest(count) => {
                let requests = |world: &World| world.read("requests.jsonl").lines().count();
                let until = requests(&self.world) + count;
                let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
                while child.try_wait().unwrap().is_none() {
                    if requests(&self.world) >= until {
                        child.kill().unwrap();
                        child.wait().unwrap();
                        break;
                    }
                    std::thread::sleep(Duration::from_millis(1));
                }
            }
        }
    }
}

const APPLY: &[&str] = &["apply", "--auto-approve", "--parallelism", "3", "--request-timeout", "400ms"];

/// Runs a world to its end; what is wrong with it, if anything.
fn play(seed: u64) -> Result<Played, String> {
    let script = Script::of(seed);
    let mut history = History { world: World::new(), said: String::new() };
    let late = format!("{}ms", LATE.as_millis());
    let flags: Vec<&str> = script.server.iter().copied().chain(["--late", &late]).collect();
    history.world.start_sandbox(&flags);
    history.world.stranger("https://stranger.example.com/x");
    history.world.config(&config(script.mark, &script.first));
    if !script.first.is_empty() {
        // No fault yet: a busy machine's slow answer must not be one.
        let run = history.run(&APPLY[..4], Duration::ZERO);
        if run.code != Some(0) {
            return Err(format!("the first apply failed\n{}", history.said));
        }
    }
    let mut faulty = flags.clone();
    script.faults.iter().for_each(|fault| faulty.extend(["--fault", fault]));
    history.world.start_sandbox(&faulty);
    history.world.config(&config(script.mark, &script.second));
    history.faulty_apply(&script.kill);
    let wanted = script.third.as_ref().unwrap_or(&script.second);
    history.world.config(&config(script.mark, wanted));
    let commits_late = script.faults.iter().any(|fault| fault.starts_with("late-commit"));
    let runs = converge(&mut history, if commits_late { LATE } else { Duration::ZERO })?;
    history.world.stop_sandbox();
    judge(&history, &script, wanted).map_err(|wrong| format!("{wrong}\n{script:#?}\n{}", history.said))?;
    Ok(Played { runs, kill: format!("{:?}", script.kill).split(['(', ' ']).next().unwrap_or_default().to_owned() })
}

struct Played {
    runs: usize,
    kill: String,
}

/// Applies until a plan is empty, again when eleven minutes have settled what was lost, and again when every overlap has
/// ended. Those times are the clock's word alone, so what commits `late`, and would have by then, is given that time.
fn converge(history: &mut History, late: Duration) -> Result<usize, String> {
    for round in 0..MOST_RUNS {
        let later = match round {
            0..3 => Duration::ZERO,
            3..6 => Duration::from_secs(11 * 60),
            _ => Duration::from_secs(25 * 3600),
        };
        if round == 3 {
            std::thread::sleep(late);
        }
        let run = history.run(APPLY, later);
        let plan = history.run(&["plan", "--detailed-exitcode"], later);
        if run.code == Some(0) && plan.code == Some(0) && is_settled(&history.world.state()) {
            return Ok(round + 1);
        }
    }
    Err(format!("it did not converge\n{}\n{}", history.said, history.world.read("requests.jsonl")))
}

/// Whether nothing is pending, and no endpoint stays beside its successor.
fn is_settled(state: &serde_json::Value) -> bool {
    let live = |old: &serde_json::Value| old["ended"].is_null();
    let overlaps =
        |slot: &serde_json::Value| slot["deposed"].as_array().is_some_and(|deposed| deposed.iter().any(live));
    let pending = state["pending"].as_array().is_none_or(|pending| !pending.is_empty());
    !pending && !state["endpoints"].as_object().unwrap().values().any(overlaps)
}

fn judge(history: &History, script: &Script, wanted: &BTreeMap<String, Entry>) -> Result<(), String> {
    let world = &history.world;
    let live = world.live();
    let state = world.state();
    let endpoints = state["endpoints"].as_object().unwrap();
    let by_id: BTreeMap<&str, &Live> = live.iter().map(|endpoint| (endpoint.endpoint_id.as_str(), endpoint)).collect();
    let current = |(name, slot): (_, &serde_json::Value)| (!slot["endpoint_id"].is_null()).then_some(name);
    let names: BTreeSet<&String> = endpoints.iter().filter_map(current).collect();
    if names != wanted.keys().collect() {
        return Err(format!("the state has {names:?}"));
    }
    let mut managed = BTreeSet::new();
    for (name, entry) in wanted {
        let id = endpoints[name]["endpoint_id"].as_str().unwrap();
        let Some(endpoint) = by_id.get(id) else { return Err(format!("`{name}` is {id} in the state, and not live")) };
        managed.insert(id);
        let url = format!("https://hooks.example.com/{}", entry.path);
        if endpoint.url.trim_end_matches('/') != url {
            return Err(format!("`{name}` has the url {}", endpoint.url));
        }
        let shown = world.run(&["secret", "show", name, "--identity", "identity.txt"]);
        if shown.stdout.trim() != endpoint.signing_secret {
            return Err(format!("`{name}` has another secret than it was given: {}", shown.stderr));
        }
    }
    left_behind(history, script, &live, &managed)?;
    let told = format!("{}{}", history.said, world.files());
    match live.iter().map(|endpoint| endpoint.signing_secret.as_str()).chain([KEY]).find(|canary| told.contains(canary))
    {
        Some(_) => Err("a secret is in clear".to_owned()),
        None => Ok(()),
    }
}

/// What is live and not in the state: strangers, untouched; and beside a stranger's exact twin, what was named.
fn left_behind(history: &History, script: &Script, live: &[Live], managed: &BTreeSet<&str>) -> Result<(), String> {
    let has_twin = script.faults.iter().any(|fault| fault.starts_with("twin"));
    let log = history.world.read("requests.jsonl");
    let twins = log.lines().filter(|line| line.contains("\"twin\"")).count();
    let ours = |id: &str| log.lines().any(|line| line.contains(id) && !line.contains("\"idempotency_key\":null"));
    let strangers = live.iter().filter(|endpoint| !ours(&endpoint.endpoint_id)).count();
    if strangers != 1 + twins {
        return Err(format!("{strangers} endpoints of strangers are live, and {} were made", 1 + twins));
    }
    for endpoint in live.iter().filter(|e| ours(&e.endpoint_id) && !managed.contains(e.endpoint_id.as_str())) {
        if !has_twin || !history.said.contains(&endpoint.endpoint_id) {
            return Err(format!("{} is ours, live, and in no state", endpoint.endpoint_id));
        }
    }
    Ok(())
}

#[test]
fn every_world_converges_and_loses_doubles_and_tells_nothing() {
    let worlds = std::env::var("HOOKWRIGHT_WORLDS").ok().map_or(SHORT, |n| n.parse().expect("a number of worlds"));
    let only: Option<u64> = std::env::var("HOOKWRIGHT_WORLD").ok().map(|n| n.parse().expect("the number of a world"));
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    let counts = Mutex::new(BTreeMap::<String, usize>::new());
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                loop {
                    let world = next.fetch_add(1, Ordering::SeqCst);
                    if world >= worlds {
                        break;
                    }
                    let seed = only.unwrap_or(world as u64);
                    match play(seed) {
                        Ok(played) => {
                            let mut counts = counts.lock().unwrap();
                            *counts.entry(format!("kill: {}", played.kill)).or_default() += 1;
                            *counts.entry(format!("converged in {} more", played.runs)).or_default() += 1;
                        }
                        Err(wrong) => failures.lock().unwrap().push(format!("world {seed}: {wrong}")),
                    }
                    if only.is_some() {
                        break;
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    println!("{worlds} worlds: {:#?}", counts.into_inner().unwrap());
    assert!(failures.is_empty(), "{} of {worlds} worlds failed\n\n{}", failures.len(), failures.join("\n\n"));
}

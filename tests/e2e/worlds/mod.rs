//! Faults crossed with kills, edits, clocks and servers: each world is run until it converges, and then nothing may be
//! lost, doubled, left behind or told. Seeded: world N is the same world every time, but for the moment of a random kill.
//!
//! `HOOKWRIGHT_WORLDS=320 cargo test --test e2e worlds` runs as many worlds as it says; the default is a short set.
//! `HOOKWRIGHT_WORLD_FIRST=320` begins with another one than world 0.

mod history;
mod judge;
mod script;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use history::{History, Played};
use script::Script;

use crate::support::Run;

/// How many worlds `cargo test` runs.
const SHORT: usize = 48;
/// Worlds at the same time: most of them wait most of the time.
const THREADS: usize = 8;
/// Runs after which a world must have converged.
const MOST_RUNS: usize = 12;
/// Runs after which a `destroy` must have ended.
const MOST_DESTROYS: usize = 4;

/// Runs a world to its end; what is wrong with it, if anything.
fn play(seed: u64) -> Result<Played, String> {
    let script = Script::of(seed);
    let mut history = History::begin(&script)?;
    let told = |history: &History, wrong: String| {
        format!("{wrong}\n{script:#?}\n{}\n{}", history.said, history.world.read("requests.jsonl"))
    };
    for round in &script.rounds {
        history.faulty(&script, round).map_err(|wrong| told(&history, wrong))?;
    }
    let runs = converge(&mut history, &script).map_err(|wrong| told(&history, wrong))?;
    history.world.stop_sandbox();
    judge::judge(&history, &script).map_err(|wrong| told(&history, wrong))?;
    if let Some(kill) = &script.destroyed {
        destroy(&mut history, &script, kill).map_err(|wrong| told(&history, wrong))?;
    }
    Ok(history.played(&script, runs))
}

/// Applies until a plan is empty, again when eleven minutes have settled what was lost, and again when every overlap has
/// ended: the API's clock goes on.
fn converge(history: &mut History, script: &Script) -> Result<usize, String> {
    history.restart(script, &[], Duration::ZERO);
    history.write(&script.wanted().config);
    for round in 0..MOST_RUNS {
        match round {
            3 => history.restart(script, &[], Duration::from_secs(11 * 60)),
            6 | 9 => history.restart(script, &[], Duration::from_secs(25 * 3600)),
            _ => {}
        }
        let run = history.apply(&script.overrides());
        let plan = history.run(&["plan", "--detailed-exitcode", "--format", "json"]);
        if run.code == Some(0) && plan.code == Some(0) && is_settled(&history.world.state()) {
            return Ok(round + 1);
        }
        if is_refused_for(&plan, "forget_in_overlap") {
            drop(history.run(&["apply", "--retire", "--auto-approve"]));
        }
    }
    Err("it did not converge".to_owned())
}

/// Whether a plan in JSON holds a refusal of this code.
fn is_refused_for(plan: &Run, code: &str) -> bool {
    let plan: serde_json::Value = serde_json::from_str(&plan.stdout).unwrap_or_default();
    plan["refusals"].as_array().is_some_and(|refusals| refusals.iter().any(|refusal| refusal["code"] == code))
}

/// Whether nothing is pending, and no endpoint stays beside its successor.
fn is_settled(state: &serde_json::Value) -> bool {
    let live = |old: &serde_json::Value| old["ended"].is_null();
    let overlaps =
        |slot: &serde_json::Value| slot["deposed"].as_array().is_some_and(|deposed| deposed.iter().any(live));
    let pending = state["pending"].as_array().is_none_or(|pending| !pending.is_empty());
    !pending && !state["endpoints"].as_object().unwrap().values().any(overlaps)
}

/// A `destroy` that meets faults and a kill, and is run again until it is done: no flag is needed for that.
fn destroy(history: &mut History, script: &Script, kill: &script::Kill) -> Result<(), String> {
    history.restart(script, &["delete-500@1".to_owned(), "delete-lost-after@2".to_owned()], Duration::ZERO);
    history.meet(&["destroy", "--auto-approve", "--allow-delete", "*"], kill);
    history.restart(script, &[], Duration::ZERO);
    for _ in 0..MOST_DESTROYS {
        let run = history.run(&["destroy", "--auto-approve", "--allow-delete", "*"]);
        if run.code == Some(0) {
            history.world.stop_sandbox();
            return judge::nothing_is_left(history, script);
        }
    }
    Err("the destroy did not end".to_owned())
}

#[test]
fn every_world_converges_and_loses_doubles_and_tells_nothing() {
    let number = |name| std::env::var(name).ok().map(|n| n.parse::<usize>().expect("a number"));
    let worlds = number("HOOKWRIGHT_WORLDS").unwrap_or(SHORT);
    let first = number("HOOKWRIGHT_WORLD_FIRST").unwrap_or(0);
    let seeds = number("HOOKWRIGHT_WORLD").map_or(first..first + worlds, |only| only..only + 1);
    let next = AtomicUsize::new(seeds.start);
    let failures = Mutex::new(Vec::new());
    let counts = Mutex::new(BTreeMap::<String, usize>::new());
    std::thread::scope(|scope| {
        for _ in 0..THREADS.min(seeds.len()) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    if !seeds.contains(&seed) {
                        break;
                    }
                    match play(seed as u64) {
                        Ok(Played(shapes)) => {
                            let mut counts = counts.lock().unwrap();
                            shapes.into_iter().for_each(|shape| *counts.entry(shape).or_default() += 1);
                        }
                        Err(wrong) => failures.lock().unwrap().push(format!("world {seed}: {wrong}")),
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    println!("worlds {seeds:?}: {:#?}", counts.into_inner().unwrap());
    let first_lines: BTreeSet<&str> = failures.iter().filter_map(|failure| failure.lines().next()).collect();
    let worlds = seeds.len();
    assert!(
        failures.is_empty(),
        "{} of {worlds} worlds failed: {first_lines:#?}\n\n{}",
        failures.len(),
        failures.join("\n\n")
    );
}

//! A world on its way: its sandbox, its clock, the runs, and everything that they said.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;

use super::script::{Config, Kill, Round, Script};
use crate::support::{Run, World, finish};

/// The apply that meets faults: it gives up on an answer soon.
const FAULTY: &[&str] = &["apply", "--auto-approve", "--parallelism", "3", "--request-timeout", "400ms"];
const APPLY: &[&str] = &["apply", "--auto-approve", "--parallelism", "3"];

/// A world and what happened in it.
pub struct History {
    pub world: World,
    pub said: String,
    /// Endpoints that an entry had when the file forgot it, by id.
    pub forgotten: BTreeMap<String, String>,
    /// How far the API's clock has gone on.
    passed: Duration,
}

/// The shapes that a world had.
pub struct Played(pub Vec<String>);

impl History {
    /// The world before its first fault: an endpoint that is not managed, and one an entry.
    pub fn begin(script: &Script) -> Result<Self, String> {
        let world = World::new();
        let mut history = Self { world, said: String::new(), forgotten: BTreeMap::new(), passed: Duration::ZERO };
        history.restart(script, &[], Duration::ZERO);
        if script.unmanaged_first {
            history.world.stranger("https://stranger.example.com/x");
        }
        history.write(&script.first);
        if !script.first.entries.is_empty() {
            // No fault yet: a busy machine's slow answer must not be one.
            let run = history.apply(&[]);
            if run.code != Some(0) {
                return Err(format!("the first apply failed\n{script:#?}\n{}", history.said));
            }
        }
        if !script.unmanaged_first {
            history.world.stranger("https://stranger.example.com/x");
        }
        Ok(history)
    }

    /// Starts the sandbox anew with these faults, its clock so much later.
    pub fn restart(&mut self, script: &Script, faults: &[String], later: Duration) {
        self.passed += later;
        let skew = script.skew + i64::try_from(self.passed.as_secs()).unwrap();
        let skew = format!("{}{}s", if skew < 0 { "-" } else { "" }, skew.unsigned_abs());
        let mut flags: Vec<&str> = script.server.to_vec();
        flags.extend(["--late", script.late, "--clock-skew", &skew]);
        faults.iter().for_each(|fault| flags.extend(["--fault", fault]));
        self.world.start_sandbox(&flags);
    }

    /// Writes the file.
    pub fn write(&self, config: &Config) {
        self.world.config(&config.text());
    }

    /// A run by the real clock.
    pub fn run(&mut self, args: &[&str]) -> Run {
        let mut command = self.world.command(args);
        command.env_remove("HOOKWRIGHT_NOW");
        let run = finish(command);
        self.keep(args, run)
    }

    /// An apply that meets no fault.
    pub fn apply(&mut self, flags: &[String]) -> Run {
        self.note_what_is_forgotten();
        let args: Vec<&str> = APPLY.iter().copied().chain(flags.iter().map(String::as_str)).collect();
        self.run(&args)
    }

    /// An apply that meets a round's faults and its kill.
    pub fn faulty(&mut self, script: &Script, round: &Round) -> Result<(), String> {
        self.restart(script, &round.faults, round.later);
        self.write(&round.config);
        self.note_what_is_forgotten();
        let before = self.world.read("requests.jsonl").len();
        self.meet(FAULTY, &round.kill);
        let deleted = self.deletions(before);
        match round.config.max_deletes {
            Some(most) if deleted.len() > most => Err(format!("max_deletes is {most}, and it deleted {deleted:?}")),
            _ => Ok(()),
        }
    }

    /// The ids that were asked to be deleted since a place in the log.
    pub fn deletions(&self, since: usize) -> BTreeSet<String> {
        let log = self.world.read("requests.jsonl");
        let lines = log[since..].lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let deletes = lines.filter(|line| line["method"] == "DELETE");
        deletes.filter_map(|line| Some(line["path"].as_str()?.rsplit('/').next()?.to_owned())).collect()
    }

    /// A command and how it ends before its time, if it does.
    pub fn meet(&mut self, args: &[&str], kill: &Kill) {
        let mut command = self.world.command(args);
        command.env_remove("HOOKWRIGHT_NOW");
        match kill {
            Kill::Never => drop(self.run(args)),
            Kill::AtPoint(point) => {
                command.env("HOOKWRIGHT_CRASH_AT", point);
                let run = finish(command);
                drop(self.keep(args, run));
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

    fn keep(&mut self, args: &[&str], run: Run) -> Run {
        let _ = write!(self.said, "$ {}\n{}\n{}\n-- {:?}\n", args.join(" "), run.stdout, run.stderr, run.code);
        run
    }

    /// What the entries have that the file forgets: it must stay live for ever.
    fn note_what_is_forgotten(&mut self) {
        let text = self.world.read("webhooks.toml");
        let Some(names) = text.lines().find_map(|line| line.strip_prefix("names = ")) else { return };
        // A destroy-first replacement may have deleted it before the file forgot the entry.
        let deleted = self.deletions(0);
        let listed = self.run(&["state", "list", "--format", "json"]);
        let Ok(Value::Array(entries)) = serde_json::from_str(&listed.stdout) else { return };
        for entry in entries {
            if let (Some(name), Some(id)) = (entry["name"].as_str(), entry["endpoint_id"].as_str())
                && names.contains(&format!("\"{name}\""))
                && !deleted.contains(id)
            {
                self.forgotten.insert(id.to_owned(), name.to_owned());
            }
        }
    }

    /// What this world was made of, in words that are counted.
    pub fn played(&self, script: &Script, runs: usize) -> Played {
        let mut shapes = vec![format!("converged in {runs} more"), format!("rounds: {}", script.rounds.len())];
        for round in &script.rounds {
            shapes.push(format!("kill: {}", format!("{:?}", round.kill).split(['(', ' ']).next().unwrap_or_default()));
        }
        let marks: BTreeSet<bool> = script.rounds.iter().map(|round| round.config.mark).collect();
        shapes.push(format!("mark: {marks:?}"));
        shapes.extend(script.destroyed.is_some().then(|| "destroyed".to_owned()));
        shapes.extend((!self.forgotten.is_empty()).then(|| "forgotten".to_owned()));
        Played(shapes)
    }
}

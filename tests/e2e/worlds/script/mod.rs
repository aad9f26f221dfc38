//! What a world is made of: a server, and rounds of edits, faults and kills, all drawn from its number.

mod edit;
mod faults;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

pub use edit::Entry;
pub use faults::Kill;

const SERVERS: [&[&str]; 7] = [
    &[],
    &["--idempotency", "ignore"],
    &["--idempotency", "without-secret"],
    &["--idempotency", "honour-errors"],
    &["--idempotency", "ignore", "--list-lag", "300ms"],
    &["--list-lag", "300ms", "--answer-slash"],
    &["--legacy-list", "--idempotency", "ignore"],
];
/// How much later a late commit commits, by the API's clock.
const LATE: [&str; 4] = ["200ms", "2s", "5m", "9m"];
/// How far the API's clock is from the runner's.
const SKEWS: [i64; 6] = [0, 0, 90, 3600, -3600, -90];

/// A world.
#[derive(Debug)]
pub struct Script {
    pub server: &'static [&'static str],
    pub late: &'static str,
    /// Seconds by which the API's clock is ahead of the runner's.
    pub skew: i64,
    /// Whether the endpoint that is not managed is the oldest one, so that a page that shifts lacks it.
    pub unmanaged_first: bool,
    pub first: Config,
    pub rounds: Vec<Round>,
    /// What the file says after the last crash, where somebody edits it then.
    pub last: Option<Round>,
    /// The kill of the `destroy` at the end, where there is one.
    pub destroyed: Option<Kill>,
    /// Whether somebody else makes exact duplicates.
    pub has_duplicates: bool,
}

/// A run that meets faults, and perhaps its end.
#[derive(Debug)]
pub struct Round {
    pub config: Config,
    pub faults: Vec<String>,
    pub kill: Kill,
    /// How long after the run before, by the API's clock.
    pub later: Duration,
}

/// What the file says.
#[derive(Debug, Clone)]
pub struct Config {
    pub entries: BTreeMap<String, Entry>,
    /// Names that are forgotten.
    pub removed: BTreeSet<String>,
    /// Whether creates carry a tag of their intent.
    pub mark: bool,
    pub max_deletes: Option<usize>,
}

impl Script {
    /// World N.
    pub fn of(seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let first = edit::first(&mut rng);
        let fault = faults::FAULTS[usize::try_from(seed).unwrap_or(0) % faults::FAULTS.len()];
        let has_duplicates = fault == "duplicate";
        let mark = first.mark;
        let mut paths = edit::Paths::default();
        let mut config = first.clone();
        // Beside an exact duplicate of the same minute nobody could tell an unmarked endpoint of ours by what a killed
        // run left behind: then the contract promises nothing, so there is one run and no kill.
        let exact = mark || !has_duplicates;
        let count = if exact { *[1, 1, 2, 2, 3, 4].choose(&mut rng).unwrap() } else { 1 };
        let mut rounds = Vec::new();
        for number in 0..count {
            config = edit::edited(&config, number == 0, has_duplicates, &mut paths, &mut rng);
            let faults = if number == 0 { faults::of(fault, &mut rng) } else { faults::any(has_duplicates, &mut rng) };
            let kill = if exact { faults::kill(&mut rng) } else { Kill::Never };
            let later = *[0, 0, 0, 11 * 60, 25 * 3600].choose(&mut rng).unwrap();
            let later = Duration::from_secs(if number == 0 { 0 } else { later });
            rounds.push(Round { config: config.clone(), faults, kill, later });
        }
        let last = rng.random_bool(0.3).then(|| {
            let config = edit::edited(&config, false, has_duplicates, &mut paths, &mut rng);
            Round { config, faults: Vec::new(), kill: Kill::Never, later: Duration::ZERO }
        });
        let end = last.as_ref().map_or(&config, |last| &last.config);
        // Protection refuses a `destroy`.
        let may_end = !end.entries.values().any(|entry| entry.protected);
        let destroyed = (may_end && rng.random_bool(0.3)).then(|| faults::kill_of_destroy(&mut rng));
        Self {
            server: SERVERS.choose(&mut rng).unwrap(),
            late: LATE.choose(&mut rng).unwrap(),
            skew: *SKEWS.choose(&mut rng).unwrap(),
            unmanaged_first: rng.random_bool(0.5),
            first,
            rounds,
            last,
            destroyed,
            has_duplicates,
        }
    }

    /// What is wanted in the end.
    pub fn wanted(&self) -> &Round {
        self.last.as_ref().or(self.rounds.last()).expect("a world has a round")
    }

    /// What the last runs may do that the first ones may not: more deletions than the limit, and beside a duplicate of
    /// somebody else's they make what is wanted.
    pub fn overrides(&self) -> Vec<String> {
        let mut flags = vec!["--allow-delete".to_owned(), "*".to_owned()];
        if self.has_duplicates {
            let names = self.wanted().config.entries.keys();
            flags.extend(names.flat_map(|name| ["--allow-duplicate".to_owned(), name.clone()]));
        }
        flags
    }
}

impl Config {
    /// The text of the file.
    pub fn text(&self) -> String {
        let mut text = format!("[provider]\nmark = {}\n", self.mark);
        if let Some(most) = self.max_deletes {
            let _ = writeln!(text, "[safety]\nmax_deletes = {most}");
        }
        if !self.removed.is_empty() {
            let names: Vec<&String> = self.removed.iter().collect();
            let _ = writeln!(text, "[removed]\nnames = {names:?}");
        }
        for (name, entry) in &self.entries {
            let _ = write!(text, "{}", entry.text(name));
        }
        text
    }
}

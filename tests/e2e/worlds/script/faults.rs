//! The faults and the kills that worlds are made of.

use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

/// Every kind that world N meets by its number.
pub const FAULTS: [&str; 32] = [
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
    "list-429",
    "list-shift",
    "list-miss",
    "list-repeat",
    "list-stuck",
    "list-endless",
    "delete-500",
    "delete-lost-after",
    "me-500",
    "duplicate",
    "outage",
    "none",
];
/// The faults that leave an outcome unknown.
const UNKNOWN: [&str; 7] =
    ["lost-after", "lost-before", "no-secret", "500-after", "503-before", "late-commit", "truncate"];
const POINTS: [&str; 13] = [
    "noted-ahead",
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

/// How a run ends before its time.
#[derive(Debug)]
pub enum Kill {
    Never,
    /// When the sandbox has seen so many requests of the run.
    AtRequest(usize),
    AtPoint(String),
}

/// One fault of that kind, at one request, at several, or at many.
pub fn of(kind: &str, rng: &mut StdRng) -> Vec<String> {
    let at = rng.random_range(1..4);
    match kind {
        "none" => Vec::new(),
        "outage" => vec!["outage@4,5,6,7,8,9".to_owned()],
        "duplicate" => vec![
            format!("twin@{at}"),
            format!("{}@{at}", ["lost-after", "no-secret", "500-after"].choose(rng).unwrap()),
        ],
        "list-miss" | "list-shift" => vec![format!("{kind}@{}", numbers(at, rng.random_range(1..6)))],
        kind => vec![format!("{kind}@{}", numbers(at, *[1, 1, 2, 4, 9].choose(rng).unwrap()))],
    }
}

/// The faults of a later round: mostly such as leave an outcome unknown, sometimes several kinds at once.
pub fn any(has_duplicates: bool, rng: &mut StdRng) -> Vec<String> {
    let mut faults = of(UNKNOWN.choose(rng).unwrap(), rng);
    if rng.random_bool(0.4) {
        let other = FAULTS.iter().filter(|kind| **kind != "duplicate").collect::<Vec<_>>();
        faults.extend(of(other.choose(rng).unwrap(), rng));
    }
    if has_duplicates {
        faults.extend(of("duplicate", rng));
    }
    faults
}

fn numbers(first: usize, count: usize) -> String {
    (first..first + count).map(|number| number.to_string()).collect::<Vec<_>>().join(",")
}

/// A kill at a request or at a point, or none.
pub fn kill(rng: &mut StdRng) -> Kill {
    match rng.random_range(0..3) {
        0 => Kill::Never,
        1 => Kill::AtRequest(rng.random_range(1..12)),
        _ => Kill::AtPoint(format!("{}:{}", POINTS.choose(rng).unwrap(), rng.random_range(1..3))),
    }
}

/// A kill that a `destroy` may meet.
pub fn kill_of_destroy(rng: &mut StdRng) -> Kill {
    let points = ["deletion-noted", "deleted", "state-written", "state-renamed", "journal-removed"];
    Kill::AtPoint(format!("{}:{}", points.choose(rng).unwrap(), rng.random_range(1..4)))
}

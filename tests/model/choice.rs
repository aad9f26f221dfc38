//! Where a history can go one way or another: every way in turn, or one by lot.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// The choices of one run. The first way of each choice is the plain course: no error, no kill.
pub struct Fate {
    script: Vec<usize>,
    taken: Vec<(usize, usize)>,
    dice: Option<StdRng>,
    told: Vec<String>,
}

impl Fate {
    /// Takes the ways that the script names, and the plain course after its end.
    pub fn scripted(script: Vec<usize>) -> Self {
        Self { script, taken: Vec::new(), dice: None, told: Vec::new() }
    }

    /// Takes every way by lot; the same seed takes the same ways.
    pub fn by_lot(seed: u64) -> Self {
        Self { dice: Some(StdRng::seed_from_u64(seed)), ..Self::scripted(Vec::new()) }
    }

    /// Which way this choice goes, among so many.
    pub fn choose(&mut self, ways: usize) -> usize {
        let way = match &mut self.dice {
            Some(dice) => {
                if dice.random_ratio(1, 2) {
                    dice.random_range(0..ways)
                } else {
                    0
                }
            }
            None => self.script.get(self.taken.len()).copied().unwrap_or(0),
        };
        self.taken.push((way, ways));
        way
    }

    /// Notes what came of a choice, for the trace of a violation.
    pub fn tell(&mut self, what: impl Into<String>) {
        self.told.push(what.into());
    }

    /// What was told.
    pub fn told(&self) -> String {
        self.told.join(" | ")
    }

    /// The scripts of every other way that leaves this one at a choice after the end of its script.
    pub fn others(&self) -> Vec<Vec<usize>> {
        let mut scripts = Vec::new();
        for at in self.script.len()..self.taken.len() {
            for way in 1..self.taken[at].1 {
                scripts.push(self.taken[..at].iter().map(|(way, _)| *way).chain([way]).collect());
            }
        }
        scripts
    }
}

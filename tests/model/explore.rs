//! Every history of a setup, breadth first, so that a violation comes with a shortest one; or histories by lot.

use std::collections::{HashSet, VecDeque};
use std::rc::Rc;

use super::between::between;
use super::check::{Broken, converges};
use super::choice::Fate;
use super::run::{Stop, run};
use super::world::{Setup, World};

/// What was explored, and the first broken promise.
#[derive(Debug, Default)]
pub struct Explored {
    pub states: usize,
    pub runs: usize,
    pub broken: Option<(Broken, String)>,
}

/// A run of a history, after those before it.
struct Past {
    told: String,
    before: Option<Rc<Self>>,
}

fn tell(past: &Past) -> String {
    let before = past.before.as_ref().map(|before| tell(before)).unwrap_or_default();
    format!("{before}\n  {}", past.told)
}

/// Every history of at most so many runs; ends with the first broken promise.
pub fn every(setup: &Setup, most_runs: usize) -> Explored {
    every_from(World::new(setup), setup, most_runs)
}

/// The same from this world on.
pub fn every_from(world: World, setup: &Setup, most_runs: usize) -> Explored {
    let (mut seen, mut known) = (HashSet::new(), HashSet::new());
    let mut queue = VecDeque::from([(world, None::<Rc<Past>>, 0)]);
    let mut explored = Explored::default();
    while let Some((world, before, depth)) = queue.pop_front() {
        for (label, next) in between(&world, setup) {
            let past = |told: &str| Rc::new(Past { told: format!("{label}: {told}"), before: before.clone() });
            let next = match next {
                Ok(next) => next,
                Err(broken) => {
                    explored.broken = Some((broken, tell(&past(""))));
                    return explored;
                }
            };
            let mut scripts = vec![Vec::new()];
            while let Some(script) = scripts.pop() {
                let mut fate = Fate::scripted(script);
                let mut world = next.clone();
                let ended = run(&mut world, setup, &mut fate);
                explored.runs += 1;
                scripts.extend(fate.others());
                let checked = match ended {
                    Err(Stop::Broken(broken)) => Err(broken),
                    _ if !seen.insert(world.key(true)) => continue,
                    _ => converges(&world, setup, &mut known),
                };
                explored.states = seen.len();
                if let Err(broken) = checked {
                    explored.broken = Some((broken, tell(&past(&fate.told()))));
                    return explored;
                }
                if depth + 1 < most_runs {
                    queue.push_back((world, Some(past(&fate.told())), depth + 1));
                }
            }
        }
    }
    explored
}

/// So many histories of at most so many runs, by lot.
pub fn by_lot(setup: &Setup, most_runs: usize, histories: u64, seed: u64) -> Explored {
    let (mut seen, mut known) = (HashSet::new(), HashSet::new());
    let mut explored = Explored::default();
    for history in 0..histories {
        let mut world = World::new(setup);
        let mut told = format!("\n  history {history} of seed {seed}");
        for number in 0..most_runs {
            let mut fate = Fate::by_lot(seed ^ (history << 8) ^ number as u64);
            let mut ways = between(&world, setup);
            let (label, next) = ways.swap_remove(fate.choose(ways.len()));
            let ended = next.and_then(|next| {
                world = next;
                match run(&mut world, setup, &mut fate) {
                    Err(Stop::Broken(broken)) => Err(broken),
                    _ if !seen.insert(world.key(true)) => Ok(()),
                    _ => converges(&world, setup, &mut known),
                }
            });
            explored.runs += 1;
            explored.states = seen.len();
            told += &format!("\n  {label}: {}", fate.told());
            if let Err(broken) = ended {
                explored.broken = Some((broken, told));
                return explored;
            }
        }
    }
    explored
}

//! The rules as they are keep every promise: exhaustively in small worlds, by lot in larger ones.

use hookwright::surface::{Ended, Record};

use super::choice::Fate;
use super::explore::{Explored, by_lot, every, every_from};
use super::run::{MEMORY, run};
use super::server::Keys;
use super::wording::Wording;
use super::world::{Budget, Edit, Setup, World, name};

const ALL_KEYS: [Keys; 3] = [Keys::Honoured, Keys::Ignored, Keys::WithoutSecret];
const ALL_EDITS: &[Edit] = &[
    Edit::Forget,
    Edit::Change,
    Edit::Rotate,
    Edit::Remove,
    Edit::Swap,
    Edit::Exchange,
    Edit::Rename,
    Edit::Import,
    Edit::Vanish,
    Edit::Recover,
];

/// A world in which nothing goes wrong.
pub fn setup(keys: Keys) -> Setup {
    Setup {
        keys,
        wording: Wording::Today,
        only: None,
        mark: false,
        falling_ids: false,
        same_5xx: true,
        overlap: true,
        destroy_first: false,
        errored: false,
        refusals: false,
        edits: &[],
        budget: Budget::default(),
    }
}

/// Explores every history of each world.
#[track_caller]
fn hold(worlds: &[(&str, Setup, usize)]) {
    for (world, setup, most_runs) in worlds {
        report(world, setup, every(setup, *most_runs));
    }
}

#[track_caller]
fn report(world: &str, setup: &Setup, explored: Explored) {
    let (keys, states, runs) = (setup.keys, explored.states, explored.runs);
    println!("{world}, {keys:?}: {states} states, {runs} runs");
    if let Some((broken, told)) = explored.broken {
        panic!("{world}, {keys:?}: {broken}{told}");
    }
}

fn of_all(world: &'static str, most_runs: usize, change: impl Fn(&mut Setup)) -> Vec<(&'static str, Setup, usize)> {
    let of = |keys| {
        let mut setup = setup(keys);
        change(&mut setup);
        (world, setup, most_runs)
    };
    ALL_KEYS.into_iter().map(of).collect()
}

#[test]
fn two_lost_answers_and_a_kill_lose_and_leave_nothing() {
    hold(&of_all("two losses, a kill", 2, |setup| setup.budget = Budget { losses: 2, kills: 1, ..Budget::default() }));
    hold(&of_all("two kills, timeouts", 3, |setup| {
        setup.same_5xx = false;
        setup.falling_ids = true;
        setup.budget = Budget { losses: 1, kills: 2, ..Budget::default() };
    }));
}

#[test]
fn a_listing_that_leaves_out_and_somebody_else_do_no_harm() {
    hold(&of_all("marked, an omission, a kill", 2, |setup| {
        setup.mark = true;
        setup.budget = Budget { losses: 1, kills: 1, omissions: 1, ..Budget::default() };
    }));
    hold(&of_all("marked, an omission, a stranger", 2, |setup| {
        setup.mark = true;
        setup.budget = Budget { losses: 1, omissions: 1, strangers: 1, ..Budget::default() };
    }));
    hold(&of_all("not marked, an omission, a stranger", 2, |setup| {
        setup.budget = Budget { losses: 1, omissions: 1, strangers: 1, ..Budget::default() };
    }));
}

#[test]
fn people_may_change_everything_while_a_create_is_lost() {
    hold(&of_all("every edit, a loss, a kill", 2, |setup| {
        setup.edits = ALL_EDITS;
        setup.errored = true;
        setup.budget = Budget { losses: 1, kills: 1, edits: 1, ..Budget::default() };
    }));
    hold(&of_all("two edits, a kill", 3, |setup| {
        setup.edits = &[Edit::Forget, Edit::Swap, Edit::Exchange, Edit::Rename, Edit::Import, Edit::Vanish];
        setup.budget = Budget { kills: 1, edits: 2, ..Budget::default() };
    }));
}

#[test]
fn replacements_end_with_the_successor_alone() {
    for destroy_first in [false, true] {
        let worlds = of_all("replacements, a loss, a kill", 3, |setup| {
            setup.overlap = !destroy_first;
            setup.destroy_first = destroy_first;
            setup.edits = &[Edit::Rotate, Edit::Change];
            setup.budget = Budget { losses: 1, kills: 1, edits: 1, ..Budget::default() };
        });
        hold(&worlds[..2]);
    }
}

#[test]
fn an_endpoint_that_turns_up_again_stays_until_its_successor_is_listed() {
    for keys in ALL_KEYS {
        let setup = Setup { refusals: true, overlap: false, ..setup(keys) };
        let mut world = World::new(&setup);
        run(&mut world, &setup, &mut Fate::scripted(Vec::new())).unwrap();
        let gone = world.state.current(&name("x")).unwrap().endpoint_id.clone();
        let until = world.now().after(MEMORY);
        let ended = Record::Ended { name: name("x"), endpoint_id: gone, how: Ended::Gone, until };
        world.fold(ended, setup.wording);
        world.left = Budget { losses: 1, kills: 1, ..Budget::default() };
        report("turned up again", &setup, every_from(world, &setup, 2));
    }
}

/// Larger worlds, by lot. `HOOKWRIGHT_MODEL=N` takes N times as many.
#[test]
fn long_histories_by_lot() {
    let times = std::env::var("HOOKWRIGHT_MODEL").ok().and_then(|n| n.parse().ok()).unwrap_or(1);
    let (mut states, mut runs) = (0, 0);
    for seed in 0..16 * times {
        let bit = |n: u64| seed >> n & 1 == 1;
        let setup = Setup {
            mark: bit(0),
            overlap: bit(1),
            same_5xx: bit(2),
            falling_ids: bit(3),
            destroy_first: bit(4) && !bit(1),
            errored: true,
            refusals: true,
            edits: ALL_EDITS,
            budget: Budget { losses: 4, kills: 2, omissions: 1, strangers: u8::from(seed % 4 == 3), edits: 3 },
            ..setup(ALL_KEYS[(seed % 3) as usize])
        };
        let explored = by_lot(&setup, 8, 10, seed);
        (states, runs) = (states + explored.states, runs + explored.runs);
        if let Some((broken, told)) = explored.broken {
            panic!("{broken}{told}\n{setup:?}");
        }
    }
    println!("by lot: {states} states, {runs} runs");
}

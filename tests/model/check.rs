//! What must never happen, and what must have happened in the end.

use std::fmt;

use hookwright::surface::Ledger;
use hookwright::surface::{EndpointId, Name};

use super::choice::Fate;
use super::run::{Exit, Stop, run};
use super::world::{EPOCH, Setup, World};

/// Runs after which a world without new trouble must have converged.
const MOST_RUNS: usize = 8;

/// What was promised and is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// No recorded endpoint is deleted as an orphan.
    RecordedStays,
    /// No orphan is deleted while its key may still answer it.
    OpenKeyStays,
    /// Somebody else's endpoint is never deleted.
    StrangerStays,
    /// No endpoint is deleted for its successor before that is live.
    SuccessorFirst,
    /// Exit 0: the recorded endpoints are live.
    ExitZeroIsLive,
    /// Exit 0: no certain orphan is live.
    ExitZeroLeavesNothing,
    /// Every wanted entry comes to have one live recorded endpoint.
    EveryEntryIsLive,
    /// No endpoint of ours stays live for ever.
    NothingIsLeft,
    /// The runs come to an end.
    RunsConverge,
}

/// A broken promise, with the endpoint or entry that it is about.
#[derive(Debug, Clone)]
pub struct Broken(pub Rule, pub String);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.0, self.1)
    }
}

/// The rule is broken; that counts unless the setup looks for another one.
fn broken(setup: &Setup, rule: Rule, what: impl fmt::Display) -> Result<(), Broken> {
    if setup.only.is_none_or(|only| only == rule) { Err(Broken(rule, what.to_string())) } else { Ok(()) }
}

/// A DELETE arrives: of an orphan, or of an endpoint that an entry's plan names.
pub fn deletion(world: &mut World, setup: &Setup, id: &EndpointId, of: Option<&Name>) -> Result<(), Broken> {
    let Some(endpoint) = world.server.live.remove(id) else { return Ok(()) };
    if of.is_some() {
        return Ok(());
    }
    let own = endpoint.key.as_ref().filter(|_| !world.given_up.contains(id));
    let Some(key) = own else {
        // Undecidable without a mark: made after a send of the same spec that nothing answered, and before the last one.
        let of_spec = || world.sends.iter().filter(|((spec, _), _)| *spec == endpoint.spec);
        let undecidable = of_spec().any(|((_, at), unanswered)| *at <= endpoint.made && *unanswered > 0)
            && of_spec().any(|((_, at), _)| *at >= endpoint.made);
        return if undecidable && !setup.mark { Ok(()) } else { broken(setup, Rule::StrangerStays, id) };
    };
    if world.recorded.contains(id) {
        return broken(setup, Rule::RecordedStays, id);
    }
    let open = world.state.intent(key).is_some_and(|intent| !intent.closed);
    if open { broken(setup, Rule::OpenKeyStays, format!("{id} of {key}")) } else { Ok(()) }
}

/// A planned DELETE is sent.
pub fn planned_deletion(world: &World, setup: &Setup, id: &EndpointId, of: &Name) -> Result<(), Broken> {
    if !world.recorded.contains(id) {
        return broken(setup, Rule::StrangerStays, id);
    }
    let wanted = world.file.webhooks.contains_key(of) && !setup.destroy_first;
    let successor = world.state.current(of).map(|managed| &managed.endpoint_id);
    let lives = successor.is_some_and(|id| world.server.live.contains_key(id));
    if wanted && !lives { broken(setup, Rule::SuccessorFirst, format!("{id} of {of}")) } else { Ok(()) }
}

/// A run said that everything is done, and its listings left nothing out.
pub fn after_exit_0(world: &World, setup: &Setup) -> Result<(), Broken> {
    if !world.server.late_creates.is_empty() || !world.server.late_deletes.is_empty() {
        return Ok(());
    }
    for name in world.file.webhooks.keys() {
        let dead = |id: &EndpointId| !world.server.live.contains_key(id);
        if world.state.current(name).is_none_or(|managed| dead(&managed.endpoint_id)) {
            return broken(setup, Rule::ExitZeroIsLive, name);
        }
    }
    let live = world.server.listing(None);
    if setup.wording == super::wording::Wording::Judge01 {
        let left = setup.wording.orphans(&world.state, &live);
        return left.first().map_or(Ok(()), |(_, id)| broken(setup, Rule::ExitZeroLeavesNothing, id));
    }
    let ledger = Ledger::new(&world.state, &live);
    let ours = |id: &&EndpointId| world.server.live[*id].key.is_some();
    for account in ledger.accounts().filter(|account| !account.is_open()) {
        if let Some(id) = ledger.candidates(account).certain.iter().find(ours) {
            return broken(setup, Rule::ExitZeroLeavesNothing, id);
        }
    }
    Ok(())
}

/// From here nothing goes wrong any more: whatever is under way arrives or does not, and every run is an epoch after
/// the last. `known` are worlds that are known to converge.
pub fn converges(world: &World, setup: &Setup, known: &mut std::collections::HashSet<u64>) -> Result<(), Broken> {
    let ways = 1_usize << (world.server.late_creates.len() + world.server.late_deletes.len());
    for way in 0..ways {
        let mut world = world.clone();
        world.left = Default::default();
        later(&mut world, setup, way)?;
        let mut passed = Vec::new();
        let mut steady = false;
        for _ in 0..MOST_RUNS {
            let key = world.key(false);
            if known.contains(&key) {
                steady = true;
                break;
            }
            passed.push(key);
            let before = (world.state.clone(), world.server.live.clone());
            let exit = match run(&mut world, setup, &mut Fate::scripted(Vec::new())) {
                Ok(exit) => exit,
                Err(Stop::Broken(broken)) => return Err(broken),
                Err(Stop::Killed) => unreachable!("nothing kills a run any more"),
            };
            if before == (world.state.clone(), world.server.live.clone()) {
                at_the_end(&world, setup, exit)?;
                steady = true;
                break;
            }
            world.now += EPOCH;
        }
        if !steady {
            return broken(setup, Rule::RunsConverge, format!("not after {MOST_RUNS} runs"));
        }
        known.extend(passed);
    }
    Ok(())
}

/// Ten minutes pass: what is under way arrives where its bit is set, and else never.
pub fn later(world: &mut World, setup: &Setup, way: usize) -> Result<(), Broken> {
    let creates = std::mem::take(&mut world.server.late_creates);
    let deletes = std::mem::take(&mut world.server.late_deletes);
    let many = creates.len();
    for (_, post) in creates.into_iter().enumerate().filter(|(at, _)| way >> at & 1 == 1) {
        world.server.commit(&post, world.now);
    }
    for (_, (id, of)) in deletes.into_iter().enumerate().filter(|(at, _)| way >> (at + many) & 1 == 1) {
        deletion(world, setup, &id, of.as_ref())?;
    }
    world.now += EPOCH;
    Ok(())
}

/// Nothing changes any more: every wanted entry has its one endpoint, and nothing else of ours is live.
fn at_the_end(world: &World, setup: &Setup, exit: Exit) -> Result<(), Broken> {
    let live = &world.server.live;
    let stranger = world.server.had_strangers || !world.given_up.is_empty();
    let forgotten = world.forgotten.iter().any(|id| live.contains_key(id));
    // Where nobody can tell ours from somebody else's, nothing more is sent, and a person decides.
    if (exit == Exit::Refused && (stranger || forgotten)) || (exit == Exit::Incomplete && stranger && !setup.mark) {
        return Ok(());
    }
    for (name, entry) in &world.file.webhooks {
        let current = world.state.current(name);
        let endpoint = current.and_then(|had| live.get(&had.endpoint_id));
        if endpoint.is_none_or(|endpoint| endpoint.spec != entry.wanted.spec) {
            return broken(setup, Rule::EveryEntryIsLive, format!("{name} ({exit:?})"));
        }
    }
    let known = |id: &EndpointId| {
        world.forgotten.contains(id) || world.state.currents().any(|(_, managed)| managed.endpoint_id == *id)
    };
    let left = live.iter().find(|(id, endpoint)| endpoint.key.is_some() && !known(id));
    match left {
        Some((id, _)) if !stranger || setup.mark => broken(setup, Rule::NothingIsLeft, id),
        _ => Ok(()),
    }
}

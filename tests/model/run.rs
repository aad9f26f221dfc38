//! One run of `apply`, written as one sequence: what `src/apply/{mod,run,bookkeeping,delete}.rs` do, as close to them
//! as a sequence can be. Every decision is the real code's; the process can be killed at every note.

use std::collections::BTreeSet;
use std::time::Duration;

use hookwright::surface::Record;
use hookwright::surface::{Action, Change, Order, Update};
use hookwright::surface::{EndpointId, Name};

use super::check::Broken;
use super::choice::Fate;
use super::wording::Wording;
use super::world::{Setup, World};

/// How long an endpoint that ended is remembered.
pub const MEMORY: Duration = Duration::from_secs(30 * 24 * 3600);

/// Why a run ends before its end.
#[derive(Debug)]
pub enum Stop {
    Killed,
    Broken(Broken),
}

pub type Step<T = ()> = Result<T, Stop>;

/// How a run ended that was not killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    Done,
    /// Exit 1: refused, nothing was changed.
    Refused,
    /// Exit 3.
    Incomplete,
}

/// One run that is under way.
pub struct Run<'a> {
    pub world: &'a mut World,
    pub setup: &'a Setup,
    pub fate: &'a mut Fate,
    pub changes: Vec<Change>,
    pub done: Vec<bool>,
    /// Every endpoint that stood in the state since the run began.
    pub ids: BTreeSet<EndpointId>,
    pub lost_any: bool,
    pub lost_in_a_row: u32,
    pub halted: bool,
    /// What repeated creates answered.
    pub expected: Vec<EndpointId>,
    pub left_behind: bool,
}

/// Runs `apply` once.
pub fn run(world: &mut World, setup: &Setup, fate: &mut Fate) -> Step<Exit> {
    world.state.drop_unsent();
    world.refused = false;
    let omissions = world.left.omissions;
    let ids = world.state.all().map(|(_, managed)| managed.endpoint_id.clone()).collect();
    let mut run = Run {
        world,
        setup,
        fate,
        ids,
        changes: Vec::new(),
        done: Vec::new(),
        expected: Vec::new(),
        lost_any: false,
        lost_in_a_row: 0,
        halted: false,
        left_behind: false,
    };
    let exit = run.whole()?;
    let saw_all = run.world.left.omissions == omissions;
    if exit == Exit::Done && saw_all {
        super::check::after_exit_0(run.world, setup).map_err(Stop::Broken)?;
    }
    Ok(exit)
}

impl Run<'_> {
    fn whole(&mut self) -> Step<Exit> {
        let live = self.look()?;
        let decided = self.setup.wording.plan(self.world, &live);
        if !decided.refused.is_empty() {
            self.world.refused = true;
            return Ok(Exit::Refused);
        }
        self.done = vec![false; decided.changes.len()];
        self.changes = decided.changes;
        self.bookkeeping(decided.tidy)?;
        let judge = self.setup.wording == Wording::Judge01;
        if !judge {
            self.planned_orphans()?;
        }
        let mut lost = Vec::new();
        for task in self.tasks() {
            lost.extend(self.one(task)?);
        }
        self.settle(lost)?;
        if judge {
            self.planned_orphans()?;
        }
        self.deletions()?;
        if !self.changes.is_empty() {
            self.closing()?;
        }
        let complete = self.done.iter().all(|done| *done) && !self.halted && !self.left_behind;
        Ok(if complete { Exit::Done } else { Exit::Incomplete })
    }

    /// Makes records durable, all or the first few: then the process is killed.
    pub fn note(&mut self, records: Vec<Record>) -> Step {
        let ways = if self.world.left.kills > 0 { records.len() + 1 } else { 1 };
        let killed_after = match self.fate.choose(ways) {
            0 => None,
            way => Some(way),
        };
        let all = records.len();
        for (at, record) in records.into_iter().enumerate() {
            if killed_after == Some(at) {
                break;
            }
            self.world.fold(record, self.setup.wording);
        }
        match killed_after {
            None => Ok(()),
            Some(noted) => self.die(format!("KILLED with {noted} of {all} notes durable")),
        }
    }

    /// The process may be killed here.
    pub fn perhaps_killed(&mut self, at: &str) -> Step {
        if self.world.left.kills > 0 && self.fate.choose(2) == 1 {
            return self.die(format!("KILLED {at}"));
        }
        Ok(())
    }

    fn die(&mut self, how: String) -> Step {
        self.world.left.kills -= 1;
        self.fate.tell(how);
        Err(Stop::Killed)
    }

    /// `bookkeeping::records`: what the state alone knows.
    fn bookkeeping(&mut self, tidy: Vec<Record>) -> Step {
        let at = self.world.now();
        let mut records = tidy;
        let from = |change: &Change| match &change.action {
            Action::Rename { from } | Action::Resend { from: Some(from), .. } => Some(from.clone()),
            _ => None,
        };
        let moves: BTreeSet<(Name, Name)> =
            self.changes.iter().filter_map(|change| Some((from(change)?, change.name.clone()))).collect();
        if !moves.is_empty() {
            records.push(Record::Renamed { moves: moves.into_iter().collect(), at });
        }
        records.extend(self.changes.iter().filter_map(record));
        if !records.is_empty() {
            self.note(records)?;
        }
        for (change, done) in self.changes.iter().zip(&mut self.done) {
            *done = matches!(change.action, Action::Rename { .. } | Action::Update(_) | Action::Abandon { .. });
        }
        Ok(())
    }

    /// `delete::all`: what the plan ends, and what a replacement without overlap replaced.
    fn deletions(&mut self) -> Step {
        for index in 0..self.changes.len() {
            let change = self.changes[index].clone();
            let (old, ends_change) = match change.action {
                Action::Delete { endpoint_id, .. } => (endpoint_id, true),
                Action::Replace { make, old, order: Order::CreateFirst, beside: _ } if make.overlap.is_zero() => {
                    (old, false)
                }
                Action::Resend { make, replaces: Some(old), .. } if make.overlap.is_zero() => (old, false),
                _ => continue,
            };
            if !ends_change && !self.done[index] {
                continue;
            }
            self.done[index] = false;
            if !self.may_begin() {
                continue;
            }
            let at = self.world.now();
            self.note(vec![Record::Deleting { endpoint_id: old.clone(), orphan_of: None, at }])?;
            if self.delete(&old, Some(&change.name))? {
                self.note(vec![Record::Deleted { endpoint_id: old, name: Some(change.name), orphan_of: None }])?;
                self.done[index] = true;
            }
        }
        Ok(())
    }

    pub fn may_begin(&self) -> bool {
        !self.halted
    }
}

/// `bookkeeping::record`: what a change does to the state alone.
fn record(change: &Change) -> Option<Record> {
    let name = change.name.clone();
    Some(match &change.action {
        Action::Update(Update { rotation, prevent_destroy, spec, events_as_written }) => Record::Updated {
            name,
            rotation: *rotation,
            prevent_destroy: *prevent_destroy,
            spec: spec.clone(),
            events_as_written: events_as_written.clone(),
        },
        Action::Abandon { key } => Record::Closed { key: key.clone() },
        _ => return None,
    })
}

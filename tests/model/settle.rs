//! Lost creates: what `src/apply/settle.rs` does.

use hookwright::surface::Next;
use hookwright::surface::Observed;
use hookwright::surface::{Intent, Record};

use super::run::{Run, Step};
use super::task::{Lost, Task};
use super::wording::Wording;

/// Sends of one create in one run.
const MOST_SENDS: u32 = 3;

impl Run<'_> {
    /// Settles every lost create, or leaves it to the next run.
    pub fn settle(&mut self, mut lost: Vec<Task>) -> Step {
        while !lost.is_empty() {
            let live = self.until_found(&lost)?;
            let mut again = Vec::new();
            for task in lost.into_iter().filter(|task| task.sends < MOST_SENDS) {
                again.extend(self.prepared(task, &live)?);
            }
            lost = Vec::new();
            for task in again {
                lost.extend(self.one(task)?);
            }
        }
        Ok(())
    }

    /// Lists until every lost create has a candidate, or the list has had time to catch up.
    fn until_found(&mut self, lost: &[Task]) -> Step<Vec<Observed>> {
        let mut live = Vec::new();
        for _ in 0..3 {
            live = self.list()?;
            let (wording, state) = (self.setup.wording, &self.world.state);
            if lost.iter().all(|task| !wording.candidates(state, &task.intent, &live).is_empty()) {
                break;
            }
        }
        Ok(live)
    }

    /// A lost create as it is sent next: as it is, under a fresh key, or not at all.
    fn prepared(&mut self, mut task: Task, live: &[Observed]) -> Step<Option<Task>> {
        let (wording, state) = (self.setup.wording, &self.world.state);
        let candidates = wording.candidates(state, &task.intent, live);
        let is_stuck = is_stuck(&task);
        let next = wording.before_send(state, &task.intent, live);
        if wording == Wording::Judge01 {
            task.matches.extend(candidates.all().cloned());
        }
        match next {
            Next::Stuck(_) => Ok(None),
            Next::Renew { close, delete } => {
                self.note(close.into_iter().map(|key| Record::Closed { key }).collect())?;
                for (key, id) in delete {
                    if !self.delete_orphan(&key, &id)? {
                        return Ok(None);
                    }
                }
                self.renew(task, live).map(Some)
            }
            Next::Send if is_stuck => {
                self.note(vec![Record::Closed { key: task.intent.key.clone() }])?;
                self.renew(task, live).map(Some)
            }
            Next::Send => {
                task.matches.extend(candidates.all().cloned());
                Ok(Some(task))
            }
        }
    }

    fn renew(&mut self, task: Task, live: &[Observed]) -> Step<Task> {
        let (key, tag) = self.fresh_key();
        self.fate.tell(format!("{} gives way to {key}", task.intent.key));
        let mut live_before = task.intent.live_before.clone();
        if self.setup.wording == Wording::Judge01 {
            live_before.extend(task.matches.iter().cloned());
        } else {
            let same = live.iter().filter(|seen| seen.is_duplicate_of(&task.intent.wanted.spec));
            live_before.extend(same.map(|seen| seen.id.clone()));
        }
        let fresh = Intent {
            key,
            tag,
            live_before,
            first_sent: None,
            last_sent: None,
            unanswered: 0,
            used: Default::default(),
            received: Default::default(),
            closed: false,
            ..task.intent.clone()
        };
        self.note(vec![Record::Intent(fresh.clone())])?;
        let (matches, last) = (Default::default(), [None, None]);
        Ok(Task { intent: fresh, noted: true, before: None, matches, last, old: false, ..task })
    }
}

/// As `settle::is_stuck`; no lost answer of this server is a 4xx.
fn is_stuck(task: &Task) -> bool {
    match task.last {
        [Some(Lost::Named), Some(_)] | [Some(Lost::Status), Some(Lost::Status)] => true,
        [Some(Lost::Named), None] => task.sends > 1,
        _ => false,
    }
}

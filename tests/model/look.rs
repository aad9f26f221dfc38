//! What a run sees, and what its deletions do.

use hookwright::surface::{EndpointId, Name, Observed};
use hookwright::surface::{Managed, State};

use super::check;
use super::run::{Run, Step, Stop};

/// Seconds for which a listing may lag behind a create.
const YOUNG: i64 = 60;

impl Run<'_> {
    /// `refresh::confirm`: what is missing is looked for again before it counts as gone.
    pub fn look(&mut self) -> Step<Vec<Observed>> {
        let mut live = self.list()?;
        let young = self.world.now - YOUNG;
        let mut agrees = self.setup.wording.second_look(&self.world.state, self.world.now());
        for made_since in [i64::MIN, young, young] {
            if !std::mem::take(&mut agrees) && !lacks(&self.world.state, &live, made_since) {
                break;
            }
            merge(&mut live, self.list()?);
        }
        Ok(live)
    }

    /// One listing. What is under way may commit before it, somebody else may make an endpoint, and it may leave one
    /// out.
    pub fn list(&mut self) -> Step<Vec<Observed>> {
        let now = self.world.now;
        for post in std::mem::take(&mut self.world.server.late_creates) {
            if self.fate.choose(2) == 1 {
                let id = self.world.server.commit(&post, now);
                self.fate.tell(format!("{} commits late: {id}", post.key));
            } else {
                self.world.server.late_creates.push(post);
            }
        }
        for (id, of) in std::mem::take(&mut self.world.server.late_deletes) {
            if self.fate.choose(2) == 1 {
                self.fate.tell(format!("the deletion of {id} arrives late"));
                check::deletion(self.world, self.setup, &id, of.as_ref()).map_err(Stop::Broken)?;
            } else {
                self.world.server.late_deletes.push((id, of));
            }
        }
        if self.world.left.strangers > 0 && self.fate.choose(2) == 1 {
            self.world.left.strangers -= 1;
            let id = self.world.server.by_somebody_else(super::world::spec(1), now);
            self.fate.tell(format!("somebody else makes {id}"));
        }
        let mut left_out = None;
        if self.world.left.omissions > 0 {
            let way = self.fate.choose(self.world.server.live.len() + 1);
            left_out = way.checked_sub(1).and_then(|at| self.world.server.live.keys().nth(at).cloned());
        }
        if let Some(id) = &left_out {
            self.world.left.omissions -= 1;
            self.fate.tell(format!("a listing leaves out {id}"));
        }
        Ok(self.world.server.listing(left_out.as_ref()))
    }

    /// Sends a DELETE whose note is durable; `false` where its answer is lost. `of`: the entry of a planned one.
    pub fn delete(&mut self, id: &EndpointId, of: Option<&Name>) -> Step<bool> {
        if let Some(of) = of {
            check::planned_deletion(self.world, self.setup, id, of).map_err(Stop::Broken)?;
        }
        let ways = if self.world.left.losses > 0 { 4 } else { 1 };
        let way = self.fate.choose(ways);
        self.fate.tell(format!("DELETE {id}: {}", ["done", "lost", "done, answer lost", "late"][way]));
        if way > 0 {
            self.world.left.losses -= 1;
        }
        if way == 3 {
            self.world.server.late_deletes.push((id.clone(), of.cloned()));
        }
        if way == 0 || way == 2 {
            check::deletion(self.world, self.setup, id, of).map_err(Stop::Broken)?;
        }
        if way == 0 {
            self.perhaps_killed("after the DELETE, which nothing has recorded")?;
        }
        Ok(way == 0)
    }
}

/// Adds a later listing to an earlier one.
pub fn merge(live: &mut Vec<Observed>, again: Vec<Observed>) {
    live.retain(|seen| !again.iter().any(|other| other.id == seen.id));
    live.extend(again);
    live.sort_by(|a, b| a.id.cmp(&b.id));
}

/// Whether an endpoint of the state, made no earlier than then, is missing from a listing.
fn lacks(state: &State, live: &[Observed], made_since: i64) -> bool {
    let counts = |managed: &&Managed| managed.ended.is_none() && !state.deleting.contains_key(&managed.endpoint_id);
    let mut made = state.all().map(|(_, managed)| managed).filter(counts);
    made.any(|managed| {
        let listed = live.iter().any(|seen| seen.id == managed.endpoint_id);
        managed.created_at.unwrap_or(i64::MIN) >= made_since && !listed
    })
}

//! Orphans: what `src/apply/orphan.rs` does.

use hookwright::surface::Action;
use hookwright::surface::Record;
use hookwright::surface::{EndpointId, Observed};

use super::run::{Run, Step};
use super::wording::Wording;

/// How the deletion of an orphan ended.
#[derive(Debug, PartialEq, Eq)]
enum Orphan {
    Deleted,
    /// It is an endpoint of the state.
    Kept,
    Failed,
}

impl Run<'_> {
    /// Deletes the orphans that the plan names.
    pub fn planned_orphans(&mut self) -> Step {
        for index in 0..self.changes.len() {
            let Action::DeleteOrphan { key, endpoint_id } = self.changes[index].action.clone() else { continue };
            if self.may_begin() {
                self.done[index] = self.send_orphan(&key, &endpoint_id)? == Orphan::Deleted;
            }
        }
        Ok(())
    }

    /// `orphan::delete`: one that was found on the way; `false` where it is still there.
    pub fn delete_orphan(&mut self, key: &str, id: &EndpointId) -> Step<bool> {
        let ended = self.send_orphan(key, id)?;
        self.left_behind |= ended == Orphan::Failed;
        Ok(ended != Orphan::Failed)
    }

    /// `orphan::send`, behind the one place that knows what has a receipt.
    fn send_orphan(&mut self, key: &str, id: &EndpointId) -> Step<Orphan> {
        let judge = self.setup.wording == Wording::Judge01;
        if (!judge && self.ids.contains(id)) || self.setup.wording.was_ours(&self.world.state, id) {
            return Ok(Orphan::Kept);
        }
        let orphan_of = Some(key.to_owned());
        let at = self.world.now();
        self.note(vec![Record::Deleting { endpoint_id: id.clone(), orphan_of: orphan_of.clone(), at }])?;
        if !self.delete(id, None)? {
            self.left_behind = true;
            return Ok(Orphan::Failed);
        }
        self.note(vec![Record::Deleted { endpoint_id: id.clone(), name: None, orphan_of }])?;
        Ok(Orphan::Deleted)
    }

    /// Lists once more where an answer is unknown, and deletes what is certainly left.
    pub fn closing(&mut self) -> Step {
        let open = self.world.state.pending.iter().any(|intent| intent.unanswered > 0);
        let judge = self.setup.wording == Wording::Judge01;
        if !(self.lost_any || !judge && (open || !self.expected.is_empty())) {
            return Ok(());
        }
        let mut live: Vec<Observed> = Vec::new();
        for _ in 0..3 {
            super::look::merge(&mut live, self.list()?);
            if judge || self.expected.iter().all(|id| live.iter().any(|seen| seen.id == *id)) {
                break;
            }
        }
        self.left_behind |= !judge && self.expected.iter().any(|id| !live.iter().any(|seen| seen.id == *id));
        for (key, id) in self.setup.wording.orphans(&self.world.state, &live) {
            self.delete_orphan(&key, &id)?;
        }
        Ok(())
    }
}

//! Creates: what `src/apply/create.rs` does.

use std::sync::LazyLock;

use hookwright::surface::Ciphertext;
use hookwright::surface::EndpointId;
use hookwright::surface::{Ended, Receipt, Record};

use super::run::{MEMORY, Run, Step, Stop};
use super::server::{Keys, Post};
use super::task::{Before, Lost, Task};
use super::wording::Wording;

static SEALED: LazyLock<Ciphertext> = LazyLock::new(|| serde_json::from_str("\"sealed\"").unwrap());

enum Sent {
    Made(EndpointId),
    Lost(Lost),
    Never,
}

impl Run<'_> {
    /// Sends a create once; what is lost comes back.
    pub fn one(&mut self, mut task: Task) -> Step<Option<Task>> {
        if task.sends == 0 && !self.may_begin() {
            return Ok(None);
        }
        if let Some(Before::Delete(old)) = task.before.clone() {
            if !self.destroy_first(&task, &old)? {
                return Ok(None);
            }
            task.before = None;
        }
        let lost = match self.send(&mut task)? {
            Sent::Never => return Ok(None),
            Sent::Lost(lost) => lost,
            Sent::Made(id) => match self.receive(&task, id)? {
                true => return Ok(None),
                false => Lost::Named,
            },
        };
        self.lost_any = true;
        self.lost_in_a_row += 1;
        self.halted |= self.lost_in_a_row >= 3;
        task.last = [Some(lost), task.last[0]];
        Ok(Some(task))
    }

    fn destroy_first(&mut self, task: &Task, old: &EndpointId) -> Step<bool> {
        let at = self.world.now();
        self.note(vec![Record::Deleting { endpoint_id: old.clone(), orphan_of: None, at }])?;
        if !self.delete(old, Some(&task.intent.name))? {
            return Ok(false);
        }
        let (name, until) = (task.intent.name.clone(), at.after(MEMORY));
        self.note(vec![Record::Ended { name, endpoint_id: old.clone(), how: Ended::Deleted, until }])?;
        Ok(true)
    }

    /// One send: note it, send it, note what came back.
    fn send(&mut self, task: &mut Task) -> Step<Sent> {
        let mut records = Vec::new();
        if let Some(Before::Gone(old)) = task.before.take() {
            let (name, until) = (task.intent.name.clone(), self.world.now().after(MEMORY));
            records.push(Record::Ended { name, endpoint_id: old, how: Ended::Gone, until });
        }
        if !task.noted {
            records.push(Record::Intent(task.intent.clone()));
        }
        let key = task.intent.key.clone();
        records.push(Record::Send { key: key.clone(), at: self.world.now() });
        *self.world.sends.entry((task.intent.wanted.spec.clone(), self.world.now)).or_default() += 1;
        self.note(records)?;
        (task.noted, task.sends) = (true, task.sends + 1);
        let post = Post::of(&task.intent);
        let repeated = self.world.server.knows(&key);
        let (lost, id) = match self.outcome(&key, repeated) {
            Outcome::Answered => (None, Some(self.world.server.commit(&post, self.world.now))),
            Outcome::Nothing => (Some(self.silence()), None),
            Outcome::Committed => (Some(self.silence()), Some(self.world.server.commit(&post, self.world.now))),
            Outcome::Late => {
                self.world.server.late_creates.push(post);
                (Some(self.silence()), None)
            }
            Outcome::Refused => {
                self.lost_in_a_row = 0;
                return self.refused(task);
            }
            Outcome::Errored => return self.errored(task, &post),
        };
        self.perhaps_killed("after the answer, which nothing has recorded")?;
        Ok(match (lost, id) {
            (Some(lost), _) => Sent::Lost(lost),
            (None, _) if self.setup.keys == Keys::WithoutSecret && repeated => Sent::Lost(Lost::Named),
            (None, Some(id)) => Sent::Made(id),
            (None, None) => Sent::Never,
        })
    }

    /// The journal does not take the receipt, and the run ends.
    fn errored(&mut self, task: &Task, post: &Post) -> Step<Sent> {
        let id = self.world.server.commit(post, self.world.now);
        let receipt = self.receipt(task, id);
        self.world.errored.push(receipt);
        self.fate.tell("only an errored file has the receipt");
        Err(Stop::Killed)
    }

    /// A 4xx: nothing was made.
    fn refused(&mut self, task: &Task) -> Step<Sent> {
        let key = task.intent.key.clone();
        self.note(vec![Record::Refused { key: key.clone() }])?;
        if self.world.state.intent(&key).is_none_or(|intent| intent.unanswered == 0) {
            self.note(vec![Record::Closed { key }])?;
        }
        Ok(Sent::Never)
    }

    fn silence(&self) -> Lost {
        if self.setup.same_5xx { Lost::Status } else { Lost::Silence }
    }

    fn outcome(&mut self, key: &str, repeated: bool) -> Outcome {
        let mut ways = vec![Outcome::Answered];
        if self.world.left.losses > 0 {
            ways.extend([Outcome::Nothing, Outcome::Committed, Outcome::Late]);
            ways.extend(self.setup.refusals.then_some(Outcome::Refused));
            let secret = self.setup.keys != Keys::WithoutSecret || !repeated;
            ways.extend((self.setup.errored && secret).then_some(Outcome::Errored));
        }
        let outcome = ways[self.fate.choose(ways.len())];
        self.fate.tell(format!("{key} sent: {outcome:?}"));
        if outcome != Outcome::Answered {
            self.world.left.losses -= 1;
        }
        outcome
    }

    /// Records the receipt; `false` where the answer names an endpoint that is known already.
    fn receive(&mut self, task: &Task, id: EndpointId) -> Step<bool> {
        self.lost_in_a_row = 0;
        let state = &self.world.state;
        let known = match self.setup.wording {
            Wording::Judge01 => state.all().any(|(_, managed)| managed.endpoint_id == id),
            wording => self.ids.contains(&id) || wording.was_ours(state, &id) || state.is_being_deleted(&id),
        };
        if known {
            return Ok(false);
        }
        let receipt = self.receipt(task, id.clone());
        self.ids.insert(id.clone());
        self.note(vec![Record::Receipt(receipt)])?;
        *self.world.sends.entry((task.intent.wanted.spec.clone(), self.world.now)).or_default() -= 1;
        if task.old || task.sends > 1 {
            self.expected.push(id);
        }
        self.done[task.index] = true;
        Ok(true)
    }

    fn receipt(&self, task: &Task, id: EndpointId) -> Receipt {
        Receipt {
            key: task.intent.key.clone(),
            answered: None,
            created_at: self.world.server.live.get(&id).map(|endpoint| endpoint.made),
            secret_last4: "1111".to_owned(),
            secret: SEALED.clone(),
            sealed_to: Default::default(),
            at: self.world.now(),
            key_honoured: task.matches.contains(&id),
            endpoint_id: id,
        }
    }
}

/// What becomes of one send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Answered,
    /// Lost; it made nothing.
    Nothing,
    /// Lost after the commit.
    Committed,
    /// Lost; it commits later, or never.
    Late,
    /// A 4xx.
    Refused,
    /// Answered, and only an errored file has the receipt.
    Errored,
}

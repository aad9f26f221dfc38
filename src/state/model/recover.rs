//! An errored file, or a journal that was moved away, brought into a state: what is taken, and what is not.

use super::intent::Intent;
use super::record::{Receipt, Record};
use super::state::{MOST_SERIAL, State};
use crate::endpoint::EndpointId;

/// Why a receipt of a file was not taken into a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Untaken {
    /// The state has the endpoint.
    Known,
    /// No create with its key is pending, or it has its receipt already.
    NotPending,
    /// Its deletion was noted.
    Deleted,
    /// Its entry has another endpoint since.
    Superseded,
}

impl State {
    /// Takes an errored file, or a journal that was moved away, begun on `base_serial`. What was not taken comes back
    /// with the reason; a receipt is taken only where nothing that happened since contradicts it.
    ///
    /// Where the state was written since the file was begun, its receipts alone count, and only those of creates that
    /// are still pending. Else all of the file happened after this state, and is replayed, once: the state's serial
    /// moves past it.
    pub fn recover(&mut self, records: Vec<Record>, base_serial: u64) -> Vec<(EndpointId, Untaken)> {
        let is_past = base_serial < self.serial || base_serial > MOST_SERIAL;
        let mut untaken = Vec::new();
        for record in records {
            match record {
                Record::Receipt(receipt) => match self.contradiction(&receipt) {
                    Some(why) => untaken.push((receipt.endpoint_id, why)),
                    None => self.fold(Record::Receipt(receipt)),
                },
                other if !is_past => self.fold(other),
                _ => {}
            }
        }
        if !is_past {
            self.serial = base_serial;
        }
        self.drop_unsent();
        untaken
    }

    fn contradiction(&self, receipt: &Receipt) -> Option<Untaken> {
        let id = &receipt.endpoint_id;
        if self.all().any(|(_, managed)| managed.endpoint_id == *id) {
            return Some(Untaken::Known);
        }
        let used = self.pending.iter().any(|intent| intent.used.contains(id));
        if used || self.deleting.contains_key(id) || self.former.contains(id) {
            return Some(Untaken::Deleted);
        }
        let awaits = |intent: &&Intent| intent.unanswered > 0 && intent.received.is_empty();
        let Some(intent) = self.intent(&receipt.key).filter(awaits) else {
            return Some(Untaken::NotPending);
        };
        let current = self.current(&intent.name).map(|managed| &managed.endpoint_id);
        (current.is_some() && current != intent.replaces.as_ref()).then_some(Untaken::Superseded)
    }
}

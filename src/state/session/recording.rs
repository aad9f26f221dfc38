//! The second half of a session: its journal is begun, so what happens can be recorded.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::held::Held;
use crate::endpoint::EndpointId;
use crate::state::backend::Rescue;
use crate::state::error::StoreError;
use crate::state::format::{Head, journal_bytes};
use crate::state::journal::{Durable, Journal};
use crate::state::model::{Receipt, Record, State};
use crate::timestamp::Timestamp;

/// The one writer of a state whose journal is begun.
///
/// What is recorded is in the state at once and durable when the returned [`Durable`] resolves; the document itself is
/// replaced by [`Recording::commit`] alone. Dropped without one, it leaves the journal to the next session.
#[derive(Debug)]
pub struct Recording {
    held: Held,
    current: Mutex<Current>,
}

#[derive(Debug)]
struct Current {
    state: State,
    /// Every endpoint that stood in the state since the journal was begun.
    ids: HashSet<EndpointId>,
    journal: Journal,
    changed: bool,
}

impl Recording {
    pub(super) fn new(held: Held, state: State, journal: Journal, changed: bool) -> Self {
        let ids = state.all().map(|(_, managed)| managed.endpoint_id.clone()).collect();
        Self { held, current: Mutex::new(Current { state, ids, journal, changed }) }
    }

    fn current(&self) -> MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the state without copying it.
    pub fn with_state<T>(&self, read: impl FnOnce(&State) -> T) -> T {
        read(&self.current().state)
    }

    /// How many creates are noted at once, ahead of so many workers: enough that none of them waits for the place where
    /// the state is, and few, since a note whose send never left costs the next run a search.
    pub fn ahead(&self, workers: usize) -> usize {
        match &self.held {
            Held::Leased(_) => workers.div_ceil(2),
            Held::Remote(_) => workers * 2,
        }
    }

    /// Records what happened: replayed into the state at once, durable when the returned value resolves.
    pub fn record(&self, records: Vec<Record>) -> Durable {
        self.current().record(records)
    }

    /// Records a receipt, unless its endpoint is known already: one that stands or stood in the state, or whose
    /// deletion was noted, is nobody's new endpoint.
    pub fn receive(&self, receipt: Receipt) -> Option<Durable> {
        let mut current = self.current();
        (!current.knows(&receipt.endpoint_id)).then(|| current.record(vec![Record::Receipt(receipt)]))
    }

    /// Notes that an orphan is about to be deleted, unless it has a receipt or stood in the state at any time: the one
    /// place where that is decided, under the lock that records receipts.
    pub fn note_orphan(&self, endpoint_id: EndpointId, key: String, at: Timestamp) -> Option<Durable> {
        let mut current = self.current();
        let ours = current.ids.contains(&endpoint_id) || current.state.was_ours(&endpoint_id);
        (!ours).then(|| current.record(vec![Record::Deleting { endpoint_id, orphan_of: Some(key), at }]))
    }

    /// Writes the state, if anything changed, with the next serial, and removes the journal that it now holds. `last`
    /// is in the state alone: it is true of nothing but a state that is saved.
    ///
    /// After an error the journal still stands and holds all but `last`; the next session replays it.
    pub async fn commit(self, last: Option<Record>) -> Result<State, Unsaved> {
        let Self { mut held, current } = self;
        let Current { mut state, journal, mut changed, .. } =
            current.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(record) = last {
            state.fold(record);
            changed = true;
        }
        state.folded = Some(journal.folded());
        let saved = match &mut held {
            Held::Remote(writer) => writer.commit(&mut state).await,
            Held::Leased(held) => {
                let written = if changed { held.replace(&mut state).await } else { Ok(()) };
                match written {
                    Ok(()) => journal.remove().await.map_err(StoreError::from),
                    error => error,
                }
            }
        };
        match saved {
            Ok(()) => Ok(state),
            Err(error) => Err(Unsaved { error, state, held }),
        }
    }
}

impl Current {
    fn record(&mut self, records: Vec<Record>) -> Durable {
        self.changed = true;
        let durable = self.journal.append(&records);
        for record in records {
            match &record {
                Record::Receipt(receipt) => drop(self.ids.insert(receipt.endpoint_id.clone())),
                Record::Imported { managed, .. } => drop(self.ids.insert(managed.endpoint_id.clone())),
                _ => {}
            }
            self.state.fold(record);
        }
        durable
    }

    fn knows(&self, id: &EndpointId) -> bool {
        self.ids.contains(id) || self.state.was_ours(id) || self.state.is_being_deleted(id)
    }
}

/// A recording whose commit failed. It holds the lease until it is dropped.
#[derive(Debug)]
pub struct Unsaved {
    /// Why.
    pub error: StoreError,
    /// The state that was not saved, under the serial of the one that stands.
    pub state: State,
    held: Held,
}

impl Unsaved {
    /// Saves records that the journal did not take, wherever there is room. Nothing in them is in clear.
    pub async fn rescue(&self, records: &[Record]) -> Rescue {
        let State { lineage, serial, .. } = &self.state;
        let journal = uuid::Uuid::new_v4().to_string();
        let head = Head { journal, lineage: lineage.clone(), base_serial: *serial };
        self.held.rescue(journal_bytes(&head, records)).await
    }
}

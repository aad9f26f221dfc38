//! The first half of a session: the lease is held and the journal replayed.

use std::sync::Arc;
use std::time::Duration;

use super::error::StoreError;
use super::held::Held;
use super::read::{Loaded, base, load};
use super::recording::Recording;
use crate::state::backend::Backend;
use crate::state::holder::Holder;
use crate::state::journal::Journal;
use crate::state::model::{State, VERSION};

/// The one writer of a state, before anything is recorded.
#[derive(Debug)]
pub struct Session {
    held: Held,
    state: State,
    changed: bool,
    holder: Holder,
}

impl Session {
    /// Takes the lease, loads, and makes the replay of a journal left behind durable.
    pub async fn open(backend: Arc<dyn Backend>, holder: &Holder, timeout: Duration) -> Result<Self, StoreError> {
        let lease = backend.lease(holder, timeout).await?;
        let Loaded { state, tag, base, objects } = load(&*backend).await?;
        // Whatever would keep the state from being written is found before anything is asked of anybody.
        backend.document().probe().await?;
        let state = state.unwrap_or_else(|| State::new(uuid::Uuid::new_v4().to_string()));
        let mut session = Self { held: Held::new(backend, lease, tag), state, changed: false, holder: holder.clone() };
        if objects > 0 {
            session.write().await?;
            session.held.backend.log(&base).remove(1..=objects).await?;
        }
        Ok(session)
    }

    /// The state as it now is.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Whether there is no state yet.
    pub fn is_new(&self) -> bool {
        self.held.tag.is_none()
    }

    /// Changes the state without a journal: for commands whose whole effect is one write.
    pub fn change(&mut self, change: impl FnOnce(&mut State)) {
        change(&mut self.state);
        self.changed = true;
    }

    /// Writes the state with the next serial, if anything changed.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        if self.changed { self.write().await } else { Ok(()) }
    }

    async fn write(&mut self) -> Result<(), StoreError> {
        self.held.replace(&mut self.state).await?;
        self.changed = false;
        Ok(())
    }

    /// Begins the journal, with at least so many bytes of room reserved where the backend can.
    ///
    /// A journal needs a state that it is begun on, so a new one is written first. So is a state of an older version, in
    /// today's: an older hookwright then refuses it, rather than take records that it does not know for a torn tail.
    pub async fn begin(mut self, room: u64) -> Result<Recording, StoreError> {
        if self.is_new() || self.state.version < VERSION {
            self.write().await?;
        }
        let base = base(&self.state);
        let journal = Journal::begin(self.held.backend.log(&base), base, self.holder, room).await?;
        Ok(Recording::new(self.held, self.state, journal, self.changed))
    }
}

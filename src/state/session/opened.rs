//! The first half of a session: the lease is held and the journal replayed.

use std::sync::Arc;
use std::time::Duration;

use super::held::{Held, Leasehold};
use super::read::{Loaded, base, load};
use super::recording::Recording;
use crate::state::backend::Backend;
use crate::state::error::StoreError;
use crate::state::holder::Holder;
use crate::state::journal::Journal;
use crate::state::model::{State, VERSION};
use crate::state::remote::{Acquired, Patience, Remote, acquire};

/// The one writer of a state, before anything is recorded.
#[derive(Debug)]
pub struct Session {
    held: Held,
    state: State,
    is_new: bool,
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
        let mut state = state.unwrap_or_else(|| State::new(uuid::Uuid::new_v4().to_string()));
        let is_new = tag.is_none();
        let mut held = Leasehold::new(Arc::clone(&backend), lease, tag);
        if objects > 0 {
            held.replace(&mut state).await?;
            backend.log(&base).remove(1..=objects).await?;
        }
        Ok(Self { held: Held::Leased(held), state, is_new, changed: false, holder: holder.clone() })
    }

    /// Takes over a remote state, waiting for another writer as `patience` says.
    pub(crate) async fn open_remote(
        remote: &Arc<Remote>,
        holder: &Holder,
        patience: &Patience,
    ) -> Result<Self, StoreError> {
        let Acquired { writer, state, is_new } = acquire(remote, holder, patience).await?;
        Ok(Self { held: Held::Remote(Box::new(writer)), state, is_new, changed: false, holder: holder.clone() })
    }

    /// The state as it now is.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Whether there is no state yet.
    pub fn is_new(&self) -> bool {
        self.is_new
    }

    /// Changes the state without a journal: for commands whose whole effect is one write.
    pub fn change(&mut self, change: impl FnOnce(&mut State)) {
        change(&mut self.state);
        self.changed = true;
    }

    /// Writes the state with the next serial, if anything changed, and gives it up. A remote state is given up by being
    /// written.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        match &mut self.held {
            Held::Leased(held) if self.changed => held.replace(&mut self.state).await,
            Held::Leased(_) => Ok(()),
            Held::Remote(writer) => writer.commit(&mut self.state).await,
        }
    }

    /// Begins the journal, with at least so many bytes of room reserved where the backend can.
    ///
    /// A journal needs a state that it is begun on, so a new one is written first. So is a state of an older version, in
    /// today's: an older hookwright then refuses it, rather than take records that it does not know for a torn tail.
    pub async fn begin(mut self, room: u64) -> Result<Recording, StoreError> {
        let journal = match &mut self.held {
            Held::Leased(held) => {
                if held.tag.is_none() || self.state.version < VERSION {
                    held.replace(&mut self.state).await?;
                    self.changed = false;
                }
                let base = base(&self.state);
                Journal::begin(held.backend.log(&base), base, self.holder, room).await?
            }
            Held::Remote(writer) => Journal::begun(writer.id().to_owned(), writer.tail()),
        };
        Ok(Recording::new(self.held, self.state, journal, self.changed))
    }
}

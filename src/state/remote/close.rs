//! The commit: the document is replaced, and its journal is garbage.

use super::look::look;
use super::tail::Closed;
use super::writer::Writer;
use super::{garbage, once};
use crate::crash;
use crate::state::backend::Replaced;
use crate::state::error::{RemoteError, StoreError};
use crate::state::format::document_bytes;
use crate::state::model::State;

impl Writer {
    /// Ends the journal, writes the state with the next serial, and removes what is garbage now; what is not removed is
    /// removed by a later commit. After an error the state has the old serial, and all that was recorded durably is in the
    /// journal, which the next writer replays.
    pub(crate) async fn commit(&mut self, state: &mut State) -> Result<(), StoreError> {
        let own = self.end().await?;
        self.replace(state, own).await
    }

    /// Commits what the journal holds, where nobody has taken over; where that fails the next writer does it.
    pub(super) async fn give_up(&mut self) {
        // What is read below must be all that was recorded: what is appended later would be removed unread.
        let Ok(own) = self.end().await else { return };
        if let Ok(Some(seen)) = look(&self.remote).await
            && seen.tag == self.tag
        {
            let mut state = seen.state;
            let _ = self.replace(&mut state, own).await;
        }
    }

    /// Ends the journal with all that was recorded; its last segment.
    async fn end(&mut self) -> Result<u64, StoreError> {
        self.is_closed = true;
        match self.tail.close().await {
            Closed { number, failed: None } => Ok(number),
            Closed { failed: Some(Ok(_)), .. } => Err(self.taken_over()),
            Closed { failed: Some(Err(error)), .. } => Err(error.into()),
        }
    }

    async fn replace(&mut self, state: &mut State, own: u64) -> Result<(), StoreError> {
        state.serial += 1;
        let document = self.remote.keys.document();
        let bytes = document_bytes(state);
        let error = match once::replace(&*self.remote.objects, document, Some(&self.tag), bytes).await {
            Ok(Replaced::Done(tag)) => {
                self.tag = tag;
                crash::here("state-replaced");
                garbage::remove(&self.remote, &self.base, own).await;
                return Ok(());
            }
            Ok(Replaced::Lost) => self.taken_over(),
            Err(error) => error.into(),
        };
        state.serial -= 1;
        Err(error)
    }

    fn taken_over(&self) -> StoreError {
        RemoteError::TakenOver { state: self.remote.name.clone() }.into()
    }
}

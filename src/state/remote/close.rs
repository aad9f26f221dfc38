//! The commit: the document is replaced, and its journal is garbage.

use super::look::look;
use super::tail::Closed;
use super::writer::Writer;
use super::{garbage, once};
use crate::crash;
use crate::state::backend::{Created, Replaced};
use crate::state::error::RemoteError;
use crate::state::error::StoreError;
use crate::state::format::document_bytes;
use crate::state::model::{Folded, State};

impl Writer {
    /// Writes the state with the next serial, ends the journal, and removes what is garbage now; what is not removed is
    /// removed by a later commit. After an error the state has the old serial, and all that was recorded durably is in the
    /// journal, which the next writer replays.
    pub(crate) async fn commit(&mut self, state: &mut State) -> Result<(), StoreError> {
        self.is_closed = true;
        let Closed { number, failed } = self.tail.close().await;
        match failed {
            None => {}
            Some(Ok(Created::Done | Created::Exists)) => return Err(self.taken_over()),
            Some(Err(error)) => return Err(error.into()),
        }
        let folded = state.folded.replace(Folded { journal: self.id.clone(), records: number });
        state.serial += 1;
        let document = self.remote.keys.document();
        let bytes = document_bytes(state);
        let replaced = once::replace(&*self.remote.objects, document, Some(&self.tag), bytes).await;
        let error = match replaced {
            Ok(Replaced::Done(tag)) => {
                self.tag = tag;
                crash::here("state-replaced");
                garbage::remove(&self.remote, &self.base, number).await;
                return Ok(());
            }
            Ok(Replaced::Lost) => self.taken_over(),
            Err(error) => error.into(),
        };
        state.serial -= 1;
        state.folded = folded;
        Err(error)
    }

    /// Commits what the journal holds, where nobody has taken over; where that fails the next writer does it.
    pub(super) async fn give_up(&mut self) {
        self.is_closed = true;
        if let Ok(Some(seen)) = look(&self.remote).await
            && seen.tag == self.tag
        {
            let mut state = seen.state;
            let _ = self.commit(&mut state).await;
        }
    }

    fn taken_over(&self) -> StoreError {
        RemoteError::TakenOver { state: self.remote.name.clone() }.into()
    }
}

//! What a session holds as long as it lasts.

use std::sync::Arc;

use crate::state::backend::{Backend, Lease, Replaced, Rescue, Tag};
use crate::state::error::StoreError;
use crate::state::format::document_bytes;
use crate::state::model::{State, VERSION};
use crate::state::remote::Writer;

/// The right to write a state.
#[derive(Debug)]
pub(super) enum Held {
    /// A lease, under which the document and its journal are written.
    Leased(Leasehold),
    /// The journal itself, which is begun.
    Remote(Box<Writer>),
}

/// A lease, and which version of the document may be replaced under it.
#[derive(Debug)]
pub(super) struct Leasehold {
    /// Where the state is.
    pub backend: Arc<dyn Backend>,
    _lease: Box<dyn Lease>,
    /// The version that stands; `None` where there is no state yet.
    pub tag: Option<Tag>,
}

impl Held {
    /// Keeps what the journal did not take, wherever there is room.
    pub(super) async fn rescue(&self, bytes: Vec<u8>) -> Rescue {
        match self {
            Self::Leased(held) => held.backend.rescue(&bytes),
            Self::Remote(writer) => match writer.keep(bytes.clone()).await {
                Ok(name) => Rescue::Store(name),
                Err(_) => writer.rescue(&bytes),
            },
        }
    }
}

impl Leasehold {
    /// What holds this lease on that version.
    pub(super) fn new(backend: Arc<dyn Backend>, lease: Box<dyn Lease>, tag: Option<Tag>) -> Self {
        Self { backend, _lease: lease, tag }
    }

    /// Writes the state with the next serial; after an error it has the old one.
    pub(super) async fn replace(&mut self, state: &mut State) -> Result<(), StoreError> {
        state.serial += 1;
        state.version = VERSION;
        let document = self.backend.document();
        let replaced = match document.replace(self.tag.as_ref(), &document_bytes(state)).await {
            Ok(Replaced::Done(tag)) => {
                self.tag = Some(tag);
                return Ok(());
            }
            Ok(Replaced::Lost) => StoreError::Changed { state: document.name().to_owned() },
            Err(error) => error.into(),
        };
        state.serial -= 1;
        Err(replaced)
    }
}

//! What a session holds as long as it lasts.

use std::sync::Arc;

use super::error::StoreError;
use crate::state::backend::{Backend, Lease, Replaced, Tag};
use crate::state::format::document_bytes;
use crate::state::model::{State, VERSION};

/// The lease, and which version of the document may be replaced under it.
#[derive(Debug)]
pub(super) struct Held {
    /// Where the state is.
    pub backend: Arc<dyn Backend>,
    _lease: Box<dyn Lease>,
    /// The version that stands; `None` where there is no state yet.
    pub tag: Option<Tag>,
}

impl Held {
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

//! The one writer of a remote state, from its acquisition to its commit.

use std::sync::Arc;

use tokio::runtime::{Handle, RuntimeFlavor};

use super::tail::Tail;
use super::{Remote, late};
use crate::state::backend::{BackendError, Base, Rescue, Tag, rescue_beside};

/// The writer. It holds the state until it commits, or until another writer takes over.
#[derive(Debug)]
pub(crate) struct Writer {
    pub(super) remote: Arc<Remote>,
    /// Its id: a UUID that no other session has.
    pub(super) id: String,
    /// What its journal is begun on.
    pub(super) base: Base,
    /// The version of the document that it wrote.
    pub(super) tag: Tag,
    pub(super) tail: Tail,
    /// Whether it has ended its journal, or tried to.
    pub(super) is_closed: bool,
}

impl Writer {
    pub(super) fn new(remote: Arc<Remote>, id: String, base: Base, tag: Tag) -> Self {
        let tail = Tail::begun(Arc::clone(&remote), id.clone(), base.clone());
        Self { remote, id, base, tag, tail, is_closed: false }
    }

    /// Its id.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// The end of its journal.
    pub(crate) fn tail(&self) -> Tail {
        self.tail.clone()
    }

    /// Keeps them in a file, where the store takes nothing.
    pub(crate) fn rescue(&self, bytes: &[u8]) -> Rescue {
        let document = self.remote.keys.document();
        let file = document.rsplit('/').next().unwrap_or(document);
        rescue_beside(&self.remote.folder.join(format!("{file}.errored")), bytes)
    }

    /// Keeps receipts that the journal did not take where the next writer finds them; their name.
    pub(crate) async fn keep(&self, bytes: Vec<u8>) -> Result<String, BackendError> {
        late::keep(&self.remote, &self.id, bytes).await
    }
}

impl Drop for Writer {
    /// A command that ends without a commit gives the state up, so that the next one need not wait.
    fn drop(&mut self) {
        if self.is_closed {
            return;
        }
        let Ok(runtime) = Handle::try_current() else { return };
        // A runtime with one thread would wait for itself.
        if runtime.runtime_flavor() == RuntimeFlavor::MultiThread {
            tokio::task::block_in_place(|| runtime.block_on(self.give_up()));
        }
    }
}

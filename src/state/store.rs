//! Where the state of a project is, for whoever loads it or opens a session.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::backend::{BackendError, Local, Stamp, Tag};
use super::error::StoreError;
use super::holder::Holder;
use super::model::State;
use super::remote::{Patience, Remote, look, mark};
use super::session::{Session, load};

/// Where a state lives.
#[derive(Debug, Clone)]
pub struct Store {
    place: Place,
}

#[derive(Debug, Clone)]
enum Place {
    Local(Arc<Local>),
    Remote(Arc<Remote>),
}

/// What a state and its journal looked like at one moment.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// The files.
    Local(Stamp),
    /// The document's version, and how many segments stand beside it.
    Remote(Option<Tag>, usize),
}

impl Store {
    /// The store of a state file.
    pub fn at(path: &Path) -> Self {
        Self { place: Place::Local(Arc::new(Local::at(path))) }
    }

    /// A state that other machines write too.
    pub(crate) fn remote(remote: Remote) -> Self {
        Self { place: Place::Remote(Arc::new(remote)) }
    }

    /// How people name it: a path, or a URL without credentials.
    pub(crate) fn name(&self) -> String {
        match &self.place {
            Place::Local(local) => local.path().display().to_string(),
            Place::Remote(remote) => remote.name().to_owned(),
        }
    }

    /// The state file, where it is one; no link is in its path.
    pub fn path(&self) -> Option<&Path> {
        match &self.place {
            Place::Local(local) => Some(local.path()),
            Place::Remote(_) => None,
        }
    }

    /// Every file that belongs to the state, there or not there yet.
    pub fn files(&self) -> Vec<PathBuf> {
        match &self.place {
            Place::Local(local) => vec![local.path().to_owned(), local.journal(), local.errored(), local.lock()],
            Place::Remote(_) => Vec::new(),
        }
    }

    /// What differs whenever the state or its journal was written between two calls.
    pub(crate) async fn look(&self) -> Result<Look, StoreError> {
        Ok(match &self.place {
            Place::Local(local) => Look::Local(local.stamp()),
            Place::Remote(remote) => {
                let (tag, segments) = mark(remote).await?;
                Look::Remote(tag, segments)
            }
        })
    }

    /// The state with its journal replayed; `None` where there is neither. Takes no lease and writes nothing.
    pub async fn load(&self) -> Result<Option<State>, StoreError> {
        match &self.place {
            Place::Local(local) => Ok(load(&**local).await?.state),
            Place::Remote(remote) => Ok(look(remote).await?.map(|seen| seen.state)),
        }
    }

    /// Who is writing the state, and for how many seconds nothing was seen of it, where the store's clock tells.
    pub(crate) async fn holding(&self) -> Result<Option<(Holder, Option<u64>)>, StoreError> {
        match &self.place {
            Place::Local(local) => Ok(local.holder()?.map(|holder| (holder, None))),
            Place::Remote(remote) => {
                let holding = look(remote).await?.and_then(|seen| seen.holding);
                Ok(holding.map(|holding| (holding.holder, holding.silent_seconds)))
            }
        }
    }

    /// Takes a remote state over from its writer, who is told; `None` where nobody writes it, or where its lock is one
    /// that ends with its holder.
    pub(crate) async fn unlock(&self, holder: &Holder) -> Result<Option<(Holder, Session)>, StoreError> {
        let Place::Remote(remote) = &self.place else { return Ok(None) };
        let Some(holding) = look(remote).await?.and_then(|seen| seen.holding) else { return Ok(None) };
        let session = Session::open_remote(remote, holder, &Patience::Unlock(holding.writer)).await?;
        Ok(Some((holding.holder, session)))
    }

    /// Opens a session, waiting at most so long for another writer. A folder is made where it does not exist.
    pub async fn open(&self, holder: &Holder, timeout: Duration) -> Result<Session, StoreError> {
        match &self.place {
            Place::Local(local) => {
                local.make_folder().map_err(BackendError::from)?;
                // A folder that could not be resolved before it was made can be now.
                Session::open(Arc::new(Local::at(local.path())), holder, timeout).await
            }
            Place::Remote(remote) => Session::open_remote(remote, holder, &Patience::Wait(timeout)).await,
        }
    }
}

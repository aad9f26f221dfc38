//! Reading a state: the document, the journal that was begun on it, and the document's tag once more.

use crate::state::backend::{Backend, BackendError, Base, Log, Tag};
use crate::state::error::StoreError;
use crate::state::format::{parse_document, parse_journal};
use crate::state::model::State;
use crate::state::replayed::replayed;

/// A state as it was read, its journal replayed.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// The state; `None` where there is neither document nor journal.
    pub state: Option<State>,
    /// The tag of the document that was read.
    pub tag: Option<Tag>,
    /// What a journal of that document is begun on.
    pub base: Base,
    /// The objects of the journal that was replayed; 0 where there is none.
    pub objects: u64,
}

/// Reads a state. Takes no lease and writes nothing; an apply that is writing meanwhile is seen at one moment.
pub(crate) async fn load(backend: &dyn Backend) -> Result<Loaded, StoreError> {
    let document = backend.document();
    loop {
        let stored = document.read().await?;
        let parsed = stored.as_ref().map(|stored| parse_document(&stored.bytes, document.name())).transpose();
        let tag = stored.map(|stored| stored.tag);
        let base = parsed.as_ref().ok().and_then(Option::as_ref).map_or_else(Base::default, base);
        let log = backend.log(&base);
        let (journal, objects) = read_on(&*log).await?;
        // What was read is of one moment only if nobody replaced the document meanwhile.
        if document.tag().await? == tag {
            let found = if objects > 0 { parse_journal(&journal, log.name())? } else { None };
            return Ok(Loaded { state: replayed(parsed?, found, (document.name(), log.name()))?, tag, base, objects });
        }
    }
}

/// What a journal of this state is begun on.
pub(super) fn base(state: &State) -> Base {
    Base { lineage: state.lineage.clone(), serial: state.serial }
}

/// All of a log from its first object on, joined, and how many there are.
async fn read_on(log: &dyn Log) -> Result<(Vec<u8>, u64), BackendError> {
    let (mut bytes, mut objects) = (Vec::new(), 0);
    while let Some(object) = log.read(objects + 1).await? {
        if bytes.is_empty() {
            bytes = object
        } else {
            bytes.extend(object)
        }
        objects += 1;
    }
    Ok((bytes, objects))
}

//! Becoming the one writer of a remote state.

use std::sync::Arc;

use tokio::time::Instant;

use super::look::{Seen, look};
use super::patience::{Patience, Waited};
use super::writer::Writer;
use super::{Remote, late, once, segment};
use crate::crash;
use crate::state::backend::{Base, Created, Replaced, Tag};
use crate::state::error::{RemoteError, StoreError};
use crate::state::format::document_bytes;
use crate::state::holder::Holder;
use crate::state::model::{Folded, State, VERSION};

/// A state that this process writes.
#[derive(Debug)]
pub(crate) struct Acquired {
    /// Its writer.
    pub writer: Writer,
    /// The state, its journal replayed.
    pub state: State,
    /// Whether there was none before.
    pub is_new: bool,
}

/// Waits for the state, takes it over, and gives it with its journal replayed. A state that is not there is created.
///
/// An error leaves at most a segment that the next writer waits for as for a silent holder.
pub(crate) async fn acquire(
    remote: &Arc<Remote>,
    holder: &Holder,
    patience: &Patience,
) -> Result<Acquired, StoreError> {
    let (id, begun) = (uuid::Uuid::new_v4().to_string(), Instant::now());
    let mut is_new = false;
    loop {
        let Some(seen) = look(remote).await? else {
            is_new = create(remote).await?;
            continue;
        };
        // What this writer left when a check failed is nobody's to wait for.
        if let Some(other) = seen.holding.as_ref().filter(|holding| holding.writer != id)
            && patience.wait(remote, &seen, other, begun).await? == Waited::Changed
        {
            continue;
        }
        if let Some((writer, state)) = take(remote, seen, &id, holder).await? {
            return Ok(Acquired { writer, state, is_new });
        }
    }
}

/// Creates an empty state; `false` where another writer did.
async fn create(remote: &Remote) -> Result<bool, StoreError> {
    let mut state = State { serial: 1, ..State::new(uuid::Uuid::new_v4().to_string()) };
    let created = once::create(&*remote.objects, remote.keys.document(), document_bytes(&mut state)).await?;
    Ok(created == Created::Done)
}

/// Takes what was seen; `None` where somebody else was quicker.
///
/// The document is replaced whatever was replayed: it shows that the store lets us, before anything is sent, and it is
/// the serial whose journal this writer alone begins.
async fn take(
    remote: &Arc<Remote>,
    seen: Seen,
    id: &str,
    holder: &Holder,
) -> Result<Option<(Writer, State)>, StoreError> {
    let Seen { mut state, tag, base, tail, .. } = seen;
    if !begin(remote, &base, tail + 1, id, holder).await? {
        return Ok(None);
    }
    crash::here("begin-created");
    // Between the read and the create the writer before may have committed and cleaned up.
    if !is_current(remote, &tag).await? {
        return Ok(None);
    }
    let adopted = late::adopt(remote, &mut state).await?;
    state.serial += 1;
    state.version = VERSION;
    // The writer's id makes the bytes its own, and with them the tag.
    state.folded = Some(Folded { journal: id.to_owned(), records: 0 });
    let bytes = document_bytes(&mut state);
    let document = remote.keys.document();
    let Replaced::Done(new) = once::replace(&*remote.objects, document, Some(&tag), bytes.clone()).await? else {
        return Ok(None);
    };
    crash::here("fold-committed");
    // The same bytes once more, on the version that is gone: only a store that ignores conditions takes them.
    if let Ok(Replaced::Done(_)) = remote.objects.replace(document, Some(&tag), bytes).await {
        return Err(RemoteError::IgnoresConditions { state: remote.name.clone() }.into());
    }
    let base = Base { serial: state.serial, ..base };
    if !begin(remote, &base, 1, id, holder).await? || !is_current(remote, &new).await? {
        return Ok(None);
    }
    late::remove(remote, adopted).await;
    Ok(Some((Writer::new(Arc::clone(remote), id.to_owned(), base, new), state)))
}

/// Creates a segment that begins; `false` where another writer has the number. A store that creates it twice is refused.
async fn begin(remote: &Remote, base: &Base, number: u64, id: &str, holder: &Holder) -> Result<bool, StoreError> {
    let key = remote.keys.segment(base, number);
    let bytes = segment::begin(base, number, id, holder);
    if once::create(&*remote.objects, &key, bytes).await? == Created::Exists {
        return Ok(false);
    }
    let other = segment::begin(base, number, "probe", holder);
    match remote.objects.create(&key, other).await {
        Ok(Created::Done) => Err(RemoteError::IgnoresConditions { state: remote.name.clone() }.into()),
        _ => Ok(true),
    }
}

async fn is_current(remote: &Remote, tag: &Tag) -> Result<bool, StoreError> {
    Ok(remote.objects.tag(remote.keys.document()).await?.as_ref() == Some(tag))
}

//! Reading a remote state: the document, the segments of its journal, and the document's tag once more.

use super::Remote;
use super::keys::SegmentId;
use crate::state::backend::{BackendError, Base, Listing, Stored, Tag};
use crate::state::error::{RemoteError, StoreError};
use crate::state::format::{Found, parse_document, parse_journal};
use crate::state::holder::Holder;
use crate::state::model::{Record, State};
use crate::state::replayed::replayed;

/// Segments that are asked for at once.
const MOST_AT_ONCE: u64 = 64;

/// A remote state at one moment.
#[derive(Debug)]
pub(crate) struct Seen {
    /// The state, its journal replayed.
    pub state: State,
    /// The document's version.
    pub tag: Tag,
    /// What its journal is begun on.
    pub base: Base,
    /// The segments of that journal; 0 where it is not begun.
    pub tail: u64,
    /// Who writes it, where somebody does.
    pub holding: Option<Holding>,
}

/// The writer of a journal: who began last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Holding {
    /// Its id.
    pub writer: String,
    /// Who that is.
    pub holder: Holder,
    /// Seconds since its last segment, by the store's clock, where that tells.
    pub silent_seconds: Option<u64>,
}

/// Reads a state; `None` where the store has neither document nor journal. Writes nothing.
pub(crate) async fn look(remote: &Remote) -> Result<Option<Seen>, StoreError> {
    loop {
        let document = remote.objects.read(remote.keys.document()).await?;
        let listing = remote.objects.list(&remote.keys.journals()).await?;
        let seen = match &document {
            Some(stored) => Some(read(remote, stored, &listing).await?),
            None => None,
        };
        // What was read is of one moment only if nobody replaced the document meanwhile; a refusal of it as well.
        let tag = remote.objects.tag(remote.keys.document()).await?;
        if tag.as_ref() != document.as_ref().map(|stored| &stored.tag) {
            continue;
        }
        return match seen {
            Some((seen, None)) => Ok(Some(seen)),
            Some((_, Some(refused))) => Err(refused.into()),
            None if segments(remote, &listing).next().is_some() => {
                Err(RemoteError::Missing { state: remote.name.clone() }.into())
            }
            None => Ok(None),
        };
    }
}

/// What differs whenever the state or its journal was written between two calls.
pub(crate) async fn mark(remote: &Remote) -> Result<(Option<Tag>, usize), BackendError> {
    let tag = remote.objects.tag(remote.keys.document()).await?;
    Ok((tag, remote.objects.list(&remote.keys.journals()).await?.objects.len()))
}

/// The segments that a listing shows.
pub(super) fn segments<'a>(remote: &'a Remote, listing: &'a Listing) -> impl Iterator<Item = SegmentId> + 'a {
    listing.objects.iter().filter_map(|listed| remote.keys.parse(&listed.key))
}

/// What was read, and whether it is an old version that was put back.
async fn read(remote: &Remote, stored: &Stored, listing: &Listing) -> Result<(Seen, Option<RemoteError>), StoreError> {
    let state = parse_document(&stored.bytes, &remote.name)?;
    if !remote.keys.takes(&state.lineage) {
        return Err(RemoteError::Lineage { state: remote.name.clone() }.into());
    }
    let base = Base { lineage: state.lineage.clone(), serial: state.serial };
    let listed = segments(remote, listing).filter(|id| id.base == base).map(|id| id.number).max().unwrap_or(0);
    let (bytes, tail) = read_on(remote, &base, listed).await?;
    let found = if tail > 0 { parse_journal(&bytes, &remote.name)? } else { None };
    let holding = found.as_ref().and_then(|found| holding(remote, found, listing, &base, tail));
    let later = |id: &SegmentId| id.base.lineage == base.lineage && id.base.serial > base.serial;
    let is_old = listed > tail || segments(remote, listing).any(|id| later(&id));
    let refused = is_old.then(|| RemoteError::RolledBack { state: remote.name.clone(), serial: base.serial });
    let state = replayed(Some(state), found, (&remote.name, &remote.name))?;
    let state = state.expect("a document was read");
    Ok((Seen { state, tag: stored.tag.clone(), base, tail, holding }, refused))
}

/// All segments from the first on until one is missing, joined, and how many they are. Those that a listing shows are
/// asked for at once.
async fn read_on(remote: &Remote, base: &Base, listed: u64) -> Result<(Vec<u8>, u64), BackendError> {
    let read = |number| remote.objects.read(&remote.keys.segment(base, number));
    let asked: Vec<_> = (1..=listed.min(MOST_AT_ONCE)).map(|number| tokio::spawn(read(number))).collect();
    let (mut bytes, mut tail, mut asked) = (Vec::new(), 0, asked.into_iter());
    loop {
        let answer = match asked.next() {
            Some(task) => task.await.expect("a read does not panic"),
            None => read(tail + 1).await,
        };
        let Some(stored) = answer? else { return Ok((bytes, tail)) };
        bytes.extend(stored.bytes);
        tail += 1;
    }
}

/// Who began last.
fn holding(remote: &Remote, found: &Found, listing: &Listing, base: &Base, tail: u64) -> Option<Holding> {
    let (writer, holder) = found.records.iter().rev().find_map(|record| match record {
        Record::Begin { writer, holder } => Some((writer.clone(), holder.clone())),
        _ => None,
    })?;
    let last = remote.keys.segment(base, tail);
    let last = listing.objects.iter().find(|listed| listed.key == last);
    let silent = last.zip(listing.now).map(|(last, now)| now.since(last.modified).as_secs());
    Some(Holding { writer, holder, silent_seconds: silent })
}

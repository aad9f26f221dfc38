//! Removing segments that a committed document holds.
//!
//! Two kinds stay. A [`Record::Begin`] that took a journal over stays for 30 days by the store's clock: a writer that was
//! frozen and wakes must find its next number taken. And the last segment of the journal that was closed last stays until
//! the next one is closed: an old document that is put back would be found out by it.

use super::Remote;
use super::keys::SegmentId;
use super::pace;
use crate::crash;
use crate::state::backend::{BackendError, Base, Listed, Listing};
use crate::state::format::salvage;
use crate::state::model::Record;

/// Removes what is garbage after this writer closed its journal, begun on `closed`, whose segments up to `own` it wrote.
/// What a failure leaves, the next commit removes.
pub(super) async fn remove(remote: &Remote, closed: &Base, own: u64) {
    let Ok(listing) = remote.objects.list(&remote.keys.journals()).await else { return };
    let mut removed = tokio::task::JoinSet::new();
    for key in garbage(remote, &listing, closed, own).await {
        removed.spawn(remote.objects.remove(&key));
    }
    while removed.join_next().await.is_some() {}
    crash::here("segments-removed");
}

async fn garbage(remote: &Remote, listing: &Listing, closed: &Base, own: u64) -> Vec<String> {
    let listed = listing.objects.iter().filter_map(|listed| Some((remote.keys.parse(&listed.key)?, listed)));
    let past = |(id, _): &(SegmentId, &Listed)| id.base.lineage == closed.lineage && id.base.serial <= closed.serial;
    let past: Vec<(SegmentId, &Listed)> = listed.filter(past).collect();
    let last = past.iter().filter(|(id, _)| id.base == *closed).map(|(id, _)| id.number).max();
    let mut keys = Vec::new();
    for (id, listed) in past {
        let is_own = id.base == *closed && id.number <= own;
        let is_last = id.base == *closed && Some(id.number) == last;
        if !is_last && (is_own || !took_over(remote, listing, &id, listed).await.unwrap_or(true)) {
            keys.push(listed.key.clone());
        }
    }
    keys
}

/// Whether a segment took a journal over, not long enough ago.
async fn took_over(remote: &Remote, listing: &Listing, id: &SegmentId, listed: &Listed) -> Result<bool, BackendError> {
    let is_old = listing.now.is_some_and(|now| now.since(listed.modified) >= pace::tombstone());
    if id.number == 1 || is_old {
        return Ok(false);
    }
    let Some(stored) = remote.objects.read(&listed.key).await? else { return Ok(false) };
    let (_, records, _) = salvage(&stored.bytes);
    Ok(records.iter().any(|record| matches!(record, Record::Begin { .. })))
}

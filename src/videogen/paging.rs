//! A listing, page by page.

use std::collections::{BTreeMap, HashSet};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Method;

use super::carry::{Carry, Request};
use super::error::ApiError;
use super::transport::Transport;
use super::{ENDPOINTS, wire};
use crate::endpoint::{EndpointId, Observed};

/// The most endpoints that a listing may hold before it counts as endless.
const MOST_ENDPOINTS: usize = 1_000_000;
/// Pages in a row that bring nothing new before a listing counts as endless. An API that filters after it cuts its
/// pages answers empty ones, so there may be many.
const MOST_BARREN_PAGES: usize = 1000;
/// The most bytes that the pages of a listing may have together: as long as it is read, it is in memory.
const MOST_BYTES: usize = 256 << 20;
/// The most bytes of a cursor: it becomes part of a URL.
const LONGEST_CURSOR: usize = 8 << 10;
/// The API's own cap of `limit`.
const PAGE: u32 = 200;

/// Every live endpoint, sorted by id; one seen twice counts once, in its last words.
///
/// Takes the paged form and the older one without `hasMore`. An empty page that has a cursor is read on from. A
/// cursor that comes back, a thousand pages that bring nothing new, or more than anybody has, are an error rather than a
/// loop.
pub(super) async fn list<C: Carry>(transport: &Transport<C>) -> Result<Vec<Observed>, ApiError> {
    let mut all: BTreeMap<EndpointId, Observed> = BTreeMap::new();
    let (mut cursors, mut events) = (HashSet::new(), HashSet::new());
    let mut cursor: Option<String> = None;
    let (mut barren, mut bytes) = (0, 0);
    loop {
        let path = match &cursor {
            None => format!("{ENDPOINTS}?limit={PAGE}"),
            Some(cursor) => format!("{ENDPOINTS}?limit={PAGE}&cursor={}", encode(cursor)),
        };
        let answer = transport.repeatable(&Request::new(Method::GET, path)).await?;
        let page = wire::page(&answer.body).map_err(|reason| answer.unreadable(reason))?;
        let before = all.len();
        all.extend(page.endpoints.into_iter().map(|mut observed| {
            observed.events.share(&mut events);
            (observed.id.clone(), observed)
        }));
        barren = if all.len() == before { barren + 1 } else { 0 };
        bytes += answer.body.len();
        let Some(next) = page.next else { break };
        let endless = match () {
            () if barren >= MOST_BARREN_PAGES => "the listing does not end: page after page brings nothing new",
            () if all.len() > MOST_ENDPOINTS => "the listing does not end after a million endpoints",
            () if bytes > MOST_BYTES => "the listing does not end after 256 MiB",
            () if next.len() > LONGEST_CURSOR => "the cursor of the next page is longer than 8 KiB",
            () if !cursors.insert(next.clone()) => "the listing does not end: its cursor came back",
            () => {
                cursor = Some(next);
                continue;
            }
        };
        return Err(answer.unreadable(endless));
    }
    Ok(all.into_values().collect())
}

/// What RFC 3986 calls unreserved; everything else is encoded.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'~').remove(b'.');

/// Percent-encodes a path segment or a query value: ids and cursors are opaque.
pub(super) fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

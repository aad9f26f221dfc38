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
/// The API's own cap of `limit`.
const PAGE: u32 = 200;

/// Every live endpoint, sorted by id; one seen twice counts once, in its last words.
///
/// Takes the paged form and the older one without `hasMore`. An empty page that has a cursor is read on from. A
/// cursor that comes back, or a thousand pages that bring nothing new, are an error rather than a loop.
pub(super) async fn list<C: Carry>(transport: &Transport<C>) -> Result<Vec<Observed>, ApiError> {
    let mut all: BTreeMap<EndpointId, Observed> = BTreeMap::new();
    let (mut cursors, mut events) = (HashSet::new(), HashSet::new());
    let mut cursor: Option<String> = None;
    let mut barren = 0;
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
        let Some(next) = page.next else { break };
        if barren >= MOST_BARREN_PAGES || all.len() > MOST_ENDPOINTS {
            return Err(answer.unreadable("the listing does not end: page after page brings nothing new"));
        }
        if !cursors.insert(next.clone()) {
            return Err(answer.unreadable("the listing does not end: its cursor came back"));
        }
        cursor = Some(next);
    }
    Ok(all.into_values().collect())
}

/// What RFC 3986 calls unreserved; everything else is encoded.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'~').remove(b'.');

/// Percent-encodes a path segment or a query value: ids and cursors are opaque.
pub(super) fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

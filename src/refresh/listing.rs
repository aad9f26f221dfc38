//! What counts as gone: only what a second listing lacks too, since pages shift and a listing can lag.

use crate::endpoint::{EndpointId, Observed};
use crate::plan::needs_second_look;
use crate::state::{Managed, State};
use crate::timestamp::Timestamp;
use crate::videogen::{ApiError, ApiReader, LISTING_LAG};

/// How long after its creation, in seconds, an endpoint may be missing from a listing because that lags.
const YOUNG: i64 = 60;

/// Lists again, where the first listing is not enough to say what is gone; the union of all listings, each endpoint in
/// its last words, sorted by id.
///
/// An endpoint of the state that one listing lacks is looked for in a second one, and a young one in two more.
pub(crate) async fn confirm(
    reader: &impl ApiReader,
    first: Vec<Observed>,
    state: &State,
    now: Timestamp,
) -> Result<Vec<Observed>, ApiError> {
    let mut endpoints = first;
    for (looks, pause) in (1..).zip(LISTING_LAG) {
        if !needs_another(state, &endpoints, looks, now) {
            break;
        }
        tokio::time::sleep(pause).await;
        endpoints = union(endpoints, reader.list().await?);
    }
    Ok(endpoints)
}

/// Whether the union of so many listings is not enough.
pub(super) fn needs_another(state: &State, endpoints: &[Observed], looks: usize, now: Timestamp) -> bool {
    match looks {
        1 => needs_second_look(state, now) || lacks(state, endpoints, i64::MIN),
        _ => lacks(state, endpoints, now.0.saturating_sub(YOUNG)),
    }
}

/// Two listings as one, sorted by id; what both have is in the words of the later one.
pub(super) fn union(mut earlier: Vec<Observed>, later: Vec<Observed>) -> Vec<Observed> {
    earlier.retain(|seen| later.binary_search_by(|other| other.id.cmp(&seen.id)).is_err());
    earlier.extend(later);
    earlier.sort_by(|a, b| a.id.cmp(&b.id));
    earlier
}

/// Whether an endpoint of the state, made no earlier than then, is missing from a listing sorted by id.
fn lacks(state: &State, endpoints: &[Observed], made_since: i64) -> bool {
    let listed = |id: &EndpointId| endpoints.binary_search_by(|seen| seen.id.cmp(id)).is_ok();
    let live = |managed: &&Managed| managed.ended.is_none() && !state.deleting.contains_key(&managed.endpoint_id);
    let mut made = state
        .all()
        .map(|(_, managed)| managed)
        .filter(live)
        .filter(|managed| managed.created_at.unwrap_or(i64::MIN) >= made_since);
    made.any(|managed| !listed(&managed.endpoint_id))
}

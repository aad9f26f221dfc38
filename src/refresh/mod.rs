//! What the API says before anything is planned: whose account the key is, what is live, and what counts as gone. Asks
//! through [`ApiReader`] alone, so it can change nothing; decides by functions over values; prints nothing.

mod account;
mod catch_up;
mod listing;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::endpoint::{EndpointId, Observed};
use crate::timestamp::Timestamp;
use crate::videogen::{ApiError, ApiReader};

pub(crate) use account::{RefreshError, Trusted};
pub(crate) use listing::confirm;

/// What the API answered, before it is checked against a state.
#[derive(Debug)]
pub(crate) struct Asked {
    team: Result<String, ApiError>,
    endpoints: Result<Vec<Observed>, ApiError>,
}

/// What is known of the API at one moment.
#[derive(Debug)]
pub(crate) struct Seen {
    /// The account, where it is known.
    pub team: Option<String>,
    /// Every live endpoint, sorted by id.
    pub endpoints: Vec<Observed>,
    /// The moment.
    pub now: Timestamp,
    /// What other environments of the configuration manage.
    pub elsewhere: BTreeSet<EndpointId>,
}

/// Asks for the account and every endpoint, at once. Needs no state, so that one may be read meanwhile.
pub(crate) async fn ask(reader: &impl ApiReader) -> Asked {
    let (team, endpoints) = tokio::join!(reader.team(), reader.list());
    Asked { team, endpoints }
}

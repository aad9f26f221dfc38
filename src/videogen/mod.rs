//! The VideoGen API: a reader and a writer of different types, so that what plans cannot change anything.
//! The one user of the HTTP crate. Nothing here repeats a POST.
//!
//! Facts come from the vendor's reference page, its guides, and its two published Python clients; where these
//! disagree, both forms are taken.

mod error;
mod throttle;
mod transport;
mod wire;

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use reqwest::Method;

pub use error::{ApiError, Fault};
pub use throttle::{Throttle, Waiting};
pub use transport::{Settings, Transport};
pub use wire::Made;

use crate::endpoint::{EndpointId, Observed, Spec};

/// The most endpoints that a listing may hold before it counts as endless.
const MOST_ENDPOINTS: usize = 1_000_000;
/// Pages in a row that bring nothing new before a listing counts as endless.
const MOST_BARREN_PAGES: usize = 3;
/// The API's own cap of `limit`.
const PAGE: u32 = 200;
const ENDPOINTS: &str = "/v1/webhooks/endpoints";

/// Reads the API; can change nothing.
#[derive(Debug, Clone)]
pub struct Reader {
    transport: Transport,
}

/// Changes the API.
#[derive(Debug, Clone)]
pub struct Writer {
    transport: Transport,
}

/// What one send of a create led to.
#[derive(Debug)]
pub enum Created {
    /// A readable 201 with its secret.
    Made(Made),
    /// Certainly nothing was made.
    Nothing(ApiError),
    /// Nobody knows.
    Unknown {
        /// What was answered, or why nothing was.
        error: ApiError,
        /// The endpoint that the answer names, where it names one without its secret.
        named: Option<EndpointId>,
    },
}

impl Reader {
    /// A reader over a transport.
    pub fn new(transport: Transport) -> Self {
        Self { transport }
    }

    /// The account that the key belongs to (`GET /v1/me`): its `teamId`.
    pub async fn team(&self) -> Result<String, ApiError> {
        let answer = self.transport.repeatable(Method::GET, "/v1/me").await?;
        wire::team(&answer.body).map_err(|reason| answer.unreadable(reason))
    }

    /// Every live endpoint, sorted by id; one seen twice counts once, in its last words.
    ///
    /// Takes the paged form and the older one without `hasMore`. A cursor that comes back, or pages that bring
    /// nothing new, are an error rather than a loop. One listing is no proof of absence: items move between pages.
    pub async fn list(&self) -> Result<Vec<Observed>, ApiError> {
        let mut all: BTreeMap<EndpointId, Observed> = BTreeMap::new();
        let mut cursors = HashSet::new();
        let mut cursor: Option<String> = None;
        let mut barren = 0;
        loop {
            let path = match &cursor {
                None => format!("{ENDPOINTS}?limit={PAGE}"),
                Some(cursor) => format!("{ENDPOINTS}?limit={PAGE}&cursor={}", transport::encode(cursor)),
            };
            let answer = self.transport.repeatable(Method::GET, &path).await?;
            let page = wire::page(&answer.body).map_err(|reason| answer.unreadable(reason))?;
            let before = all.len();
            all.extend(page.endpoints.into_iter().map(|observed| (observed.id.clone(), observed)));
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
}

impl Writer {
    /// A writer over a transport.
    pub fn new(transport: Transport) -> Self {
        Self { transport }
    }

    /// Sends one create, once. The same spec gives the same bytes.
    ///
    /// The vendor's guides do not document `Idempotency-Key`; its generated client sends it. It is sent here and
    /// not relied upon.
    pub async fn create(&self, spec: &Spec, key: &str) -> Created {
        let answer = match self.transport.send(Method::POST, ENDPOINTS, Some((wire::body(spec), key))).await {
            Ok(answer) => answer,
            Err(error) if error.was_not_sent() => return Created::Nothing(error),
            Err(error) => return Created::Unknown { error, named: None },
        };
        match answer.status {
            201 => match wire::made(&answer.body) {
                Ok(made) => Created::Made(made),
                Err(named) => Created::Unknown { error: answer.unreadable("a 201 without a readable secret"), named },
            },
            400 | 401 | 403 | 404 | 413 | 422 | 429 => Created::Nothing(answer.error()),
            _ => Created::Unknown { named: wire::named(&answer.body), error: answer.error() },
        }
    }

    /// Deletes an endpoint; 404 counts as done, since it is gone.
    pub async fn delete(&self, id: &EndpointId) -> Result<(), ApiError> {
        if id.as_str().chars().all(|c| c == '.') {
            // An url's path would climb by it; no such endpoint can exist.
            return Ok(());
        }
        let path = format!("{ENDPOINTS}/{}", transport::encode(id.as_str()));
        match self.transport.repeatable(Method::DELETE, &path).await {
            Ok(_) => Ok(()),
            Err(error) if error.status() == Some(404) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// How long one request may take, all in.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

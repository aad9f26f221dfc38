//! The VideoGen API: a reader and a writer of different types, so that what plans cannot change anything.
//! The one user of the HTTP crate. Nothing here repeats a POST.
//!
//! Facts come from the vendor's reference page, its guides, and its two published Python clients; where these
//! disagree, both forms are taken.

mod clock;
mod error;
mod obstacle;
mod throttle;
mod transport;
mod wire;

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use reqwest::Method;

pub use clock::ApiClock;
pub use error::{ApiError, Fault};
pub use obstacle::Obstacle;
pub use throttle::{Throttle, Waiting};
pub use transport::{Exchange, Proxy, Settings, Transport};
pub use wire::Made;

use crate::endpoint::{EndpointId, Observed, Spec};
use transport::Answer;

/// The most endpoints that a listing may hold before it counts as endless.
const MOST_ENDPOINTS: usize = 1_000_000;
/// Pages in a row that bring nothing new before a listing counts as endless. An API that filters after it cuts its
/// pages answers empty ones, so there may be many.
const MOST_BARREN_PAGES: usize = 1000;
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
    /// An endpoint, and its secret.
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
    /// Takes the paged form and the older one without `hasMore`. An empty page that has a cursor is read on from. A
    /// cursor that comes back, or a thousand pages that bring nothing new, are an error rather than a loop. One listing
    /// is no proof of absence: items move between pages.
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
        outcome(answer, spec)
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

/// What the answer to a create says. A secret that can be read is kept, whatever else is odd about the answer.
fn outcome(answer: Answer, spec: &Spec) -> Created {
    let status = answer.status;
    let named = match wire::made(&answer.body, spec) {
        Ok(made) if (200..300).contains(&status) => return Created::Made(made),
        Ok(made) => Some(made.observed.id),
        Err(named) => named,
    };
    // These four may come from a proxy while the API goes on; of the other 4xx none made anything.
    if matches!(status, 400..500) && !matches!(status, 408 | 409 | 425 | 499) {
        return Created::Nothing(answer.error());
    }
    let error = match answer.whole() {
        Ok(answer) if matches!(status, 200..300) => answer.unreadable("no readable secret in it"),
        Ok(answer) => answer.error(),
        Err(error) => error,
    };
    Created::Unknown { error, named }
}

/// How long one request may take, all in.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;

    const BORN: &[u8] = br#"{"endpointId":"ep_1","signingSecret":"whsec_c2VjcmV0"}"#;

    fn ended(status: u16, body: &[u8], cut: Option<&str>) -> Created {
        let spec = Spec { url: "https://h/".into(), events: Default::default(), description: None };
        let (body, cut) = (body.to_vec().into(), cut.map(str::to_owned));
        outcome(Answer { request: String::new(), status, request_id: None, body, cut }, &spec)
    }

    #[test]
    fn any_2xx_with_an_id_and_a_secret_is_success() {
        for status in 200..300 {
            assert!(matches!(ended(status, BORN, None), Created::Made(_)), "{status}");
            assert!(matches!(ended(status, BORN, Some("reset")), Created::Made(_)), "{status}, its end missing");
        }
    }

    #[test]
    fn a_4xx_made_nothing_but_for_the_four_that_a_proxy_may_say() {
        for status in 400..500 {
            let unknown = matches!(status, 408 | 409 | 425 | 499);
            for cut in [None, Some("reset")] {
                assert_eq!(matches!(ended(status, b"{}", cut), Created::Unknown { .. }), unknown, "{status}");
                assert_eq!(matches!(ended(status, b"{}", cut), Created::Nothing(_)), !unknown, "{status}");
            }
        }
    }

    #[test]
    fn all_else_is_unknown_and_names_what_the_answer_names() {
        let bare = br#"{"endpointId":"ep_1"}"#;
        for (status, body) in (200..300).map(|status| (status, &bare[..])).chain((300..400).map(|s| (s, BORN))) {
            let Created::Unknown { named, .. } = ended(status, body, None) else { panic!("{status} is unknown") };
            assert_eq!(named, Some(EndpointId::new("ep_1")));
        }
        for status in 500..600 {
            assert!(matches!(ended(status, b"", None), Created::Unknown { named: None, .. }), "{status}");
        }
    }
}

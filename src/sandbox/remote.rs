//! The client of the sandbox's own route: makes a running one deliver.

use std::time::Duration;

use reqwest::{Client, redirect};
use serde::Deserialize;

use super::delivery::{Delivery, Trigger};

/// Every delivery may be tried to its end: three times 15 s, and the pauses.
const TIMEOUT: Duration = Duration::from_secs(90);

/// Why a running sandbox did not deliver.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TriggerError {
    /// Nothing answered.
    #[error("no sandbox answers at {url}")]
    Unreachable {
        /// Where it was looked for.
        url: String,
        /// The cause.
        source: reqwest::Error,
    },
    /// The answer is an error.
    #[error("the sandbox refused ({status}): {body}")]
    Refused {
        /// The status.
        status: u16,
        /// The body: foreign text.
        body: String,
    },
    /// The answer is none that a sandbox gives.
    #[error("what answers at {url} is no sandbox")]
    NotASandbox {
        /// Who was asked.
        url: String,
        /// The cause.
        source: serde_json::Error,
    },
}

#[derive(Deserialize)]
struct Triggered {
    deliveries: Vec<Delivery>,
}

/// Makes the sandbox at `url` deliver an event, and returns what became of each delivery, in the order of their ids.
pub(crate) async fn trigger(url: &str, key: &str, event: &str) -> Result<Vec<Delivery>, TriggerError> {
    // Installed once a process; a second time is refused, and nothing is lost by that.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let unreachable = |source| TriggerError::Unreachable { url: url.to_owned(), source };
    let unreadable = |source| TriggerError::NotASandbox { url: url.to_owned(), source };
    let client = Client::builder().no_proxy().redirect(redirect::Policy::none()).timeout(TIMEOUT).build();
    let body = serde_json::to_vec(&Trigger { event: event.to_owned() }).map_err(unreadable)?;
    let request = client.map_err(unreachable)?.post(format!("{}/_sandbox/trigger", url.trim_end_matches('/')));
    let request = request.bearer_auth(key).header("content-type", "application/json").body(body);
    let answer = request.send().await.map_err(unreachable)?;
    let status = answer.status();
    let body = answer.bytes().await.map_err(unreachable)?;
    if !status.is_success() {
        let body = String::from_utf8_lossy(&body).into_owned();
        return Err(TriggerError::Refused { status: status.as_u16(), body });
    }
    let Triggered { deliveries } = serde_json::from_slice(&body).map_err(unreadable)?;
    Ok(deliveries)
}

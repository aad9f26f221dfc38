//! One request to a consumer: https only but for this machine, no redirect, and nothing of the answer but its status.

use std::time::{Duration, Instant};

use reqwest::{Client, redirect};
use url::Url;

use super::Signed;
use crate::endpoint::is_loopback;

/// What a consumer answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Answer {
    /// The status.
    pub status: u16,
    /// From the first byte sent to the status.
    pub latency: Duration,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotSent {
    /// The URL is none that events may go to.
    #[error("its URL is neither https nor on this machine")]
    Url,
    /// No client could be made.
    #[error("no HTTPS client could be made: is there a bundle of CA certificates on this machine?")]
    Client(#[source] reqwest::Error),
    /// It was too slow.
    #[error("no answer within {0:?}")]
    Slow(Duration),
    /// The connection failed; in the words of its innermost cause, which do not repeat the URL.
    #[error("no answer: {0}")]
    Connection(String),
}

/// Sends a delivery once, through the proxy unless it stays on this machine.
pub(crate) async fn send(
    url: &str,
    delivery: &Signed,
    timeout: Duration,
    proxy: Option<reqwest::Proxy>,
) -> Result<Answer, NotSent> {
    let url = Url::parse(url).map_err(|_| NotSent::Url)?;
    let local = url.host().is_some_and(|host| is_loopback(&host));
    if url.scheme() != "https" && !(url.scheme() == "http" && local) {
        return Err(NotSent::Url);
    }
    // Installed once a process; a second time is refused, and nothing is lost by that.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // Of the environment nothing is read but what the caller read.
    let builder = Client::builder().redirect(redirect::Policy::none()).retry(reqwest::retry::never()).no_proxy();
    let builder = match proxy.filter(|_| !local) {
        Some(proxy) => builder.proxy(proxy),
        None => builder,
    };
    let client = builder
        .timeout(timeout)
        .user_agent(concat!("hookwright/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(NotSent::Client)?;
    let request = client
        .post(url)
        .header("content-type", "application/json")
        .header("webhook-id", &delivery.id)
        .header("webhook-timestamp", delivery.at.0)
        .header("webhook-signature", &delivery.signature)
        .body(delivery.body.clone());
    let begun = Instant::now();
    let answer = request.send().await.map_err(|error| match error.is_timeout() {
        true => NotSent::Slow(timeout),
        false => NotSent::Connection(innermost(&error)),
    })?;
    Ok(Answer { status: answer.status().as_u16(), latency: begun.elapsed() })
}

fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    crate::quote::escaped(&cause.to_string())
}

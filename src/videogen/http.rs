//! HTTP: the client, the key, the headers, the proxy, the limits of an answer.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Client, Response, redirect};
use zeroize::Zeroizing;

use super::carry::{Answer, Carry, Request};
use super::clock::ApiClock;
use super::error::{ApiError, Cause};
use super::obstacle::Obstacle;
use super::settings::Settings;
use super::throttle::retry_after;
use crate::secrets::ExposeSecret;

/// The most bytes an answer may have.
const MOST_BYTES: usize = 8 << 20;

/// A connection pool with one key and one clock; clones share them.
#[derive(Debug, Clone)]
pub(crate) struct Http {
    client: Client,
    base_url: Arc<str>,
    clock: ApiClock,
}

impl Http {
    /// Makes the client. Fails, in words, where the key is no header value or the machine has no CA certificates.
    pub(crate) fn new(settings: &Settings) -> Result<Self, String> {
        // Installed once a process; a second time is refused, and nothing is lost by that.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let bearer = Zeroizing::new(format!("Bearer {}", settings.key.expose_secret()));
        let mut bearer = HeaderValue::from_str(&bearer).map_err(|_| "the API key holds characters that no key has")?;
        bearer.set_sensitive(true);
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, bearer);
        headers.insert("accept", HeaderValue::from_static("application/json"));
        let client = concat!("hookwright/", env!("CARGO_PKG_VERSION"));
        headers.insert("x-videogen-client", HeaderValue::from_static(client));
        let mut builder = Client::builder()
            .default_headers(headers)
            .user_agent(client)
            .redirect(redirect::Policy::none())
            // Not even the repeats that a protocol allows: every send of a create is counted by us.
            .retry(reqwest::retry::never())
            .timeout(settings.timeout)
            .connect_timeout(settings.timeout.min(Duration::from_secs(10)))
            .tcp_nodelay(true);
        if settings.local {
            builder = builder.no_proxy();
        } else if let Some(proxy) = &settings.proxy {
            builder = builder.proxy(proxy.for_https()?);
        }
        if settings.base_url.starts_with("http:") {
            // Without TLS no certificate is asked for: reading a machine's hundreds of them takes longer than a small plan.
            builder = builder.tls_certs_only([]);
        }
        let client = builder.build().map_err(|e| {
            format!("no HTTPS client could be made ({e}): is there a bundle of CA certificates on this machine (Debian: ca-certificates)?")
        })?;
        Ok(Self { client, base_url: settings.base_url.as_str().into(), clock: ApiClock::default() })
    }

    /// The API's clock, which all clones share.
    pub(crate) fn clock(&self) -> &ApiClock {
        &self.clock
    }
}

impl Carry for Http {
    async fn carry(&self, request: &Request) -> Result<Answer, ApiError> {
        let mut builder = self.client.request(request.method.clone(), format!("{}{}", self.base_url, request.path));
        if let Some((body, key)) = &request.post {
            builder =
                builder.header("content-type", "application/json").header("idempotency-key", key).body(body.clone());
        }
        let response = builder.send().await.map_err(|e| {
            let unsent = e.is_connect() || e.is_builder();
            request.failed(if unsent { Cause::NotSent(Obstacle::of(&e)) } else { Cause::Lost(reason(&e)) })
        })?;
        let status = response.status().as_u16();
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        let request_id = header("x-request-id").map(str::to_owned);
        if let Some(date) = header("date").and_then(|date| httpdate::parse_http_date(date).ok()) {
            self.clock.told(date);
        }
        let retry_after = header("retry-after").and_then(|value| retry_after(value, self.clock.time()));
        let (body, cut) = read(response).await;
        Ok(Answer { request: request.shown(), status, request_id, retry_after, body, cut })
    }
}

/// Reads a body, at most [`MOST_BYTES`] of it, into memory that is wiped; and why it is not whole, where it is not.
async fn read(mut response: Response) -> (Zeroizing<Vec<u8>>, Option<String>) {
    let hint = response.content_length().unwrap_or(4096).min(MOST_BYTES as u64);
    let mut body = Zeroizing::new(Vec::with_capacity(usize::try_from(hint).unwrap_or(0)));
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > MOST_BYTES => {
                return (body, Some("the answer is larger than 8 MiB".to_owned()));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return (body, None),
            Err(error) => return (body, Some(reason(&error))),
        }
    }
}

/// An HTTP error's innermost cause; the outer ones repeat the URL.
fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "timed out".to_owned();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

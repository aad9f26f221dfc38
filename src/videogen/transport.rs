//! HTTP: the key, the headers, the limits, the waiting; and which failures let a request be repeated.

use std::sync::Arc;
use std::time::{Duration, Instant};

use backon::BackoffBuilder;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Client, Method, Response, redirect};
use zeroize::Zeroizing;

use super::clock::ApiClock;
use super::error::{ApiError, Fault, Refusal};
use super::obstacle::Obstacle;
use super::throttle::{Throttle, retry_after};
use crate::secrets::{ExposeSecret, SecretString};

/// The most bytes an answer may have.
const MOST_BYTES: usize = 8 << 20;
/// How often a GET or DELETE is repeated after a lost connection or a 5xx.
const REPEATS: usize = 3;

/// How to reach the API.
#[derive(Debug)]
pub struct Settings {
    /// Without a trailing slash.
    pub base_url: String,
    /// The API key.
    pub key: SecretString,
    /// For one request, all in.
    pub timeout: Duration,
    /// For all waiting that the API asks for.
    pub max_wait: Duration,
    /// Whether the API is on this machine: then no proxy sees the requests.
    pub local: bool,
    /// The proxy that the environment names, if any.
    pub proxy: Option<Proxy>,
    /// What hears of every exchange.
    pub watch: Option<fn(&Exchange<'_>)>,
}

/// A proxy for https.
#[derive(Clone)]
pub struct Proxy {
    /// Its URL; a password may be in it.
    pub url: String,
    /// The hosts that are reached without it, comma-separated, `.example` for all below.
    pub except: String,
}

impl std::fmt::Debug for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Proxy(redacted)")
    }
}

/// One request and what came of it: never a header, never a body.
#[derive(Debug)]
pub struct Exchange<'a> {
    /// `GET /v1/me`, escaped.
    pub request: &'a str,
    /// Which attempt of the same request it was, from 1.
    pub attempt: u32,
    /// From the first byte to the end of the answer, or to the failure.
    pub took: Duration,
    /// The answer's status and request id, or the failure.
    pub outcome: Result<(u16, Option<&'a str>), &'a ApiError>,
}

/// A connection pool with one key, one throttle and one clock; clones share them.
#[derive(Debug, Clone)]
pub struct Transport {
    client: Client,
    base_url: Arc<str>,
    throttle: Throttle,
    clock: ApiClock,
    watch: Option<fn(&Exchange<'_>)>,
}

/// An answer, whose end may be missing.
pub struct Answer {
    pub request: String,
    pub status: u16,
    pub request_id: Option<String>,
    pub body: Zeroizing<Vec<u8>>,
    /// Why the body is not whole, where it is not.
    pub cut: Option<String>,
}

impl Answer {
    /// The answer, where all of it came.
    pub fn whole(self) -> Result<Self, ApiError> {
        match self.cut {
            Some(reason) => Err(ApiError { request: self.request, fault: Fault::Lost(reason) }),
            None => Ok(self),
        }
    }

    pub fn error(&self) -> ApiError {
        let refusal = Refusal::read(self.status, self.request_id.clone(), &self.body);
        ApiError { request: self.request.clone(), fault: Fault::Refused(Box::new(refusal)) }
    }

    pub fn unreadable(&self, reason: &str) -> ApiError {
        let refusal =
            Refusal { message: reason.to_owned(), ..Refusal::read(self.status, self.request_id.clone(), b"") };
        ApiError { request: self.request.clone(), fault: Fault::Unreadable(Box::new(refusal)) }
    }
}

impl Transport {
    /// Makes the client. Fails, in words, where the key is no header value or the machine has no CA certificates.
    pub fn new(settings: &Settings) -> Result<Self, String> {
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
        } else if let Some(Proxy { url, except }) = &settings.proxy {
            let proxy =
                reqwest::Proxy::https(url).map_err(|_| "the URL of the proxy (HTTPS_PROXY, ALL_PROXY) is none")?;
            builder = builder.proxy(proxy.no_proxy(reqwest::NoProxy::from_string(except)));
        }
        if settings.base_url.starts_with("http:") {
            // Without TLS no certificate is asked for: reading a machine's hundreds of them takes longer than a small plan.
            builder = builder.tls_certs_only([]);
        }
        let client = builder.build().map_err(|e| {
            format!("no HTTPS client could be made ({e}): is there a bundle of CA certificates on this machine (Debian: ca-certificates)?")
        })?;
        let base_url = settings.base_url.as_str().into();
        let (throttle, clock) = (Throttle::new(settings.max_wait), ApiClock::default());
        Ok(Self { client, base_url, throttle, clock, watch: settings.watch })
    }

    /// The API's clock, which all clones share.
    pub fn clock(&self) -> &ApiClock {
        &self.clock
    }

    /// The throttle that all clones share.
    pub fn throttle(&self) -> &Throttle {
        &self.throttle
    }

    /// Sends one request, once, when the throttle lets it pass. Any status is an answer, and so is one that was cut
    /// short: what came of it may hold all that matters.
    pub(super) async fn send(
        &self,
        method: Method,
        path: &str,
        post: Option<(Vec<u8>, &str)>,
    ) -> Result<Answer, ApiError> {
        self.attempt(method, path, post, 1).await
    }

    async fn attempt(
        &self,
        method: Method,
        path: &str,
        post: Option<(Vec<u8>, &str)>,
        attempt: u32,
    ) -> Result<Answer, ApiError> {
        let shown = path.split('?').next().unwrap_or_default();
        let request = format!("{method} {}", crate::quote::escaped(shown));
        let begun = Instant::now();
        let answer = self.exchange(method, path, post, request.clone()).await;
        if let Some(watch) = self.watch {
            let outcome = answer.as_ref().map(|answer| (answer.status, answer.request_id.as_deref()));
            watch(&Exchange { request: &request, attempt, took: begun.elapsed(), outcome });
        }
        answer
    }

    async fn exchange(
        &self,
        method: Method,
        path: &str,
        post: Option<(Vec<u8>, &str)>,
        request: String,
    ) -> Result<Answer, ApiError> {
        let failed = |fault| ApiError { request: request.clone(), fault };
        self.throttle.pass().await.map_err(|wait| failed(wait.map_or(Fault::Stopped, Fault::WaitTooLong)))?;
        let mut builder = self.client.request(method, format!("{}{path}", self.base_url));
        if let Some((body, key)) = post {
            builder = builder.header("content-type", "application/json").header("idempotency-key", key).body(body);
        }
        let response = builder.send().await.map_err(|e| {
            let unsent = e.is_connect() || e.is_builder();
            failed(if unsent { Fault::NotSent(Obstacle::of(&e)) } else { Fault::Lost(reason(&e)) })
        })?;
        let status = response.status().as_u16();
        let request_id = response.headers().get("x-request-id").and_then(|v| v.to_str().ok()).map(str::to_owned);
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        if let Some(date) = header("date").and_then(|date| httpdate::parse_http_date(date).ok()) {
            self.clock.told(date);
        }
        let told = header("retry-after").and_then(|value| retry_after(value, self.clock.time()));
        let (body, cut) = read(response).await;
        let answer = Answer { request, status, request_id, body, cut };
        if status == 429 && answer.error().code() != Some("insufficient_credits") {
            self.throttle.limited(told);
        } else {
            self.throttle.answered();
        }
        Ok(answer)
    }

    /// Sends a GET or a DELETE, and again after a lost connection, a 5xx or a 429; a status that is no success is
    /// an error.
    pub(super) async fn repeatable(&self, method: Method, path: &str) -> Result<Answer, ApiError> {
        let backoff = backon::ExponentialBuilder::default().with_jitter().with_min_delay(Duration::from_millis(100));
        let mut delays = backoff.with_max_times(REPEATS).build();
        let mut attempt = 0;
        loop {
            attempt += 1;
            let error = match self.attempt(method.clone(), path, None, attempt).await.and_then(Answer::whole) {
                Ok(answer) if (200..300).contains(&answer.status) => return Ok(answer),
                Ok(answer) => answer.error(),
                Err(error) => error,
            };
            let again = match (&error.fault, error.status(), error.code()) {
                (_, _, Some("insufficient_credits")) => false,
                // The throttle does the waiting, and ends it.
                (_, Some(429), _) => continue,
                (_, Some(500..=599), _) | (Fault::NotSent(_) | Fault::Lost(_), ..) => true,
                _ => false,
            };
            match delays.next().filter(|_| again && !self.throttle.is_stopped()) {
                Some(delay) => tokio::time::sleep(delay).await,
                None => return Err(error),
            }
        }
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

/// An HTTP error's innermost cause; the outer ones repeat the url.
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

/// Percent-encodes a path segment or a query value: ids and cursors are opaque.
pub(super) fn encode(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'~' | b'.' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

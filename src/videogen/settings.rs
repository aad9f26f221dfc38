//! How the API is reached: where, with which key, for how long, through which proxy, and who hears of each exchange.

use std::time::Duration;

use super::error::ApiError;
use crate::secrets::SecretString;

/// How to reach the API.
#[derive(Debug)]
pub(crate) struct Settings {
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
pub(crate) struct Proxy {
    /// Its URL; a password may be in it.
    pub url: String,
    /// The hosts that are reached without it, comma-separated, `.example` for all below.
    pub except: String,
}

impl Proxy {
    /// What an HTTP client takes; nothing of the URL is in the error.
    pub(crate) fn for_https(&self) -> Result<reqwest::Proxy, &'static str> {
        let proxy =
            reqwest::Proxy::https(&self.url).map_err(|_| "the URL of the proxy (HTTPS_PROXY, ALL_PROXY) is none")?;
        Ok(proxy.no_proxy(reqwest::NoProxy::from_string(&self.except)))
    }
}

impl std::fmt::Debug for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Proxy(redacted)")
    }
}

/// One request and what came of it: never a header, never a body.
#[derive(Debug)]
pub(crate) struct Exchange<'a> {
    /// `GET /v1/me`, escaped.
    pub request: &'a str,
    /// Which attempt of the same request it was, from 1.
    pub attempt: u32,
    /// From the first byte to the end of the answer, or to the failure.
    pub took: Duration,
    /// The answer's status and request id, or the failure.
    pub outcome: Result<(u16, Option<&'a str>), &'a ApiError>,
}

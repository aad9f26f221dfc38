//! The HTTP client that `object_store` is given: no redirects, no repeats, limits for time and for the body of an error.

use std::error::Error as _;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt;
use object_store::client::{HttpClient, HttpConnector, HttpError, HttpRequest, HttpResponse, HttpService};
use object_store::{ClientConfigKey, ClientOptions};
use reqwest::{Client, redirect};

use super::heard::{Answered, Outcome, note};
use crate::timestamp::Timestamp;

/// The most bytes that are kept of an error's body.
const MOST_BYTES: usize = 64 << 10;

/// Makes the clients of one store and of what its credentials come from.
pub(super) struct Connector {
    /// For one request, all in.
    pub timeout: Duration,
    /// For https.
    pub proxy: Option<reqwest::Proxy>,
    /// Whether the store is reached without TLS.
    pub is_plain: bool,
}

impl fmt::Debug for Connector {
    /// Without the proxy, whose URL may have a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

impl HttpConnector for Connector {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        // Installed once a process; a second time is refused, and nothing is lost by that.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let told = options.get_config_value(&ClientConfigKey::ConnectTimeout);
        let told = told.and_then(|text| humantime::parse_duration(&text).ok());
        let mut builder = Client::builder()
            .user_agent(concat!("hookwright/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .timeout(self.timeout)
            .connect_timeout(told.unwrap_or(self.timeout).min(Duration::from_secs(10)))
            .tcp_nodelay(true)
            .no_proxy();
        if let Some(proxy) = &self.proxy {
            builder = builder.proxy(proxy.clone());
        }
        if self.is_plain && options.get_config_value(&ClientConfigKey::AllowHttp).as_deref() == Some("true") {
            // Without TLS no certificate is asked for: reading a machine's hundreds of them takes time.
            builder = builder.tls_certs_only([]);
        }
        let client =
            builder.build().map_err(|e| object_store::Error::Generic { store: "HTTP", source: Box::new(e) })?;
        Ok(HttpClient::new(Service(client)))
    }
}

#[derive(Debug)]
struct Service(Client);

#[async_trait]
impl HttpService for Service {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        note(Outcome::Sent, None);
        let response = self.0.call(request).await.inspect_err(|error| note(failed(error), None))?;
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        let date = header("date").and_then(|date| httpdate::parse_http_date(date).ok()).map(Timestamp::of);
        let mut answered = Answered {
            status: response.status().as_u16(),
            request_id: header("x-amz-request-id").map(str::to_owned),
            region: header("x-amz-bucket-region").map(str::to_owned),
            body: String::new(),
        };
        if response.status().is_success() {
            note(Outcome::Answered(answered), date);
            return Ok(response);
        }
        let (parts, body) = response.into_parts();
        // What an error says is worth less than that it is one: a body that breaks off is as good as none.
        let (mut chunks, mut body) = (body.bytes_stream(), Vec::new());
        while let Some(Ok(chunk)) = chunks.next().await {
            body.extend_from_slice(&chunk[..chunk.len().min(MOST_BYTES - body.len())]);
            if body.len() == MOST_BYTES {
                break;
            }
        }
        answered.body = String::from_utf8_lossy(&body).into_owned();
        let shown = answered.body.clone();
        note(Outcome::Answered(answered), date);
        Ok(HttpResponse::from_parts(parts, shown.into()))
    }
}

/// What became of a request that has no answer, in the words of its innermost cause: the outer ones repeat the URL.
fn failed(error: &HttpError) -> Outcome {
    let http = error.source().and_then(|source| source.downcast_ref::<reqwest::Error>());
    let reason = if http.is_some_and(reqwest::Error::is_timeout) {
        "timed out".to_owned()
    } else {
        let mut cause: &dyn std::error::Error = error;
        while let Some(inner) = cause.source() {
            cause = inner;
        }
        cause.to_string()
    };
    match http.is_some_and(|error| error.is_connect() || error.is_builder()) {
        true => Outcome::Unsent(reason),
        false => Outcome::Lost(reason),
    }
}

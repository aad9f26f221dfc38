//! The sandbox by example: a running server, and a client that knows only HTTP.

mod api;
mod database;
mod delivery;
mod fault;
mod idempotency;
mod pages;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::{DEFAULT_KEY, Fault, Options, Running, serve};

pub(super) const ENDPOINTS: &str = "/v1/webhooks/endpoints";

/// A running sandbox and a client for it.
pub(super) struct World {
    pub running: Running,
    client: reqwest::Client,
}

/// An answer that was read to its end.
#[derive(Debug)]
pub(super) struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
    pub json: Value,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub(super) fn code(&self) -> &str {
        self.json["code"].as_str().unwrap_or_default()
    }
}

impl World {
    pub(super) async fn new(options: Options) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = reqwest::Client::builder().no_proxy().retry(reqwest::retry::never());
        let client = builder.redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { running: serve(options).await.unwrap(), client }
    }

    pub(super) async fn with_faults(faults: &[&str]) -> Self {
        Self::new(Options { faults: parsed(faults), ..Options::default() }).await
    }

    pub(super) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.running.url())).bearer_auth(DEFAULT_KEY)
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        sent(self.request(Method::GET, path)).await.unwrap()
    }

    pub(super) async fn delete(&self, id: &str) -> Result<Answer, reqwest::Error> {
        sent(self.request(Method::DELETE, &format!("{ENDPOINTS}/{id}"))).await
    }

    /// A create without a key; an error is an answer that was lost.
    pub(super) async fn post(&self, body: &Value) -> Result<Answer, reqwest::Error> {
        sent(self.request(Method::POST, ENDPOINTS).body(body.to_string())).await
    }

    pub(super) async fn post_with_key(&self, key: &str, body: &Value) -> Result<Answer, reqwest::Error> {
        sent(self.request(Method::POST, ENDPOINTS).header("idempotency-key", key).body(body.to_string())).await
    }

    /// A create that succeeds; its id.
    pub(super) async fn make(&self, body: &Value) -> String {
        let answer = self.post(body).await.unwrap();
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json["endpointId"].as_str().unwrap().to_owned()
    }

    /// The ids of the first 200 endpoints, as listed.
    pub(super) async fn ids(&self) -> Vec<String> {
        ids(&self.get(&format!("{ENDPOINTS}?limit=200")).await)
    }
}

pub(super) async fn sent(request: RequestBuilder) -> Result<Answer, reqwest::Error> {
    let response = request.send().await?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await?;
    let json = serde_json::from_str(&text).unwrap_or_default();
    Ok(Answer { status, headers, text, json })
}

pub(super) fn ids(listing: &Answer) -> Vec<String> {
    let items = listing.json["endpoints"].as_array().unwrap();
    items.iter().map(|item| item["endpointId"].as_str().unwrap().to_owned()).collect()
}

pub(super) fn parsed(faults: &[&str]) -> Vec<Fault> {
    faults.iter().map(|fault| fault.parse().unwrap()).collect()
}

/// The body of an ordinary create.
pub(super) fn spec() -> Value {
    json!({"url": "https://hooks.example.com/a", "events": ["tool_execution.succeeded"]})
}

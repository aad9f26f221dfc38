//! Deliveries as Standard Webhooks: what is sent, how it is signed, and how often it is tried.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Client, redirect};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::task::JoinSet;
use url::{Host, Url};

use super::EVENTS;
use super::account::Endpoint;
use super::reply::Reply;

/// How often a delivery is tried.
const ATTEMPTS: u32 = 3;
/// How long a consumer may take.
const TIMEOUT: Duration = Duration::from_secs(15);

/// What a trigger asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Trigger {
    /// One of [`EVENTS`].
    pub event: String,
}

/// What became of one delivery.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Delivery {
    /// The endpoint's id.
    pub endpoint_id: String,
    /// Where it was sent.
    pub url: String,
    /// The `webhook-id` header.
    pub webhook_id: String,
    /// How often it was sent.
    pub attempts: u32,
    /// The status of the last answer, if there was one.
    pub status: Option<u16>,
    /// Why there was no last answer.
    pub error: Option<String>,
}

impl Delivery {
    /// Whether the consumer took it.
    pub(crate) fn is_accepted(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

/// Delivers an event to every endpoint that subscribed to it; answers when all are done.
pub(super) async fn trigger(body: &[u8], endpoints: Vec<Endpoint>, pause: Duration) -> Reply {
    let Ok(Trigger { event }) = serde_json::from_slice(body) else {
        return Reply::error(400, "invalid_request", "The body must be {\"event\": NAME}.");
    };
    if !EVENTS.contains(&event.as_str()) {
        return Reply::invalid(format!("Unknown webhook event: {}.", json!(event)));
    }
    let webhook_id = format!("msg_{:032x}", rand::random::<u128>());
    let payload = payload(&event).to_string();
    let mut tasks = JoinSet::new();
    for endpoint in endpoints.into_iter().filter(|endpoint| endpoint.wanted.events.contains(&event)) {
        tasks.spawn(deliver(endpoint, webhook_id.clone(), payload.clone(), pause));
    }
    let mut deliveries = tasks.join_all().await;
    deliveries.sort();
    Reply::json(200, json!({"event": event, "deliveries": deliveries}))
}

/// Sends one delivery until it is accepted, or [`ATTEMPTS`] times.
async fn deliver(endpoint: Endpoint, webhook_id: String, payload: String, mut pause: Duration) -> Delivery {
    let (endpoint_id, url) = (endpoint.endpoint_id.clone(), endpoint.wanted.url.clone());
    let mut delivery = Delivery { endpoint_id, url, webhook_id, attempts: 0, status: None, error: None };
    loop {
        delivery.attempts += 1;
        match send(&endpoint, &delivery.webhook_id, &payload).await {
            Ok(status) => (delivery.status, delivery.error) = (Some(status), None),
            Err(error) => (delivery.status, delivery.error) = (None, Some(error)),
        }
        if delivery.is_accepted() || delivery.attempts == ATTEMPTS {
            return delivery;
        }
        tokio::time::sleep(pause).await;
        pause *= 2;
    }
}

async fn send(endpoint: &Endpoint, id: &str, payload: &str) -> Result<u16, String> {
    let timestamp = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let signature = signature(&endpoint.signing_secret, id, timestamp, payload)?;
    let url = Url::parse(&endpoint.wanted.url).map_err(|error| error.to_string())?;
    let request = client(&url, &addresses(&url).await?)?
        .post(&endpoint.wanted.url)
        .header("content-type", "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", timestamp)
        .header("webhook-signature", signature)
        .body(payload.to_owned());
    let answered = request.send().await.map_err(|error| innermost(&error))?;
    Ok(answered.status().as_u16())
}

/// A client that connects to these addresses and no other.
fn client(url: &Url, addresses: &[SocketAddr]) -> Result<Client, String> {
    // Installed once a process; a second time is refused, and nothing is lost by that.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = Client::builder().redirect(redirect::Policy::none()).timeout(TIMEOUT);
    let builder = builder.resolve_to_addrs(url.host_str().unwrap_or_default(), addresses);
    // A proxy would look up the host itself, and reach what was checked here to be out of reach.
    builder.no_proxy().build().map_err(|error| innermost(&error))
}

/// Where a URL leads. A private address is an error unless it is this machine's own: whoever can make an endpoint
/// here shall not reach the services of the network around it.
async fn addresses(url: &Url) -> Result<Vec<SocketAddr>, String> {
    let port = url.port_or_known_default().unwrap_or_default();
    let found: Vec<SocketAddr> = match url.host() {
        Some(Host::Ipv4(address)) => vec![(address, port).into()],
        Some(Host::Ipv6(address)) => vec![(address, port).into()],
        Some(Host::Domain(name)) => {
            let looked_up = tokio::net::lookup_host((name, port)).await;
            looked_up.map_err(|error| format!("no address of {name}: {error}"))?.collect()
        }
        None => Vec::new(),
    };
    match found.iter().find(|address| is_of_a_private_network(address.ip())) {
        Some(address) => Err(format!("{} is a private address: the sandbox delivers to loopback alone", address.ip())),
        None => Ok(found),
    }
}

/// Whether an address is of no public network, and not loopback's.
fn is_of_a_private_network(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) if address.is_loopback() => false,
        IpAddr::V4(address) => {
            let [first, second, ..] = address.octets();
            // 0.0.0.0 is this machine by another name; 100.64/10 is a carrier's, and some clouds' metadata.
            let shared = first == 0 || (first == 100 && (64..128).contains(&second));
            shared
                || address.is_private()
                || address.is_link_local()
                || address.is_multicast()
                || address.is_broadcast()
        }
        IpAddr::V6(address) if address.is_loopback() => false,
        IpAddr::V6(address) => {
            address.is_unspecified()
                || address.is_unique_local()
                || address.is_unicast_link_local()
                || address.is_multicast()
        }
    }
}

fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

/// The `webhook-signature` header.
pub(super) fn signature(secret: &str, id: &str, timestamp: u64, payload: &str) -> Result<String, String> {
    let key = secret.strip_prefix("whsec_").and_then(|key| BASE64_STANDARD.decode(key).ok());
    let key = key.ok_or("the endpoint's secret is not whsec_ and base64")?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).map_err(|error| error.to_string())?;
    mac.update(format!("{id}.{timestamp}.{payload}").as_bytes());
    Ok(format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes())))
}

/// The body: the event, its time, and what its family adds.
fn payload(event: &str) -> Value {
    let occurred_at = humantime::format_rfc3339_millis(SystemTime::now()).to_string();
    let mut payload = json!({"event": event, "occurredAt": occurred_at});
    let id = |kind: &str| json!(format!("vg_{kind}_{:016x}", rand::random::<u64>()));
    let file_id = id("file");
    let added = match event.split('.').next().unwrap_or_default() {
        "tool_execution" => {
            let results =
                if event.ends_with("succeeded") { json!([{"type": "file", "fileId": file_id}]) } else { json!([]) };
            vec![("toolExecutionId", id("tool")), ("toolType", json!("text_to_speech")), ("results", results)]
        }
        "workflow_run" => vec![("workflowRunId", id("run"))],
        "project_export" => vec![("projectId", id("proj")), ("exportId", id("expo"))],
        "assistant_message" => vec![("assistantMessageId", id("msg"))],
        _ => {
            let file = json!({"fileId": file_id, "type": "VIDEO", "scope": "GLOBAL", "displayName": "sandbox.mp4"});
            vec![("fileId", file_id), ("file", file)]
        }
    };
    for (name, value) in added {
        payload[name] = value;
    }
    payload
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_private_addresses_loopback_alone_is_delivered_to() {
        for (address, private) in [
            ("127.0.0.1", false),
            ("::1", false),
            ("::ffff:127.0.0.1", false),
            ("203.0.113.7", false),
            ("2001:db8::1", false),
            ("0.0.0.0", true),
            ("10.1.2.3", true),
            ("100.100.100.200", true),
            ("169.254.169.254", true),
            ("172.16.0.1", true),
            ("192.168.1.1", true),
            ("::ffff:10.0.0.1", true),
            ("::", true),
            ("fd00::1", true),
            ("fe80::1", true),
        ] {
            assert_eq!(is_of_a_private_network(address.parse().unwrap()), private, "{address}");
        }
    }

    #[tokio::test]
    async fn an_address_in_an_url_is_judged_however_it_is_written() {
        let judged = |url: &str| {
            let url = Url::parse(url).unwrap();
            async move { addresses(&url).await }
        };
        assert!(judged("http://0xa9fea9fe/latest").await.unwrap_err().contains("169.254.169.254"));
        assert_eq!(judged("http://127.0.0.1:9/").await.unwrap(), ["127.0.0.1:9".parse().unwrap()]);
    }
}

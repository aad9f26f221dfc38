//! Deliveries: the signature, whom an event reaches, and how often it is tried.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::super::delivery::signature;
use super::super::{DEFAULT_KEY, Delivery, EVENTS, Options, TriggerError, trigger as remote};
use super::{Answer, World, sent};

/// A consumer: what it received, and the statuses that it answers next (then 204).
#[derive(Clone, Default)]
struct Consumer {
    received: Arc<Mutex<Vec<(HeaderMap, String)>>>,
    statuses: Arc<Mutex<Vec<u16>>>,
}

impl Consumer {
    async fn listen(statuses: &[u16]) -> (Self, String) {
        let consumer = Self { statuses: Arc::new(Mutex::new(statuses.to_vec())), ..Self::default() };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let app = Router::new().fallback(receive).with_state(consumer.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        (consumer, url)
    }

    fn received(&self) -> Vec<(HeaderMap, String)> {
        self.received.lock().unwrap().clone()
    }
}

async fn receive(State(consumer): State<Consumer>, headers: HeaderMap, body: String) -> StatusCode {
    consumer.received.lock().unwrap().push((headers, body));
    let status = consumer.statuses.lock().unwrap().pop().unwrap_or(204);
    StatusCode::from_u16(status).unwrap()
}

async fn world() -> World {
    World::new(Options { delivery_pause: Duration::from_millis(1), ..Options::default() }).await
}

async fn trigger(world: &World, event: &str) -> Answer {
    let body = json!({"event": event}).to_string();
    sent(world.request(Method::POST, "/_sandbox/trigger").body(body)).await.unwrap()
}

fn deliveries(answer: &Answer) -> Vec<Delivery> {
    serde_json::from_value(answer.json["deliveries"].clone()).unwrap()
}

#[test]
fn the_signature_is_that_of_the_standard() {
    // The example of the Standard Webhooks reference libraries.
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let signed = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
    assert_eq!(signed.unwrap(), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

#[tokio::test]
async fn an_event_reaches_its_subscribers_signed() {
    let (consumer, url) = Consumer::listen(&[]).await;
    let world = world().await;
    let subscribed = json!({"url": url, "events": ["file.playback_ready", "file.analysis_failed"]});
    let made = world.post(&subscribed).await.unwrap();
    world.make(&json!({"url": url, "events": ["workflow_run.failed"]})).await;

    let [delivery] = deliveries(&trigger(&world, "file.playback_ready").await).try_into().unwrap();
    assert_eq!((&json!(delivery.endpoint_id), delivery.attempts), (&made.json["endpointId"], 1));
    assert!(delivery.is_accepted());

    let [(headers, body)] = consumer.received().try_into().unwrap();
    let header = |name: &str| headers[name].to_str().unwrap();
    assert_eq!(header("webhook-id"), delivery.webhook_id);
    let secret = made.json["signingSecret"].as_str().unwrap();
    let timestamp = header("webhook-timestamp").parse().unwrap();
    assert_eq!(header("webhook-signature"), signature(secret, header("webhook-id"), timestamp, &body).unwrap());
    let payload: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(payload["event"], "file.playback_ready");
    assert!(payload["occurredAt"].is_string());
    assert_eq!(payload["fileId"], payload["file"]["fileId"]);
}

#[tokio::test]
async fn a_deleted_endpoint_receives_nothing() {
    let (consumer, url) = Consumer::listen(&[]).await;
    let world = world().await;
    let id = world.make(&json!({"url": url, "events": EVENTS})).await;
    for event in EVENTS {
        assert!(deliveries(&trigger(&world, event).await)[0].is_accepted());
    }
    world.delete(&id).await.unwrap();
    assert!(deliveries(&trigger(&world, EVENTS[0]).await).is_empty());
    assert_eq!(consumer.received().len(), EVENTS.len());
}

#[tokio::test]
async fn a_delivery_is_tried_again_under_the_same_id() {
    let (consumer, url) = Consumer::listen(&[302, 500]).await;
    let world = world().await;
    world.make(&json!({"url": url, "events": EVENTS})).await;
    let [delivery] = deliveries(&trigger(&world, EVENTS[0]).await).try_into().unwrap();
    assert_eq!((delivery.attempts, delivery.status), (3, Some(204)));
    let received = consumer.received();
    assert!(received.iter().all(|(headers, _)| headers["webhook-id"] == delivery.webhook_id.as_str()));
    assert_eq!(received.len(), 3);
}

#[tokio::test]
async fn a_delivery_that_is_never_taken_says_why() {
    let (_, refusing) = Consumer::listen(&[500; 9]).await;
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("http://{}/", taken.local_addr().unwrap());
    drop(taken);
    let world = world().await;
    for url in [refusing, nobody.clone()] {
        world.make(&json!({"url": url, "events": EVENTS})).await;
    }
    for delivery in deliveries(&trigger(&world, EVENTS[0]).await) {
        assert_eq!((delivery.is_accepted(), delivery.attempts), (false, 3));
        assert_eq!(
            (delivery.status.is_none(), delivery.error.is_some()),
            (delivery.url == nobody, delivery.url == nobody)
        );
    }
}

#[tokio::test]
async fn a_running_sandbox_is_triggered_from_outside() {
    let (consumer, url) = Consumer::listen(&[]).await;
    let world = world().await;
    let id = world.make(&json!({"url": url, "events": EVENTS})).await;
    let base = world.running.url();
    let [delivery] = remote(&base, DEFAULT_KEY, EVENTS[0]).await.unwrap().try_into().unwrap();
    assert_eq!((delivery.endpoint_id, consumer.received().len()), (id, 1));
    let refused = remote(&base, "sk_videogen_other", EVENTS[0]).await;
    assert!(matches!(refused, Err(TriggerError::Refused { status: 401, .. })));
    let stranger = remote(&url, DEFAULT_KEY, EVENTS[0]).await;
    assert!(matches!(stranger, Err(TriggerError::NotASandbox { .. })));
    world.running.stop().await.unwrap();
    assert!(matches!(remote(&base, DEFAULT_KEY, EVENTS[0]).await, Err(TriggerError::Unreachable { .. })));
}

#[tokio::test]
async fn a_trigger_needs_the_key_and_a_known_event() {
    let world = world().await;
    let unknown = trigger(&world, "tool_execution.*").await;
    assert_eq!((unknown.status, unknown.code()), (400, "invalid_parameters"));
    let malformed = sent(world.request(Method::POST, "/_sandbox/trigger")).await.unwrap();
    assert_eq!((malformed.status, malformed.code()), (400, "invalid_request"));
    let bare = sent(reqwest::Client::new().post(format!("{}/_sandbox/trigger", world.running.url()))).await.unwrap();
    assert_eq!((bare.status, bare.code()), (401, "missing_api_key"));
}

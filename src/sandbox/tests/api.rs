//! A well-behaved sandbox: what each route answers, and what it refuses.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use reqwest::Method;
use serde_json::{Value, json};

use super::super::{EVENTS, Options, RetryAfter};
use super::{ENDPOINTS, World, sent, spec};

#[tokio::test]
async fn a_create_tells_the_secret_and_a_listing_does_not() {
    let world = World::new(Options::default()).await;
    let body = json!({"url": "https://a.example/x?y=1", "events": EVENTS, "description": "d"});
    let made = world.post(&body).await.unwrap();
    assert_eq!(made.status, 201);
    let secret = made.json["signingSecret"].as_str().unwrap();
    let key = BASE64_STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    assert!((24..=32).contains(&key.len()));
    assert!(made.json["createdAt"].is_f64());
    assert!(made.json["endpointId"].as_str().unwrap().starts_with("ep_"));
    assert_eq!(made.json["signingSecretLast4"], secret[secret.len() - 4..]);
    for field in ["url", "events", "description"] {
        assert_eq!(made.json[field], body[field]);
    }

    let mut listed = made.json.clone();
    listed.as_object_mut().unwrap().remove("signingSecret");
    let listing = world.get(ENDPOINTS).await;
    assert_eq!(listing.json, json!({"endpoints": [listed], "hasMore": false, "nextCursor": null}));
}

#[tokio::test]
async fn nothing_forbids_duplicates() {
    let world = World::new(Options::default()).await;
    let made = [world.make(&spec()).await, world.make(&spec()).await];
    assert_ne!(made[0], made[1]);
    assert_eq!(world.ids().await, made);
}

#[tokio::test]
async fn a_delete_is_204_and_then_404() {
    let world = World::new(Options::default()).await;
    let id = world.make(&spec()).await;
    let answer = world.delete(&id).await.unwrap();
    assert_eq!((answer.status, answer.text.as_str(), answer.header("content-type")), (204, "", None));
    assert!(world.ids().await.is_empty());
    let answer = world.delete(&id).await.unwrap();
    assert_eq!((answer.status, answer.code()), (404, "not_found"));
}

#[tokio::test]
async fn a_bad_create_is_refused_with_its_code() {
    let world = World::new(Options::default()).await;
    let good = spec();
    let with = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        body.to_string()
    };
    let bodies = [
        ("{".to_owned(), "invalid_request"),
        ("[]".to_owned(), "invalid_request"),
        (with("url", Value::Null), "invalid_parameters"),
        (with("url", json!("http://hooks.example.com")), "invalid_parameters"),
        (with("url", json!("hooks.example.com")), "invalid_parameters"),
        (with("url", json!("https://")), "invalid_parameters"),
        (with("events", Value::Null), "invalid_parameters"),
        (with("events", json!([])), "invalid_parameters"),
        (with("events", json!(["tool_execution.*"])), "invalid_parameters"),
        (with("events", json!([1])), "invalid_parameters"),
        (with("description", json!(1)), "invalid_parameters"),
    ];
    for (body, code) in bodies {
        let answer = sent(world.request(Method::POST, ENDPOINTS).body(body.clone())).await.unwrap();
        assert_eq!((answer.status, answer.code()), (400, code), "{body}");
        assert!(answer.json["message"].is_string());
    }
    let answer = sent(world.request(Method::POST, ENDPOINTS).body(vec![b' '; 2 << 20])).await.unwrap();
    assert_eq!(answer.status, 413);
    assert!(world.ids().await.is_empty());
    for url in ["http://127.0.0.1:9/x", "http://localhost/", "http://[::1]/"] {
        world.make(&serde_json::from_str(&with("url", json!(url))).unwrap()).await;
    }
}

#[tokio::test]
async fn every_answer_has_a_request_id_and_every_route_but_the_known_is_404() {
    let world = World::new(Options::default()).await;
    let unknown = [(Method::GET, "/"), (Method::PUT, ENDPOINTS), (Method::GET, "/v1/webhooks/endpoints/ep_1")];
    for (method, path) in unknown.into_iter().chain([(Method::DELETE, "/v1/webhooks/endpoints/")]) {
        let answer = sent(world.request(method, path)).await.unwrap();
        assert_eq!((answer.status, answer.code()), (404, "not_found"), "{path}");
        assert!(answer.header("x-request-id").unwrap().starts_with("req_"));
    }
    let me = world.get("/v1/me").await;
    assert_eq!(me.json["teamId"], "vg_team_sandbox");
    assert!(me.header("x-request-id").is_some());
}

#[tokio::test]
async fn the_key_is_required() {
    let world = World::new(Options::default()).await;
    for path in ["/v1/me", ENDPOINTS] {
        let url = format!("{}{path}", world.running.url());
        let bare = sent(world.client.get(&url)).await.unwrap();
        assert_eq!((bare.status, bare.code()), (401, "missing_api_key"));
        let wrong = sent(world.client.get(&url).bearer_auth("sk_videogen_other")).await.unwrap();
        assert_eq!((wrong.status, wrong.code()), (401, "invalid_api_key"));
    }
}

#[tokio::test]
async fn a_rate_limit_counts_each_group_of_routes_alone() {
    let rate_limit = Some((2, std::time::Duration::from_secs(3600)));
    let world = World::new(Options { rate_limit, ..Options::default() }).await;
    world.make(&spec()).await;
    world.get(ENDPOINTS).await;
    let limited = world.post(&spec()).await.unwrap();
    assert_eq!((limited.status, limited.code()), (429, "rate_limited"));
    assert!((1..=3600).contains(&limited.header("retry-after").unwrap().parse::<u32>().unwrap()));
    assert_eq!(world.get("/v1/me").await.status, 200);
}

#[tokio::test]
async fn retry_after_may_be_a_date_or_absent() {
    let limit = |retry_after| Options {
        retry_after,
        rate_limit: Some((0, std::time::Duration::from_secs(60))),
        ..Options::default()
    };
    let dated = World::new(limit(RetryAfter::Date)).await.get("/v1/me").await;
    assert!(httpdate::parse_http_date(dated.header("retry-after").unwrap()).is_ok());
    let absent = World::new(limit(RetryAfter::Absent)).await.get("/v1/me").await;
    assert_eq!((absent.status, absent.header("retry-after")), (429, None));
}

#[tokio::test]
async fn other_words_may_be_answered_than_were_sent() {
    let world = World::new(Options { answer_slash: true, ..Options::default() }).await;
    let made = world.post(&spec()).await.unwrap();
    assert_eq!(made.json["url"], "https://hooks.example.com/a/");
    let listed = &world.get(ENDPOINTS).await.json["endpoints"][0];
    assert_eq!((&listed["url"], &listed["description"]), (&made.json["url"], &Value::Null));
    assert!(listed.as_object().unwrap().contains_key("description"));
}

#[tokio::test]
async fn a_request_under_a_foreign_name_is_refused_before_it_does_anything() {
    let world = World::new(Options::default()).await;
    for (host, status) in [
        ("evil.example", 403),
        ("evil.example:8787", 403),
        ("127.0.0.1.evil.example", 403),
        ("localhost@evil.example", 403),
        ("10.0.0.1", 403),
        ("localhost", 201),
        ("LOCALHOST:1", 201),
        ("[::1]:8787", 201),
    ] {
        let request = world.request(reqwest::Method::POST, ENDPOINTS).header("host", host);
        let answer = sent(request.body(spec().to_string())).await.unwrap();
        assert_eq!(answer.status, status, "{host}: {}", answer.text);
        let trigger = world.request(reqwest::Method::POST, "/_sandbox/trigger").header("host", host);
        let answer = sent(trigger.body("{}")).await.unwrap();
        assert_eq!(answer.status == 403, status == 403, "{host}: {}", answer.text);
    }
    assert_eq!(world.ids().await.len(), 3);
}

//! Each fault of a create, a delete and the account does what its name says.

use std::time::Duration;

use super::super::Options;
use super::{ENDPOINTS, World, parsed, spec};

/// What a client sees of one create, and how many endpoints there are afterwards.
async fn struck(fault: &str) -> (Option<u16>, usize) {
    let world = World::with_faults(&[&format!("{fault}@1")]).await;
    let seen = world.post(&spec()).await;
    if let Err(error) = &seen {
        assert!(!error.is_connect() && !error.is_timeout(), "{fault}: {error}");
    }
    let made = world.ids().await.len();
    // The second request is not struck.
    world.make(&spec()).await;
    (seen.ok().map(|answer| answer.status), made)
}

#[tokio::test]
async fn faults_before_the_deed_make_nothing() {
    let faults = [
        ("lost-before", None),
        ("500-before", Some(500)),
        ("503-before", Some(503)),
        ("502-html-before", Some(502)),
        ("409-before", Some(409)),
        ("302-before", Some(302)),
        ("429", Some(429)),
        ("402-credits", Some(429)),
        ("401", Some(401)),
        ("403", Some(403)),
        ("outage", Some(503)),
    ];
    for (fault, status) in faults {
        assert_eq!(struck(fault).await, (status, 0), "{fault}");
    }
}

#[tokio::test]
async fn faults_after_the_deed_leave_an_endpoint() {
    let faults = [
        ("lost-after", None),
        ("truncate", None),
        ("no-secret", Some(201)),
        ("500-after", Some(500)),
        ("502-html-after", Some(502)),
        ("408-after", Some(408)),
        ("200-after", Some(200)),
    ];
    for (fault, status) in faults {
        assert_eq!(struck(fault).await, (status, 1), "{fault}");
    }
    assert_eq!(struck("twin").await, (Some(201), 2));
}

#[tokio::test]
async fn spoiled_answers_look_like_the_real_ones() {
    let faults = ["403@1", "402-credits@2", "429@3", "502-html-after@4", "no-secret@5", "302-before@6", "500-after@7"];
    let world = World::with_faults(&faults).await;
    let forbidden = world.post(&spec()).await.unwrap();
    assert_eq!((forbidden.code(), &forbidden.json["requirement"]["type"]), ("not_authorized", &"upgrade_plan".into()));
    let credits = world.post(&spec()).await.unwrap();
    assert_eq!((credits.code(), credits.header("retry-after")), ("insufficient_credits", None));
    let limited = world.post(&spec()).await.unwrap();
    assert_eq!((limited.code(), limited.header("retry-after")), ("rate_limited", Some("1")));
    let html = world.post(&spec()).await.unwrap();
    assert_eq!(html.header("content-type"), Some("text/html"));
    assert!(html.text.starts_with("<html>"));
    let bare = world.post(&spec()).await.unwrap();
    assert!(bare.json.get("signingSecret").is_none() && bare.json["endpointId"].is_string());
    let moved = world.post(&spec()).await.unwrap();
    assert!(moved.header("location").is_some());
    let broken = world.post(&spec()).await.unwrap();
    assert_eq!((broken.code(), &broken.json["internalErrorCode"]), ("", &"sandbox_500".into()));
}

#[tokio::test]
async fn a_twin_goes_with_another_fault() {
    let world = World::with_faults(&["lost-after@1", "twin@1"]).await;
    assert!(world.post(&spec()).await.is_err());
    let listing = world.get(ENDPOINTS).await;
    let [first, second] = [&listing.json["endpoints"][0], &listing.json["endpoints"][1]];
    assert_eq!((&first["url"], &first["events"]), (&second["url"], &second["events"]));
    assert_ne!(first["endpointId"], second["endpointId"]);
}

#[tokio::test]
async fn a_twin_has_the_words_without_the_tag_of_an_intent() {
    for (sent, twin) in [("Renders [hw:abcd123]", Some("Renders")), ("[hw:abcd123]", None)] {
        let world = World::with_faults(&["twin@1"]).await;
        let mut body = spec();
        body["description"] = sent.into();
        world.post(&body).await.unwrap();
        let listing = world.get(ENDPOINTS).await;
        let [first, second] = [&listing.json["endpoints"][0], &listing.json["endpoints"][1]];
        assert_eq!((first["description"].as_str(), second["description"].as_str()), (twin, Some(sent)));
    }
}

#[tokio::test]
async fn a_hanging_answer_never_comes_and_holds_no_stop() {
    let world = World::with_faults(&["hang-after@1"]).await;
    let post = world.request(reqwest::Method::POST, ENDPOINTS).body(spec().to_string());
    let hanging = tokio::spawn(post.send());
    while world.ids().await.is_empty() {}
    assert!(!hanging.is_finished());
    world.running.stop().await.unwrap();
    assert!(hanging.await.unwrap().is_err());
}

#[tokio::test]
async fn a_client_that_goes_away_leaves_what_was_made() {
    let world = World::with_faults(&["hang-after@1"]).await;
    let post = world.request(reqwest::Method::POST, ENDPOINTS).body(spec().to_string());
    assert!(post.timeout(Duration::from_millis(50)).send().await.unwrap_err().is_timeout());
    assert_eq!(world.ids().await.len(), 1);
}

#[tokio::test]
async fn a_late_commit_comes_after_its_connection_is_closed() {
    let late = |late| Options { late, faults: parsed(&["late-commit@1"]), ..Options::default() };
    let world = World::new(late(Duration::from_secs(3600))).await;
    assert!(world.post(&spec()).await.is_err());
    assert!(world.ids().await.is_empty());

    let world = World::new(late(Duration::from_millis(20))).await;
    assert!(world.post(&spec()).await.is_err());
    while world.ids().await.is_empty() {}
    let id = world.ids().await.remove(0);
    assert_eq!(world.delete(&id).await.unwrap().status, 204);
}

#[tokio::test]
async fn deletes_fail_before_or_after_the_deed() {
    let world = World::with_faults(&["delete-500@1", "delete-lost-after@2"]).await;
    let id = world.make(&spec()).await;
    assert_eq!(world.delete(&id).await.unwrap().status, 500);
    assert_eq!(world.ids().await.len(), 1);
    assert!(world.delete(&id).await.is_err());
    assert_eq!(world.ids().await.len(), 0);
    assert_eq!(world.delete(&id).await.unwrap().status, 404);
}

#[tokio::test]
async fn the_account_may_not_answer() {
    let world = World::with_faults(&["me-500@1", "me-404@2", "outage@3"]).await;
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(world.get("/v1/me").await.status);
    }
    assert_eq!(statuses, [500, 404, 503, 200]);
}

#[tokio::test]
async fn faults_can_be_changed_while_it_runs() {
    let world = World::new(Options::default()).await;
    world.make(&spec()).await;
    world.running.set_faults(parsed(&["lost-after@1"]));
    assert!(world.post(&spec()).await.is_err());
    world.running.set_faults(Vec::new());
    assert_eq!(world.ids().await.len(), 2);
}

//! What a repeated `Idempotency-Key` does in each mode, with faults in between.

use std::time::Duration;

use super::super::{Idempotency, Options};
use super::{World, parsed, spec};

async fn world(idempotency: Idempotency, faults: &[&str]) -> World {
    World::new(Options { idempotency, faults: parsed(faults), ..Options::default() }).await
}

#[tokio::test]
async fn honoured_keys_answer_the_first_answer_again() {
    let world = world(Idempotency::Honour, &["lost-after@1"]).await;
    assert!(world.post_with_key("k", &spec()).await.is_err());
    let again = world.post_with_key("k", &spec()).await.unwrap();
    let third = world.post_with_key("k", &spec()).await.unwrap();
    assert_eq!((again.status, &again.json), (201, &third.json));
    assert!(again.json["signingSecret"].is_string());
    assert_eq!(world.ids().await, [again.json["endpointId"].as_str().unwrap()]);

    let mut other = spec();
    other["description"] = "other".into();
    let conflict = world.post_with_key("k", &other).await.unwrap();
    assert_eq!((conflict.status, conflict.code()), (409, "idempotency_conflict"));
    assert_eq!(world.post_with_key("l", &other).await.unwrap().status, 201);
}

#[tokio::test]
async fn ignored_keys_make_one_endpoint_each_time() {
    let world = world(Idempotency::Ignore, &[]).await;
    for count in 1..=3 {
        assert_eq!(world.post_with_key("k", &spec()).await.unwrap().status, 201);
        assert_eq!(world.ids().await.len(), count);
    }
}

#[tokio::test]
async fn a_repeat_may_come_without_its_secret() {
    let world = world(Idempotency::WithoutSecret, &[]).await;
    let first = world.post_with_key("k", &spec()).await.unwrap();
    let again = world.post_with_key("k", &spec()).await.unwrap();
    assert_eq!((again.status, &again.json["endpointId"]), (201, &first.json["endpointId"]));
    assert!(first.json["signingSecret"].is_string() && again.json.get("signingSecret").is_none());
}

#[tokio::test]
async fn honoured_errors_are_answered_again_too() {
    let world = world(Idempotency::HonourErrors, &["500-after@1", "no-secret@3", "503-before@5"]).await;
    for (key, status) in [("made", 500), ("bare", 201), ("nothing", 503)] {
        for _ in 0..2 {
            assert_eq!(world.post_with_key(key, &spec()).await.unwrap().status, status, "{key}");
        }
    }
    let bare = world.post_with_key("bare", &spec()).await.unwrap();
    assert!(bare.json.get("signingSecret").is_none());
    assert_eq!(world.ids().await.len(), 2);
}

#[tokio::test]
async fn a_fault_before_the_deed_leaves_the_key_free() {
    let world = world(Idempotency::Honour, &["500-before@1", "lost-before@2"]).await;
    assert_eq!(world.post_with_key("k", &spec()).await.unwrap().status, 500);
    assert!(world.post_with_key("k", &spec()).await.is_err());
    assert_eq!(world.post_with_key("k", &spec()).await.unwrap().status, 201);
}

#[tokio::test]
async fn a_late_commit_is_rolled_back_by_a_repeat_that_comes_first() {
    let options = |idempotency| {
        let faults = parsed(&["late-commit@1"]);
        Options { idempotency, faults, late: Duration::from_millis(300), ..Options::default() }
    };
    for (idempotency, made) in [(Idempotency::Honour, 1), (Idempotency::Ignore, 2)] {
        let world = World::new(options(idempotency)).await;
        assert!(world.post_with_key("k", &spec()).await.is_err());
        let again = world.post_with_key("k", &spec()).await.unwrap();
        assert_eq!(again.status, 201);
        // Another late one shows that the first has had its time.
        world.running.set_faults(parsed(&["late-commit@1"]));
        let mut mark = spec();
        mark["url"] = "https://hooks.example.com/mark".into();
        assert!(world.post(&mark).await.is_err());
        while world.ids().await.len() <= made {}
        assert_eq!(world.ids().await.len(), made + 1);
    }
}

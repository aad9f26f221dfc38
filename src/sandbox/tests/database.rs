//! The file: what survives a restart, who may read it, and what is refused; and the request log.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::super::database::lock;
use super::super::{Error, Options, serve};
use super::{World, parsed, spec};

fn options(db: &Path) -> Options {
    Options { db: Some(db.to_owned()), ..Options::default() }
}

#[tokio::test]
async fn endpoints_and_keys_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("sandbox.json");
    let world = World::new(Options { team_id: Some("vg_team_1".to_owned()), ..options(&db) }).await;
    let gone = world.make(&spec()).await;
    let first = world.post_with_key("k", &spec()).await.unwrap();
    world.delete(&gone).await.unwrap();
    let listing = world.get(super::ENDPOINTS).await;
    world.running.stop().await.unwrap();

    let world = World::new(options(&db)).await;
    assert_eq!(world.get(super::ENDPOINTS).await.json, listing.json);
    assert_eq!(world.get("/v1/me").await.json["teamId"], "vg_team_1");
    assert_eq!(world.post_with_key("k", &spec()).await.unwrap().json, first.json);
    world.make(&spec()).await;
    assert_eq!(world.ids().await.len(), 2);
    world.running.stop().await.unwrap();
}

#[tokio::test]
async fn a_stop_writes_every_endpoint_of_many_clients() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("sandbox.json");
    let world = World::new(options(&db)).await;
    let mut posts = tokio::task::JoinSet::new();
    for _ in 0..100 {
        posts.spawn(world.request(reqwest::Method::POST, super::ENDPOINTS).body(spec().to_string()).send());
    }
    assert!(posts.join_all().await.into_iter().all(|post| post.unwrap().status() == 201));
    world.running.stop().await.unwrap();
    let kept: Value = serde_json::from_slice(&std::fs::read(&db).unwrap()).unwrap();
    assert_eq!(kept["endpoints"].as_object().unwrap().len(), 100);
    assert!(kept["_warning"].as_str().unwrap().contains("plain text"));
}

#[tokio::test]
async fn a_change_is_written_while_it_runs() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("sandbox.json");
    let world = World::new(options(&db)).await;
    assert_eq!(std::fs::metadata(&db).unwrap().permissions().mode() & 0o777, 0o600);
    let id = world.make(&spec()).await;
    while !std::fs::read_to_string(&db).unwrap().contains(&id) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_database_that_cannot_be_used_is_found_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("sandbox.json");
    std::fs::write(&db, "[]").unwrap();
    let error = async |db: &Path| serve(options(db)).await.err().unwrap();
    assert!(matches!(error(&db).await, Error::DatabaseMalformed { .. }));
    assert!(matches!(error(&folder.path().join("no/folder")).await, Error::DatabaseUnwritable { .. }));
    assert!(matches!(error(folder.path()).await, Error::DatabaseUnreadable { .. }));
}

#[tokio::test]
async fn two_sandboxes_do_not_share_a_database() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("sandbox.json");
    let first = serve(options(&db)).await.unwrap();
    assert!(matches!(lock(&db, Duration::ZERO).await, Err(Error::DatabaseInUse { .. })));
    // One that waits has its turn.
    let second = tokio::spawn(serve(options(&db)));
    first.stop().await.unwrap();
    second.await.unwrap().unwrap().stop().await.unwrap();
}

#[tokio::test]
async fn the_request_log_tells_each_fate_and_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let request_log = folder.path().join("log.jsonl");
    let faults = parsed(&["lost-after@2", "twin@2", "500-before@3"]);
    let world = World::new(Options { request_log: Some(request_log.clone()), faults, ..Options::default() }).await;
    let made = world.post_with_key("k1", &spec()).await.unwrap();
    world.post_with_key("k2", &spec()).await.unwrap_err();
    world.post(&spec()).await.unwrap();
    world.get("/v1/me?x=1").await;

    let text = std::fs::read_to_string(request_log).unwrap();
    assert!(!text.contains("whsec_") && !text.contains("sk_videogen"));
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told = |line: &Value| [&line["status"], &line["idempotency_key"], &line["faults"]].map(Value::to_string);
    assert_eq!(
        lines.iter().map(told).collect::<Vec<_>>(),
        [
            ["201", r#""k1""#, "[]"],
            ["null", r#""k2""#, r#"["lost-after","twin"]"#],
            ["500", "null", r#"["500-before"]"#],
            ["200", "null", "[]"],
        ]
    );
    assert_eq!(lines[0]["endpoint_id"], made.json["endpointId"]);
    assert_eq!(lines[0]["body"], spec().to_string());
    assert!(lines[1]["endpoint_id"].is_string() && lines[2]["endpoint_id"].is_null());
    assert_eq!(lines[3]["path"], "/v1/me?x=1");
}

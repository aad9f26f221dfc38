//! Listings: pages and cursors, the older form, lag, and the faults of a listing.

use std::time::Duration;

use serde_json::Value;

use super::super::Options;
use super::{ENDPOINTS, World, ids, parsed, spec};

async fn full(options: Options, count: usize) -> (World, Vec<String>) {
    let world = World::new(options).await;
    let mut made = Vec::new();
    for _ in 0..count {
        made.push(world.make(&spec()).await);
    }
    (world, made)
}

/// Every page of a listing; stops at `most`.
async fn pages(world: &World, limit: usize, most: usize) -> Vec<Vec<String>> {
    let (mut pages, mut path) = (Vec::new(), format!("{ENDPOINTS}?limit={limit}"));
    while pages.len() < most {
        let page = world.get(&path).await;
        pages.push(ids(&page));
        assert_eq!(page.json["hasMore"] == true, page.json["nextCursor"].is_string());
        let Some(cursor) = page.json["nextCursor"].as_str() else { break };
        path = format!("{ENDPOINTS}?limit={limit}&cursor={cursor}");
    }
    pages
}

#[tokio::test]
async fn pages_hold_each_endpoint_once() {
    let (world, made) = full(Options::default(), 5).await;
    assert_eq!(pages(&world, 2, 9).await, [&made[..2], &made[2..4], &made[4..]]);
    assert_eq!(pages(&world, 5, 9).await, [&made[..]]);
}

#[tokio::test]
async fn a_cursor_survives_deletes_and_creates() {
    let (world, mut made) = full(Options::default(), 4).await;
    let page = world.get(&format!("{ENDPOINTS}?limit=2")).await;
    world.delete(&made[1]).await.unwrap();
    made.push(world.make(&spec()).await);
    let cursor = page.json["nextCursor"].as_str().unwrap();
    assert_eq!(ids(&world.get(&format!("{ENDPOINTS}?cursor={cursor}")).await), made[2..]);
}

#[tokio::test]
async fn a_page_has_fifty_items_and_at_most_two_hundred() {
    let (world, made) = full(Options::default(), 201).await;
    assert_eq!(ids(&world.get(ENDPOINTS).await), made[..50]);
    assert_eq!(ids(&world.get(&format!("{ENDPOINTS}?limit=1000")).await), made[..200]);
}

#[tokio::test]
async fn a_bad_limit_or_cursor_is_refused() {
    let world = World::new(Options::default()).await;
    for query in ["limit=0", "limit=-1", "limit=x", "cursor=x", "cursor="] {
        let answer = world.get(&format!("{ENDPOINTS}?{query}")).await;
        assert_eq!((answer.status, answer.code()), (400, "invalid_parameters"), "{query}");
    }
}

#[tokio::test]
async fn the_older_form_is_everything_at_once() {
    let (world, made) = full(Options { legacy_list: true, ..Options::default() }, 3).await;
    let listing = world.get(&format!("{ENDPOINTS}?limit=1")).await;
    assert_eq!(ids(&listing), made);
    assert_eq!(listing.json.as_object().unwrap().keys().collect::<Vec<_>>(), ["endpoints"]);
}

#[tokio::test]
async fn a_lagging_listing_hides_what_is_new() {
    let hour = Duration::from_secs(3600);
    let (world, made) = full(Options { list_lag: hour, ..Options::default() }, 1).await;
    assert!(world.ids().await.is_empty());
    assert_eq!(world.delete(&made[0]).await.unwrap().status, 204);

    let (world, made) = full(Options { list_lag: Duration::from_millis(20), ..Options::default() }, 1).await;
    while world.ids().await.is_empty() {}
    assert_eq!(world.ids().await, made);
}

#[tokio::test]
async fn a_shifted_listing_misses_one_endpoint() {
    let (world, made) = full(Options { faults: parsed(&["list-shift@2"]), ..Options::default() }, 5).await;
    assert_eq!(pages(&world, 2, 9).await, [&made[..2], &made[3..4], &made[4..]]);
    assert_eq!(world.ids().await, made);
}

#[tokio::test]
async fn a_repeating_listing_shows_an_endpoint_twice_and_ends() {
    let (world, made) = full(Options { faults: parsed(&["list-repeat=1"]), ..Options::default() }, 3).await;
    assert_eq!(pages(&world, 2, 9).await, [&made[..2], &made[1..], &made[2..]]);
}

#[tokio::test]
async fn a_stuck_listing_answers_the_same_cursor() {
    let (world, made) = full(Options { faults: parsed(&["list-stuck=1"]), ..Options::default() }, 3).await;
    assert_eq!(pages(&world, 2, 4).await, vec![&made[..2]; 4]);
    let page = world.get(ENDPOINTS).await;
    let cursor = page.json["nextCursor"].as_str().unwrap();
    let next = world.get(&format!("{ENDPOINTS}?cursor={cursor}")).await;
    assert_eq!(next.json["nextCursor"], cursor);
}

#[tokio::test]
async fn an_endless_listing_always_answers_a_new_cursor() {
    let (world, _) = full(Options { faults: parsed(&["list-endless=1"]), ..Options::default() }, 1).await;
    let mut seen = Vec::<Value>::new();
    for _ in 0..5 {
        let page = world.get(ENDPOINTS).await;
        assert!(ids(&page).is_empty());
        assert!(page.json["hasMore"] == true && !seen.contains(&page.json["nextCursor"]));
        seen.push(page.json["nextCursor"].clone());
    }
}

#[tokio::test]
async fn a_listing_may_fail_outright() {
    let world = World::with_faults(&["list-500@1", "list-429@2"]).await;
    assert_eq!(world.get(ENDPOINTS).await.status, 500);
    let limited = world.get(ENDPOINTS).await;
    assert_eq!((limited.status, limited.header("retry-after")), (429, Some("1")));
    assert_eq!(world.get(ENDPOINTS).await.status, 200);
}

#[tokio::test]
async fn a_listing_can_miss_the_newest_endpoint_of_its_page() {
    let (world, made) = full(Options { faults: parsed(&["list-miss@1"]), ..Options::default() }, 3).await;
    assert_eq!(ids(&world.get(ENDPOINTS).await), made[..2]);
    assert_eq!(ids(&world.get(ENDPOINTS).await), made);
}

//! A listing is whole, or an error.

use super::{Outcome, Scripted, answer, cut, lost};
use crate::videogen::ApiReader;

/// A page with endpoints of these ids and URLs, and the cursor of the next.
fn page(items: &[(&str, &str)], next: Option<&str>) -> Outcome {
    let item = |(id, url): &(&str, &str)| serde_json::json!({ "endpointId": id, "url": url, "events": [] });
    let items: Vec<_> = items.iter().map(item).collect();
    let page = serde_json::json!({ "endpoints": items, "hasMore": next.is_some(), "nextCursor": next });
    answer(200, &page.to_string())
}

/// What a listing came to: ids and URLs, or the error.
async fn listed(api: &Scripted<impl Fn(usize, &super::Request) -> Outcome + Send + Sync + Clone + 'static>) -> String {
    match api.reader().list().await {
        Ok(all) => all.iter().map(|seen| format!("{} {}", seen.id, seen.url)).collect::<Vec<_>>().join(", "),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn pages_are_read_to_the_last_by_their_cursors() {
    let api = Scripted::new(|number, _| match number {
        0 => page(&[("ep_2", "b")], Some("to & fro")),
        1 => page(&[], Some("c2")),
        _ => page(&[("ep_1", "a")], None),
    });
    assert_eq!(listed(&api).await, "ep_1 a, ep_2 b", "sorted by id; an empty page does not end it");
    let path = "GET /v1/webhooks/endpoints?limit=200";
    let cursors = [path.to_owned(), format!("{path}&cursor=to%20%26%20fro"), format!("{path}&cursor=c2")];
    assert_eq!(api.requests(), cursors);
}

#[tokio::test]
async fn an_endpoint_on_two_pages_counts_once_in_its_last_words() {
    let api = Scripted::new(|number, _| match number {
        0 => page(&[("ep_1", "old"), ("ep_2", "b")], Some("c")),
        _ => page(&[("ep_2", "b"), ("ep_1", "new")], None),
    });
    assert_eq!(listed(&api).await, "ep_1 new, ep_2 b");
}

#[tokio::test]
async fn a_cursor_that_comes_back_is_an_error_and_no_loop() {
    for cycle in [&["c1"][..], &["c1", "c2"], &["c1", "c2", "c3"]] {
        let api = Scripted::new(move |number, _| page(&[("ep_1", "a")], Some(cycle[number % cycle.len()])));
        assert!(listed(&api).await.contains("its cursor came back"), "{cycle:?}");
        assert_eq!(api.requests().len(), cycle.len() + 1, "{cycle:?}");
    }
}

#[tokio::test]
async fn a_thousand_pages_that_bring_nothing_new_are_an_error() {
    let api = Scripted::new(|number, _| page(&[("ep_1", "a")], Some(&format!("c{number}"))));
    assert!(listed(&api).await.contains("page after page brings nothing new"));
    assert_eq!(api.requests().len(), 1001);
    let api = Scripted::new(|number, _| match number {
        0..998 => page(&[], Some(&format!("c{number}"))),
        998 => page(&[("ep_1", "a")], Some("c")),
        999..1990 => page(&[], Some(&format!("c{number}"))),
        _ => page(&[("ep_2", "b")], None),
    });
    assert_eq!(listed(&api).await, "ep_1 a, ep_2 b", "something new begins the count anew");
}

#[tokio::test]
async fn a_listing_that_is_larger_than_memory_should_hold_is_an_error_that_says_so() {
    let large = "x".repeat(7 << 20);
    let api = Scripted::new(move |number, _| page(&[("ep_1", &large)], Some(&format!("c{number}"))));
    assert!(listed(&api).await.contains("does not end after 256 MiB"));
    assert_eq!(api.requests().len(), 37);
}

#[tokio::test]
async fn a_cursor_that_no_url_holds_is_an_error_and_is_not_sent_on() {
    let long = "c".repeat(9000);
    let api = Scripted::new(move |_, _| page(&[("ep_1", "a")], Some(&long)));
    assert!(listed(&api).await.contains("the cursor of the next page is longer than 8 KiB"));
    assert_eq!(api.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_fails_is_asked_for_again() {
    let api = Scripted::new(|number, _| match number {
        0 => page(&[("ep_1", "a")], Some("c")),
        1 => lost(),
        2 => cut(200, "{\"endpoints\":["),
        3 => answer(503, ""),
        _ => page(&[("ep_2", "b")], None),
    });
    assert_eq!(listed(&api).await, "ep_1 a, ep_2 b");
    assert_eq!(api.requests().iter().filter(|path| path.ends_with("cursor=c")).count(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_never_comes_is_an_error_and_never_a_part_of_the_list() {
    let bodies = ["{", "[]", "{\"endpoints\":[],\"hasMore\":true}", "<html>"];
    for (second, told) in [
        (lost as fn() -> Outcome, "no whole answer"),
        (|| answer(503, ""), "status 503"),
        (|| answer(403, ""), "status 403"),
    ] {
        let api = Scripted::new(move |number, _| match number {
            0 => page(&[("ep_1", "a")], Some("c")),
            _ => second(),
        });
        assert!(listed(&api).await.contains(told), "{told}");
    }
    for body in bodies {
        let api = Scripted::new(move |_, _| answer(200, body));
        assert!(listed(&api).await.contains("could not be read"), "{body}");
        assert_eq!(api.requests().len(), 1, "an answer of the wrong form is not asked for again");
    }
}

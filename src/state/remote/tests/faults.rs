//! A store with one kind of call broken.

use super::*;
use crate::state::backend::objects_faulty::{FaultyObjects, ObjectFault};
use crate::state::{RemoteError, Rescue};

const EVERYTHING: &str = "w.state.json";

fn faulty(objects: &MemoryObjects, fault: ObjectFault, part: &str, times: u32) -> Store {
    store(FaultyObjects::new(Arc::new(objects.clone()), fault, part, times))
}

#[tokio::test(start_paused = true)]
async fn a_write_whose_answer_is_lost_counts_once_and_is_not_taken_for_another_writers() {
    for fault in [ObjectFault::WrittenUnknown, ObjectFault::UnwrittenUnknown, ObjectFault::WrittenLate] {
        for times in 1..12 {
            let objects = MemoryObjects::default();
            let writer = recording(&faulty(&objects, fault, EVERYTHING, times), "a").await;
            assert!(create(&writer, "one").await && create(&writer, "two").await, "{fault:?} {times}");
            writer.commit(None).await.unwrap();
            let state = loaded(&objects).await;
            assert!(has(&state, "one") && has(&state, "two") && state.pending.is_empty(), "{fault:?} {times}");
        }
    }
}

/// A segment that the first writer appends to its journal: its own begins on serial 2.
const APPENDED: &str = "/2/3";

#[tokio::test(start_paused = true)]
async fn a_store_that_is_busy_for_a_while_is_asked_again() {
    let objects = MemoryObjects::default();
    let writer = recording(&faulty(&objects, ObjectFault::Down, APPENDED, 6), "a").await;
    assert!(create(&writer, "one").await && create(&writer, "two").await);
    writer.commit(None).await.unwrap();
    let state = loaded(&objects).await;
    assert!(has(&state, "one") && has(&state, "two"));
}

#[tokio::test(start_paused = true)]
async fn a_store_that_stays_down_ends_the_writing_and_loses_nothing_that_was_durable() {
    let objects = MemoryObjects::default();
    let writer = recording(&faulty(&objects, ObjectFault::Down, APPENDED, u32::MAX), "a").await;
    assert!(writer.record(note("one")).wait().await.is_ok());
    let begun = tokio::time::Instant::now();
    assert!(writer.receive(answer("one")).unwrap().wait().await.is_err());
    assert!(begun.elapsed() >= Duration::from_secs(30), "{:?}", begun.elapsed());
    assert!(writer.record(note("two")).wait().await.is_err(), "nothing is written behind a failure");
    let unsaved = writer.commit(None).await.unwrap_err();
    assert!(matches!(unsaved.rescue(&[Record::Receipt(answer("one"))]).await, Rescue::Store(_)));
    let next = open(&store(objects.clone()), "b").await.unwrap();
    assert!(has(next.state(), "one") && next.state().intent("two").is_none());
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_down_or_forbids_writing_ends_a_command_before_it_begins() {
    for fault in [ObjectFault::Down, ObjectFault::Denied] {
        let objects = MemoryObjects::default();
        recording(&store(objects.clone()), "a").await.commit(None).await.unwrap();
        let before = objects.keys();
        assert!(open(&faulty(&objects, fault, EVERYTHING, u32::MAX), "b").await.is_err(), "{fault:?}");
        assert_eq!(objects.keys(), before);
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_lets_every_writer_win_is_refused_before_anything_is_sent() {
    let objects = MemoryObjects::default();
    let refused = open(&faulty(&objects, ObjectFault::Unconditional, EVERYTHING, u32::MAX), "a").await.unwrap_err();
    assert!(matches!(refused, StoreError::Remote(RemoteError::IgnoresConditions { .. })), "{refused}");
}

#[tokio::test(start_paused = true)]
async fn a_store_that_ignores_the_condition_of_a_replacement_alone_is_refused_too() {
    let objects = MemoryObjects::default();
    recording(&store(objects.clone()), "a").await.commit(None).await.unwrap();
    // The document is there: each of its writes is a replacement, and no segment's is.
    let lies = FaultyObjects::exactly(Arc::new(objects), ObjectFault::Unconditional, DOCUMENT);
    let refused = open(&store(lies), "b").await.unwrap_err();
    assert!(matches!(refused, StoreError::Remote(RemoteError::IgnoresConditions { .. })), "{refused}");
}

#[tokio::test(start_paused = true)]
async fn a_listing_of_a_moment_ago_misleads_nobody() {
    let objects = MemoryObjects::default();
    let gone = recording(&store(objects.clone()), "a").await;
    assert!(create(&gone, "one").await);
    drop(gone);
    let stale = faulty(&objects, ObjectFault::StaleList, EVERYTHING, u32::MAX);
    let next = open(&stale, "b").await.unwrap();
    assert!(has(next.state(), "one"));
}

#[tokio::test(start_paused = true)]
async fn garbage_that_was_not_removed_is_removed_by_a_later_commit_and_refuses_nobody() {
    let objects = MemoryObjects::default();
    let keeps = faulty(&objects, ObjectFault::RemoveUnknown, EVERYTHING, u32::MAX);
    for key in ["one", "two", "three"] {
        let writer = recording(&keeps, key).await;
        assert!(create(&writer, key).await);
        writer.commit(None).await.unwrap();
    }
    let many = objects.keys().len();
    recording(&store(objects.clone()), "b").await.commit(None).await.unwrap();
    assert!(many > 8 && objects.keys().len() == 2, "{many}, then {:?}", objects.keys());
    assert!(has(&loaded(&objects).await, "three"));
}

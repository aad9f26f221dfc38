//! A store with one kind of call broken.

use super::*;
use crate::state::RemoteError;
use crate::state::backend::objects_faulty::{FaultyObjects, ObjectFault};

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

#[tokio::test(start_paused = true)]
async fn a_store_that_is_busy_for_a_while_is_asked_again() {
    let objects = MemoryObjects::default();
    let writer = recording(&store(objects.clone()), "a").await;
    writer.commit(None).await.unwrap();
    let writer = recording(&faulty(&objects, ObjectFault::Down, ".journal/", 0), "b").await;
    assert!(create(&writer, "one").await);
    drop(writer);
    let writer = recording(&faulty(&objects, ObjectFault::UnwrittenUnknown, ".journal/", 8), "c").await;
    assert!(create(&writer, "two").await);
    writer.commit(None).await.unwrap();
    let state = loaded(&objects).await;
    assert!(has(&state, "one") && has(&state, "two"));
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
    // So is one that ignores the condition of a replacement alone.
    let objects = MemoryObjects::default();
    recording(&store(objects.clone()), "a").await.commit(None).await.unwrap();
    let part = "w.state.json";
    let lies = Arc::new(objects.clone()) as Arc<dyn Objects>;
    let refused = open(&store(FaultyObjects::new(lies, ObjectFault::Unconditional, part, u32::MAX)), "b").await;
    assert!(refused.is_err());
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

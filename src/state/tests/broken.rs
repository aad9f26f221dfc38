//! A backend that breaks one call: no receipt is lost, none is taken twice, and the words say what happened.

use std::sync::Arc;
use std::time::Duration;

use super::{holder, intent, name, receipt};
use crate::state::backend::{Backend, BackendError};
use crate::state::faulty::{Fault, Faulty};
use crate::state::memory::Memory;
use crate::state::{Durable, Receipt, Record, Recording, Rescue, Session, StoreError, salvage};
use crate::timestamp::Timestamp;

async fn open(backend: impl Backend + 'static) -> Session {
    Session::open(Arc::new(backend), &holder(), Duration::ZERO).await.unwrap()
}

/// A place with a state, and a recording of its first create over a handle with this fault. The head is object 1, the
/// send object 2, the receipt object 3.
async fn recorded(fault: Fault) -> (Memory, Recording, Durable) {
    let place = Memory::default();
    let mut first = open(place.clone()).await;
    first.change(|state| state.team_id = Some("t".to_owned()));
    first.commit().await.unwrap();
    let recording = open(Faulty::new(&place, fault)).await.begin(0).await.unwrap();
    let send = Record::Send { key: "k".to_owned(), at: Timestamp(1000) };
    recording.record(vec![Record::Intent(intent("k", 0)), send]).wait().await.unwrap();
    let received = recording.receive(answer()).unwrap();
    (place, recording, received)
}

fn answer() -> Receipt {
    match receipt("k", "ep_1", 1000) {
        Record::Receipt(receipt) => receipt,
        _ => unreachable!("it is a receipt"),
    }
}

/// Whoever comes next finds the endpoint once, with its secret.
async fn is_whole(place: Memory) {
    let next = open(place.clone()).await;
    let ids: Vec<_> =
        next.state().all().map(|(name, managed)| (name.clone(), managed.endpoint_id.to_string())).collect();
    assert_eq!(ids, [(name(), "ep_1".to_owned())]);
    assert_eq!(next.state().current(&name()).unwrap().secret_last4.as_deref(), Some("1111"));
}

#[tokio::test]
async fn a_commit_without_an_answer_is_an_error_and_the_next_session_has_it_all_the_same() {
    for fault in [Fault::ReplaceUnknown, Fault::ReplaceNever] {
        let (place, recording, received) = recorded(fault).await;
        received.wait().await.unwrap();
        let unsaved = recording.commit(None).await.unwrap_err();
        assert!(matches!(unsaved.error, StoreError::Backend(BackendError::Unknown { .. })), "{fault:?}");
        assert_eq!(unsaved.state.serial, 1, "what stands for certain");
        drop(unsaved);
        is_whole(place).await;
    }
}

#[tokio::test]
async fn a_commit_that_lost_the_race_overwrites_nothing_and_keeps_the_journal() {
    let (place, recording, received) = recorded(Fault::ReplaceLost).await;
    received.wait().await.unwrap();
    let unsaved = recording.commit(None).await.unwrap_err();
    assert_eq!(
        unsaved.error.to_string(),
        "the state `memory` changed while this command was at work, and was not overwritten"
    );
    drop(unsaved);
    is_whole(place).await;
}

#[tokio::test]
async fn a_receipt_that_the_journal_does_not_take_is_saved_by_the_commit() {
    let (place, recording, received) = recorded(Fault::Full(3)).await;
    let failed = received.wait().await.unwrap_err();
    assert_eq!(failed.to_string(), "the journal `memory.journal` could not be written");
    assert_eq!(std::error::Error::source(&failed).unwrap().to_string(), "no storage space");
    recording.commit(None).await.unwrap();
    assert_eq!(place.objects(), 0, "the journal is removed");
    is_whole(place).await;
}

#[tokio::test]
async fn a_receipt_that_neither_takes_is_rescued_and_can_be_recovered() {
    let (place, recording, received) = recorded(Fault::AllFull(3)).await;
    assert!(received.wait().await.is_err());
    let unsaved = recording.commit(None).await.unwrap_err();
    let Rescue::Text(text) = unsaved.rescue(&[Record::Intent(intent("k", 0)), Record::Receipt(answer())]).await else {
        panic!("memory has no files");
    };
    drop(unsaved);
    let (head, records, damaged) = salvage(text.as_bytes());
    assert_eq!(damaged, 0);
    let mut next = open(place.clone()).await;
    assert!(next.state().current(&name()).is_none(), "only the send is in the journal");
    let mut untaken = Vec::new();
    next.change(|state| untaken = state.recover(records, head.unwrap().base_serial));
    next.commit().await.unwrap();
    assert_eq!(untaken, []);
    is_whole(place).await;
}

#[tokio::test]
async fn after_a_number_that_another_writer_took_nothing_more_is_written() {
    let (place, recording, received) = recorded(Fault::Taken(3)).await;
    let failed = received.wait().await.unwrap_err();
    assert_eq!(std::error::Error::source(&failed).unwrap().to_string(), "another writer has written to it");
    let later = recording.record(vec![Record::Closed { key: "k".to_owned() }]);
    assert_eq!(place.objects(), 2, "a record above the gap would never be read");
    assert_eq!(later.wait().await.unwrap_err().to_string(), failed.to_string());
}

#[tokio::test]
async fn a_journal_that_was_not_removed_is_an_error_and_adds_nothing_twice() {
    let (place, recording, received) = recorded(Fault::RemoveUnknown).await;
    received.wait().await.unwrap();
    let unsaved = recording.commit(None).await.unwrap_err();
    assert!(matches!(unsaved.error, StoreError::Backend(BackendError::Unknown { .. })));
    drop(unsaved);
    is_whole(place).await;
}

//! Sessions and recordings, over files and over what is not a file: what was recorded is there, whoever comes next.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::{holder, intent, name, receipt};
use crate::endpoint::EndpointId;
use crate::state::backend::{Backend, Local};
use crate::state::memory::Memory;
use crate::state::model::VERSION;
use crate::state::session::load;
use crate::state::{Receipt, Record, Recording, Session, State, StoreError};
use crate::timestamp::Timestamp;

/// Runs a check over every backend.
async fn everywhere<F: Future<Output = ()>>(check: impl Fn(Arc<dyn Backend>) -> F) {
    check(Arc::new(Memory::default())).await;
    let folder = tempfile::tempdir().unwrap();
    check(Arc::new(local(folder.path()))).await;
}

fn local(folder: &Path) -> Local {
    Local::at(&folder.join("s.state.json"))
}

async fn open(backend: &Arc<dyn Backend>) -> Session {
    Session::open(Arc::clone(backend), &holder(), Duration::ZERO).await.unwrap()
}

/// A recording in which one create is sent.
async fn sent(backend: &Arc<dyn Backend>) -> Recording {
    let recording = open(backend).await.begin(4096).await.unwrap();
    let send = Record::Send { key: "k".to_owned(), at: Timestamp(1000) };
    recording.record(vec![Record::Intent(intent("k", 0)), send]).wait().await.unwrap();
    recording
}

fn answer(endpoint: &str) -> Receipt {
    match receipt("k", endpoint, 1000) {
        Record::Receipt(receipt) => receipt,
        _ => unreachable!("it is a receipt"),
    }
}

async fn loaded(backend: &Arc<dyn Backend>) -> Option<State> {
    load(&**backend).await.unwrap().state
}

fn current(state: &State) -> Option<&str> {
    state.current(&name()).map(|managed| managed.endpoint_id.as_str())
}

#[tokio::test]
async fn what_was_recorded_and_not_committed_is_read_and_replayed_once() {
    everywhere(async |backend: Arc<dyn Backend>| {
        let recording = sent(&backend).await;
        assert!(recording.receive(answer("ep_1")).is_some());
        // The process dies: its lease ends with it, and nobody commits.
        drop(recording);
        let seen = loaded(&backend).await.unwrap();
        assert_eq!(current(&seen), Some("ep_1"));
        let serial = seen.serial;
        let session = open(&backend).await;
        assert_eq!((current(session.state()), session.state().serial), (Some("ep_1"), serial + 1));
        drop(session);
        assert_eq!(open(&backend).await.state().serial, serial + 1, "the journal is gone");
    })
    .await;
}

#[tokio::test]
async fn a_commit_holds_all_that_was_recorded_and_leaves_no_journal() {
    everywhere(async |backend: Arc<dyn Backend>| {
        let recording = sent(&backend).await;
        recording.receive(answer("ep_1")).unwrap().wait().await.unwrap();
        let last = Record::Team { team_id: "t".to_owned() };
        let saved = recording.commit(Some(last)).await.unwrap();
        assert_eq!((current(&saved), saved.team_id.as_deref(), saved.serial), (Some("ep_1"), Some("t"), 2));
        let found = load(&*backend).await.unwrap();
        assert_eq!((found.state, found.objects), (Some(saved), 0));
    })
    .await;
}

#[tokio::test]
async fn a_session_that_changes_nothing_writes_nothing() {
    everywhere(async |backend: Arc<dyn Backend>| {
        let session = open(&backend).await;
        assert!(session.is_new());
        session.commit().await.unwrap();
        assert!(loaded(&backend).await.is_none());
        open(&backend).await.begin(0).await.unwrap().commit(None).await.unwrap();
        assert_eq!(loaded(&backend).await.unwrap().serial, 1, "the state that the journal was begun on");
        let session = open(&backend).await;
        assert!(!session.is_new());
        session.begin(0).await.unwrap().commit(None).await.unwrap();
        assert_eq!(loaded(&backend).await.unwrap().serial, 1);
    })
    .await;
}

#[tokio::test]
async fn a_state_of_an_older_version_is_written_in_todays_before_the_journal_is_begun() {
    everywhere(async |backend: Arc<dyn Backend>| {
        let old = br#"{"version": 1, "serial": 4, "lineage": "l"}"#;
        backend.document().replace(None, old).await.unwrap();
        drop(open(&backend).await.begin(0).await.unwrap());
        let state = loaded(&backend).await.unwrap();
        assert_eq!((state.version, state.serial), (VERSION, 5));
    })
    .await;
}

#[tokio::test]
async fn a_known_endpoint_is_no_receipt_and_no_orphan() {
    everywhere(async |backend: Arc<dyn Backend>| {
        let recording = sent(&backend).await;
        let orphan = |id: &str| recording.note_orphan(EndpointId::new(id), "k".to_owned(), Timestamp(1001));
        assert!(recording.receive(answer("ep_1")).is_some());
        assert!(recording.receive(answer("ep_1")).is_none() && orphan("ep_1").is_none());
        assert!(orphan("ep_2").is_some());
        assert!(recording.receive(answer("ep_2")).is_none(), "it is being deleted");
    })
    .await;
}

#[tokio::test]
async fn a_state_that_somebody_edits_meanwhile_is_not_overwritten_and_the_journal_stays() {
    let folder = tempfile::tempdir().unwrap();
    let backend: Arc<dyn Backend> = Arc::new(local(folder.path()));
    let mut session = open(&backend).await;
    session.change(|state| state.team_id = Some("t".to_owned()));
    session.commit().await.unwrap();
    let recording = sent(&backend).await;
    recording.receive(answer("ep_1")).unwrap().wait().await.unwrap();
    let path = folder.path().join("s.state.json");
    let edited = std::fs::read_to_string(&path).unwrap().replace("\"t\"", "\"team\"");
    std::fs::write(&path, &edited).unwrap();
    let unsaved = recording.commit(None).await.unwrap_err();
    assert!(matches!(unsaved.error, StoreError::Changed { .. }), "{}", unsaved.error);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), edited);
    drop(unsaved);
    let replayed = open(&backend).await;
    assert_eq!((current(replayed.state()), replayed.state().team_id.as_deref()), (Some("ep_1"), Some("team")));
}

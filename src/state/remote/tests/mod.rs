//! The protocol over a store in memory, sound and broken. Time is paused: what waits 45 seconds takes none.

mod faults;
mod storm;
mod takeover;

use std::sync::Arc;
use std::time::Duration;

use super::Remote;
use crate::endpoint::{EndpointId, Name, Spec, Wanted};
use crate::state::backend::Objects;
use crate::state::backend::objects_memory::MemoryObjects;
use crate::state::{Holder, Intent, Receipt, Record, Recording, Session, State, Store, StoreError};
use crate::stopwatch::Stopwatch;
use crate::timestamp::Timestamp;

const DOCUMENT: &str = "prod/w.state.json";

fn store(objects: impl Objects + 'static) -> Store {
    Store::remote(remote(objects))
}

fn remote(objects: impl Objects + 'static) -> Remote {
    Remote::new(Arc::new(objects), DOCUMENT.to_owned(), Stopwatch::stopped(), std::env::temp_dir())
}

fn holder(who: &str) -> Holder {
    Holder { who: who.to_owned(), pid: 1, since: "now".into(), command: "apply".into(), run: None }
}

async fn open(store: &Store, who: &str) -> Result<Session, StoreError> {
    store.open(&holder(who), Duration::ZERO).await
}

async fn recording(store: &Store, who: &str) -> Recording {
    open(store, who).await.unwrap().begin(0).await.unwrap()
}

fn name(key: &str) -> Name {
    Name::parse(key).unwrap()
}

/// A create under this key, for the entry of the same name, and its first send.
fn note(key: &str) -> Vec<Record> {
    let spec = Spec { url: format!("https://h.example/{key}"), events: ["a".into()].into(), description: None };
    let intent = Intent {
        key: key.to_owned(),
        name: name(key),
        wanted: Wanted { spec, events_as_written: vec!["a".to_owned()].into(), rotation: 1, prevent_destroy: false },
        live_before: Default::default(),
        replaces: None,
        overlap_seconds: 0,
        first_sent: None,
        last_sent: None,
        unanswered: 0,
        tag: None,
        used: Default::default(),
        received: Default::default(),
        named: Default::default(),
        closed: false,
    };
    vec![Record::Intent(intent), Record::Send { key: key.to_owned(), at: Timestamp(1000) }]
}

fn answer(key: &str) -> Receipt {
    Receipt {
        key: key.to_owned(),
        endpoint_id: EndpointId::new(format!("ep_{key}")),
        answered: None,
        created_at: Some(1000),
        secret_last4: "1111".to_owned(),
        secret: serde_json::from_str("\"sealed\"").unwrap(),
        sealed_to: Default::default(),
        at: Timestamp(1000),
        key_honoured: false,
    }
}

/// Records a whole create; whether its receipt is durable.
async fn create(recording: &Recording, key: &str) -> bool {
    recording.record(note(key)).wait().await.is_ok()
        && recording.receive(answer(key)).expect("its endpoint is new").wait().await.is_ok()
}

fn has(state: &State, key: &str) -> bool {
    state.current(&name(key)).is_some_and(|managed| managed.endpoint_id.as_str() == format!("ep_{key}"))
}

async fn loaded(objects: &MemoryObjects) -> State {
    store(objects.clone()).load().await.unwrap().unwrap()
}

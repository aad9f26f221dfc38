//! The protocol over a store in memory, sound and broken. Time is paused: what waits 45 seconds takes none.

mod faults;
mod storm;
mod takeover;

use std::sync::Arc;
use std::time::Duration;

use super::Remote;
use crate::endpoint::Name;
use crate::state::backend::Objects;
use crate::state::backend::objects_memory::MemoryObjects;
use crate::state::tests as fixtures;
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
    Holder { who: who.to_owned(), ..fixtures::holder() }
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
    let mut intent = Intent { name: name(key), ..fixtures::intent(key, 0) };
    intent.wanted.spec.url = format!("https://h.example/{key}");
    vec![Record::Intent(intent), Record::Send { key: key.to_owned(), at: Timestamp(1000) }]
}

fn answer(key: &str) -> Receipt {
    match fixtures::receipt(key, &format!("ep_{key}"), 1000) {
        Record::Receipt(receipt) => receipt,
        _ => unreachable!("it is a receipt"),
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

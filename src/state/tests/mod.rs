//! What a state keeps whatever happens: predecessors with their overlaps, and what a session recorded.

mod broken;
mod overlaps;
mod sessions;

use super::{Holder, Intent, Managed, Receipt, Record, State};
use crate::endpoint::{EndpointId, Name, Spec, Wanted};
use crate::timestamp::Timestamp;

fn name() -> Name {
    Name::parse("render").unwrap()
}

pub(super) fn intent(key: &str, overlap_seconds: u64) -> Intent {
    let spec = Spec { url: "https://h.example/x".into(), events: ["a".into()].into(), description: None };
    Intent {
        key: key.to_owned(),
        name: name(),
        wanted: Wanted { spec, events_as_written: vec!["a".to_owned()].into(), rotation: 1, prevent_destroy: false },
        live_before: Default::default(),
        replaces: None,
        overlap_seconds,
        first_sent: None,
        last_sent: None,
        unanswered: 0,
        tag: None,
        used: Default::default(),
        received: Default::default(),
        named: Default::default(),
        closed: false,
    }
}

pub(super) fn receipt(key: &str, endpoint: &str, at: i64) -> Record {
    Record::Receipt(Receipt {
        key: key.to_owned(),
        endpoint_id: EndpointId::new(endpoint),
        answered: None,
        created_at: Some(at),
        secret_last4: "1111".to_owned(),
        secret: serde_json::from_str("\"sealed\"").unwrap(),
        sealed_to: Default::default(),
        at: Timestamp(at),
        key_honoured: false,
    })
}

pub(super) fn holder() -> Holder {
    Holder { who: "a@b".into(), pid: 1, since: "now".into(), command: "apply".into(), run: None }
}

/// Folds in a whole create: decided, sent and answered at `at`.
fn create(state: &mut State, key: &str, endpoint: &str, at: i64, overlap_seconds: u64) {
    state.fold(Record::Intent(intent(key, overlap_seconds)));
    state.fold(Record::Send { key: key.to_owned(), at: Timestamp(at) });
    state.fold(receipt(key, endpoint, at));
}

fn deposed(state: &State) -> Vec<(&str, Option<i64>)> {
    let told = |old: &Managed| old.until.map(|until| until.0);
    state.endpoints[&name()].deposed.iter().map(|old| (old.endpoint_id.as_str(), told(old))).collect()
}

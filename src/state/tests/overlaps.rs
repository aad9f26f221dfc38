//! Predecessors: deposed by the receipt itself, and kept as long as was promised.

use super::{create, deposed, name};
use crate::endpoint::EndpointId;
use crate::state::{Ended, Record, State};
use crate::timestamp::Timestamp;

#[test]
fn the_receipt_of_a_replacement_deposes_the_old_endpoint_itself() {
    let mut state = State::new("l".to_owned());
    create(&mut state, "k1", "ep_1", 1000, 0);
    create(&mut state, "k2", "ep_2", 2000, 3600);
    assert_eq!(current(&state).unwrap(), "ep_2");
    assert_eq!(deposed(&state), [("ep_1", Some(5600))]);
    assert!(state.pending.is_empty());
}

#[test]
fn a_deposed_endpoint_is_never_reinstated() {
    let mut state = State::new("l".to_owned());
    create(&mut state, "k1", "ep_leaked", 1000, 0);
    create(&mut state, "k2", "ep_2", 2000, 86_400);
    ended(&mut state, "ep_2", Ended::Gone);
    assert_eq!(current(&state), None, "somebody may hold the old secret: that is why it was replaced");
    assert_eq!(deposed(&state), [("ep_leaked", Some(88_400)), ("ep_2", Some(5000))]);
    let kept: State = serde_json::from_slice(&crate::state::format::document_bytes(&mut state)).unwrap();
    assert_eq!((kept.endpoints, kept.version), (state.endpoints, 2));
}

#[test]
fn the_remake_of_a_gone_endpoint_restarts_the_overlap_of_its_predecessors() {
    let mut state = State::new("l".to_owned());
    create(&mut state, "k1", "ep_1", 1000, 0);
    create(&mut state, "k2", "ep_2", 2000, 3600);
    ended(&mut state, "ep_2", Ended::Gone);
    create(&mut state, "k3", "ep_3", 90_000, 3600);
    assert_eq!(current(&state), Some("ep_3"));
    assert_eq!(deposed(&state), [("ep_1", Some(93_600)), ("ep_2", Some(5000))]);
}

#[test]
fn what_was_deleted_for_its_successor_is_remembered_until_the_receipt() {
    let mut state = State::new("l".to_owned());
    create(&mut state, "k1", "ep_1", 1000, 0);
    ended(&mut state, "ep_1", Ended::Deleted);
    assert_eq!((current(&state), deposed(&state)), (None, vec![("ep_1", Some(5000))]));
    create(&mut state, "k2", "ep_2", 2000, 0);
    assert_eq!((current(&state), deposed(&state)), (Some("ep_2"), vec![]));
}

#[test]
fn no_predecessor_is_forgotten_when_the_current_endpoint_ends() {
    let mut state = State::new("l".to_owned());
    create(&mut state, "k1", "ep_1", 1000, 0);
    create(&mut state, "k2", "ep_2", 2000, 60);
    create(&mut state, "k3", "ep_3", 3000, 60);
    state.fold(Record::Deleted { endpoint_id: EndpointId::new("ep_3"), name: None, orphan_of: None });
    assert_eq!(current(&state), None);
    assert_eq!(deposed(&state), [("ep_1", Some(2060)), ("ep_2", Some(3060))]);
}

fn ended(state: &mut State, id: &str, how: Ended) {
    state.fold(Record::Ended { name: name(), endpoint_id: EndpointId::new(id), how, until: Timestamp(5000) });
}

fn current(state: &State) -> Option<&str> {
    state.current(&name()).map(|managed| managed.endpoint_id.as_str())
}

//! Predecessors: deposed by the receipt itself, and kept as long as was promised.

use super::{create, deposed, name};
use crate::endpoint::EndpointId;
use crate::state::{Record, State};

#[test]
fn the_receipt_of_a_replacement_deposes_the_old_endpoint_itself() {
    let mut state = State::new("l".to_owned());
    create(&mut state, "k1", "ep_1", 1000, 0);
    create(&mut state, "k2", "ep_2", 2000, 3600);
    assert_eq!(state.endpoints[&name()].endpoint_id.as_str(), "ep_2");
    assert_eq!(deposed(&state), [("ep_1", Some(5600))]);
    assert!(state.pending.is_empty());
}

#[test]
fn a_predecessor_that_stood_in_for_a_gone_endpoint_keeps_its_own_overlap() {
    let mut state = State::new("l".to_owned());
    create(&mut state, "k1", "ep_1", 1000, 0);
    create(&mut state, "k2", "ep_2", 2000, 86_400);
    // Somebody deleted the current one; its predecessor stands in until the next create is answered.
    state.fold(Record::Deleted { endpoint_id: EndpointId::new("ep_2"), name: None, orphan_of: None });
    create(&mut state, "k3", "ep_3", 3000, 0);
    assert_eq!(deposed(&state), [("ep_1", Some(88_400))], "whoever still checks with its secret was promised a day");
}

#[test]
fn no_predecessor_is_forgotten_when_the_current_endpoint_ends() {
    let mut state = State::new("l".to_owned());
    create(&mut state, "k1", "ep_1", 1000, 0);
    create(&mut state, "k2", "ep_2", 2000, 60);
    create(&mut state, "k3", "ep_3", 3000, 60);
    state.fold(Record::Deleted { endpoint_id: EndpointId::new("ep_3"), name: None, orphan_of: None });
    assert_eq!(state.endpoints[&name()].endpoint_id.as_str(), "ep_2");
    assert_eq!(deposed(&state), [("ep_1", Some(2060))]);
}

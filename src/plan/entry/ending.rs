//! The end of an endpoint.

use super::view;
use crate::endpoint::Name;
use crate::plan::live::Live;
use crate::plan::{Action, Change, Reason};
use crate::state::Managed;

/// A delete of a current endpoint.
pub(in crate::plan) fn delete(name: &Name, managed: &Managed, reason: Reason, live: Live<'_>) -> Change {
    end(name, managed, reason, live, false)
}

/// The end of a predecessor.
pub(in crate::plan) fn retire(name: &Name, old: &Managed, reason: Reason, live: Live<'_>) -> Change {
    end(name, old, reason, live, true)
}

fn end(name: &Name, managed: &Managed, reason: Reason, live: Live<'_>, deposed: bool) -> Change {
    let gone = matches!(live, Live::Gone);
    Change {
        name: name.clone(),
        before: Some(view(managed)),
        after: None,
        action: Action::Delete { endpoint_id: managed.endpoint_id.clone(), deposed, gone },
        reasons: vec![reason],
    }
}

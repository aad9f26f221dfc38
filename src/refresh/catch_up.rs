//! A listing and a state that were read while an apply was writing.

use std::collections::HashSet;

use super::Seen;
use crate::endpoint::{EndpointId, Observed, Spec};
use crate::state::{Managed, State};

impl Seen {
    /// Brings a listing forward to a state that was read after it, where an apply was writing meanwhile: what that
    /// apply made since counts as listed, and what it ended as not.
    pub(crate) fn catch_up(&mut self, before: &State, after: &State) {
        let ids = |state: &State| state.all().map(|(_, managed)| managed.endpoint_id.clone()).collect::<HashSet<_>>();
        let (had, has) = (ids(before), ids(after));
        self.endpoints.retain(|seen| has.contains(&seen.id) || !had.contains(&seen.id));
        let listed: HashSet<EndpointId> = self.endpoints.iter().map(|seen| seen.id.clone()).collect();
        let made = after.all().map(|(_, managed)| managed);
        self.endpoints.extend(
            made.filter(|managed| !had.contains(&managed.endpoint_id) && !listed.contains(&managed.endpoint_id))
                .map(observed),
        );
        self.endpoints.sort_by(|a, b| a.id.cmp(&b.id));
    }
}

/// An endpoint of the state as the API is expected to list it.
fn observed(managed: &Managed) -> Observed {
    let Spec { url, events, description } = managed.expected_live().clone();
    Observed {
        id: managed.endpoint_id.clone(),
        url,
        events,
        description: Some(description),
        created_at: managed.created_at,
        tag: None,
        secret_last4: managed.secret_last4.clone(),
    }
}

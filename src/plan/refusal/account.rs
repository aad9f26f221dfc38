//! Refusals that stop a plan of the wrong account, or of a name that nothing has.

use std::collections::BTreeSet;

use super::{NameFlag, Refusal, RefusalKind};
use crate::endpoint::{EndpointId, Name};
use crate::plan::{World, pattern};
use crate::state::Managed;

/// A key of another account lists none of the state's endpoints.
pub(super) fn all_gone(world: &World<'_>) -> Option<Refusal> {
    let live: BTreeSet<&EndpointId> = world.live?.iter().map(|seen| &seen.id).collect();
    // What an earlier run was deleting, or found to be gone, is expected to be missing.
    let expected =
        |managed: &&Managed| managed.ended.is_none() && !world.state.deleting.contains_key(&managed.endpoint_id);
    let expected: Vec<&Managed> = world.state.all().map(|(_, managed)| managed).filter(expected).collect();
    let gone = !expected.is_empty() && expected.iter().all(|managed| !live.contains(&managed.endpoint_id));
    (gone && !world.choices.allow_all_gone).then(|| RefusalKind::AllGone { endpoints: expected.len() }.of_all())
}

/// Names on the command line that no entry and no endpoint has.
pub(super) fn unknown_names(world: &World<'_>) -> Vec<Refusal> {
    let known = |pattern: &String| {
        let is = |name: &Name| pattern::matches(pattern, name.as_str());
        world.desired.webhooks.keys().any(is) || world.state.endpoints.keys().any(is)
    };
    let flags = [(NameFlag::Target, &world.choices.targets), (NameFlag::Replace, &world.choices.replace)];
    let named = flags.into_iter().flat_map(|(flag, names)| names.iter().map(move |name| (flag, name)));
    let unknown = named.filter(|(_, name)| !known(name));
    unknown.map(|(flag, name)| RefusalKind::UnknownName { flag, pattern: name.clone() }.of_all()).collect()
}

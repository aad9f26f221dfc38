//! What a reviewer sees first: guards that moved since the last apply, and hosts that are new.

use std::collections::{BTreeSet, HashSet};

use super::{Change, Guard, GuardChange, World};
use crate::state::Guards;

/// The guards that differ from the last apply's; none before the first.
pub(super) fn guard_changes(world: &World<'_>) -> Vec<GuardChange> {
    let Some(last) = &world.state.guards else { return Vec::new() };
    let Guards { base_url, recipients, allowed_hosts, max_deletes } = last;
    let list = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join(", ");
    let hosts = |hosts: &Option<BTreeSet<String>>| hosts.as_ref().map_or_else(|| "any host".to_owned(), list);
    let limit = |most: Option<u32>| most.map_or_else(|| "no limit".to_owned(), |n| n.to_string());
    let now = world.guards;
    let told = [
        (Guard::BaseUrl, base_url.clone(), now.base_url.clone()),
        (Guard::Recipients, list(recipients), list(&now.recipients)),
        (Guard::AllowedHosts, hosts(allowed_hosts), hosts(&now.allowed_hosts)),
        (Guard::MaxDeletes, limit(*max_deletes), limit(now.max_deletes)),
    ];
    told.into_iter()
        .filter(|(_, before, after)| before != after)
        .map(|(guard, before, after)| GuardChange { guard, before, after })
        .collect()
}

/// Hosts of what would be made or adopted that no endpoint of the state has.
pub(super) fn new_hosts(world: &World<'_>, changes: &[Change]) -> Vec<String> {
    let host = |url: &str| Some(url::Url::parse(url).ok()?.host_str()?.to_owned());
    let made: BTreeSet<String> = changes.iter().filter_map(|change| host(&change.after.as_ref()?.spec.url)).collect();
    if made.is_empty() {
        return Vec::new();
    }
    let known: HashSet<String> = world.state.all().filter_map(|(_, managed)| host(&managed.spec.url)).collect();
    made.into_iter().filter(|host| !known.contains(host)).collect()
}

//! What a reviewer sees first: guards that moved since the last apply, and hosts that are new.

use std::collections::{BTreeSet, HashSet};

use serde::{Deserialize, Serialize};

use super::{Change, World};
use crate::state::Guards;

/// A guard of the file that differs from the last apply's, with the last apply's value and the file's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr)]
#[serde(tag = "guard", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum GuardChange {
    /// Where the API is.
    BaseUrl {
        /// Before.
        before: String,
        /// After.
        after: String,
    },
    /// Who can read the secrets.
    Recipients {
        /// Before.
        before: BTreeSet<String>,
        /// After.
        after: BTreeSet<String>,
    },
    /// The hosts that URLs may have; `None` allows every host.
    AllowedHosts {
        /// Before.
        before: Option<BTreeSet<String>>,
        /// After.
        after: Option<BTreeSet<String>>,
    },
    /// The most deletions of one apply; `None` is no limit.
    MaxDeletes {
        /// Before.
        before: Option<u32>,
        /// After.
        after: Option<u32>,
    },
}

impl GuardChange {
    /// The key in the file.
    pub fn word(&self) -> &'static str {
        self.into()
    }

    /// Both values on one line each, as the plan's id and the JSON have them.
    pub fn lines(&self) -> (String, String) {
        let list = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join(", ");
        let hosts = |hosts: &Option<BTreeSet<String>>| hosts.as_ref().map_or_else(|| "any host".to_owned(), list);
        let limit = |most: &Option<u32>| most.map_or_else(|| "no limit".to_owned(), |n| n.to_string());
        match self {
            Self::BaseUrl { before, after } => (before.clone(), after.clone()),
            Self::Recipients { before, after } => (list(before), list(after)),
            Self::AllowedHosts { before, after } => (hosts(before), hosts(after)),
            Self::MaxDeletes { before, after } => (limit(before), limit(after)),
        }
    }

    /// Whether the file allows more than the last apply did, or something else.
    pub fn is_looser(&self) -> bool {
        match self {
            Self::BaseUrl { .. } => true,
            Self::Recipients { before, after } => !after.is_subset(before),
            Self::AllowedHosts { before: Some(before), after: Some(after) } => !after.is_subset(before),
            Self::AllowedHosts { before: _, after } => after.is_none(),
            Self::MaxDeletes { before, after } => match (before, after) {
                (Some(before), Some(after)) => after > before,
                (_, after) => after.is_none(),
            },
        }
    }
}

/// The guards that differ from the last apply's; none before the first.
pub(super) fn guard_changes(world: &World<'_>) -> Vec<GuardChange> {
    let Some(last) = &world.state.guards else { return Vec::new() };
    let Guards { base_url, recipients, allowed_hosts, max_deletes } = last.clone();
    let now = world.guards.clone();
    let mut changes = Vec::new();
    if base_url != now.base_url {
        changes.push(GuardChange::BaseUrl { before: base_url, after: now.base_url });
    }
    if recipients != now.recipients {
        changes.push(GuardChange::Recipients { before: recipients, after: now.recipients });
    }
    if allowed_hosts != now.allowed_hosts {
        changes.push(GuardChange::AllowedHosts { before: allowed_hosts, after: now.allowed_hosts });
    }
    if max_deletes != now.max_deletes {
        changes.push(GuardChange::MaxDeletes { before: max_deletes, after: now.max_deletes });
    }
    changes
}

/// Hosts of what would be made or adopted that no endpoint of the state has.
pub(super) fn new_hosts(world: &World<'_>, changes: &[Change]) -> Vec<String> {
    let host = |url: &str| Some(url::Url::parse(url).ok()?.host_str()?.to_owned());
    let made: BTreeSet<String> = changes.iter().filter_map(|change| host(&change.after.as_ref()?.spec.url)).collect();
    if made.is_empty() {
        return Vec::new();
    }
    let known: HashSet<String> = world.state.all().filter_map(|(_, managed)| host(&managed.wanted.spec.url)).collect();
    made.into_iter().filter(|host| !known.contains(host)).collect()
}

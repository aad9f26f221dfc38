//! A plan's id: 128 bits of a root over its header and its leaves.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::leaf::{self, Header, VERSION};
use super::{Change, GuardChange};

/// What the id of a plan begins with that did not ask the API.
const OFFLINE: &str = "offline-";
/// The digits of the hash: 128 bits.
const DIGITS: usize = 32;

/// Same actions, values, team, lineage, base URL, recipients and guards: same id. A plan that did not ask the API
/// has an id that begins with `offline-` and cannot be applied by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PlanId(String);

impl PlanId {
    pub(super) fn of(header: &Header, guards: &[GuardChange], changes: &[Change], refreshed: bool) -> Self {
        let id = root(header, &leaf::leaves(guards, changes));
        Self(if refreshed { id } else { format!("{OFFLINE}{id}") })
    }

    /// Whether the plan did not ask the API.
    pub fn is_offline(&self) -> bool {
        self.0.starts_with(OFFLINE)
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a text has the form of an id of another version: 0.1's have no version in them.
    pub fn is_of_another_version(text: &str) -> bool {
        let text = text.strip_prefix(OFFLINE).unwrap_or(text);
        let (version, hash) = text.split_once('-').unwrap_or(("1", text));
        let is_hash = hash.len() == DIGITS && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hash && version.parse::<u32>().is_ok_and(|version| version != VERSION)
    }
}

/// The id that these leaves have under this header.
pub(super) fn root(header: &Header, leaves: &BTreeSet<String>) -> String {
    let hash = leaf::hash("root", &(header.hash(), leaves));
    format!("{VERSION}-{}", &hash[..DIGITS])
}

impl fmt::Display for PlanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

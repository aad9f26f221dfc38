//! What the last apply was: its plan, its guards, its journal.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// A plan that was reviewed and applied.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Applied {
    /// Its id.
    pub plan: String,
    /// Its leaves, while they are not all done; empty once they are. 0.1 wrote other words here, under `left`.
    #[serde(default, alias = "left")]
    pub leaves: BTreeSet<String>,
}

/// What an apply was allowed to do; a change of it is the first thing a plan shows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Guards {
    /// Where the API is.
    pub base_url: String,
    /// Who can read the secrets, sorted.
    pub recipients: BTreeSet<String>,
    /// The hosts that urls may have; absent: all.
    #[serde(default)]
    pub allowed_hosts: Option<BTreeSet<String>>,
    /// The most endpoints that one apply may delete, replace or forget; absent: no limit.
    #[serde(default)]
    pub max_deletes: Option<u32>,
}

/// How far a journal has been replayed into the state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Folded {
    /// The journal's own id.
    pub journal: String,
    /// How many of its records.
    pub records: u64,
}

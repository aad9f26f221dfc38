//! Who writes a state.

use serde::{Deserialize, Serialize};

use crate::quote::escaped;

/// Who writes a state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// `user@host`.
    pub who: String,
    /// The process.
    pub pid: u32,
    /// RFC 3339.
    pub since: String,
    /// `apply`, `state mv`, …
    pub command: String,
    /// The CI run's address, where the environment tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
}

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { who, pid, since, command, run } = self;
        let run = run.as_ref().map(|run| format!(", {run}")).unwrap_or_default();
        f.write_str(&escaped(&format!("{who} (process {pid}, `{command}`, since {since}{run})")))
    }
}

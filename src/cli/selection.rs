//! What the command line chooses of a plan, and what it allows.

use std::collections::BTreeSet;

use clap::Args;

use crate::plan::Choices;

/// What is planned.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Plan options")]
pub(super) struct Selection {
    /// Plan NAME alone (`*` is a wildcard; repeatable)
    #[arg(long, value_name = "NAME")]
    target: Vec<String>,
    /// Replace NAME, though nothing of it changed (`*` is a wildcard; repeatable)
    #[arg(long, value_name = "NAME", conflicts_with_all = ["destroy", "refresh_only"])]
    replace: Vec<String>,
    /// Show drift alone, and let an apply record it in the state
    #[arg(long, conflicts_with = "destroy")]
    refresh_only: bool,
    /// Delete every endpoint
    #[arg(long)]
    destroy: bool,
    /// Plan the retirements that are due, and nothing else
    #[arg(long, conflicts_with_all = ["destroy", "refresh_only", "replace", "target"])]
    retire: bool,
}

/// The flags that override refusals.
#[derive(Debug, Args)]
#[command(next_help_heading = "Plan options")]
pub(super) struct Allowances {
    /// Delete or replace NAME even if the plan deletes more than max_deletes (`*` is a wildcard; repeatable)
    #[arg(long, value_name = "NAME")]
    allow_delete: Vec<String>,
    /// Create NAME even if it duplicates a live, unmanaged endpoint (repeatable)
    #[arg(long, value_name = "NAME")]
    allow_duplicate: Vec<String>,
    /// Continue even if the API lists none of the state's endpoints
    #[arg(long)]
    allow_all_gone: bool,
}

impl Selection {
    /// Everything is to be deleted.
    pub(super) fn all_destroyed() -> Self {
        Self { destroy: true, ..Self::default() }
    }

    /// Whether drift alone is shown.
    pub(super) fn only_refreshes(&self) -> bool {
        self.refresh_only
    }

    /// These choices, as the planner takes them.
    pub(super) fn choices(&self, allowances: &Allowances) -> Choices {
        let set = |names: &[String]| names.iter().cloned().collect::<BTreeSet<_>>();
        Choices {
            destroy: self.destroy,
            targets: set(&self.target),
            replace: set(&self.replace),
            refresh_only: self.refresh_only,
            retire_only: self.retire,
            allow_duplicate: set(&allowances.allow_duplicate),
            allow_delete: set(&allowances.allow_delete),
            allow_all_gone: allowances.allow_all_gone,
            ..Choices::default()
        }
    }
}

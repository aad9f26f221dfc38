//! What a plan looked at: a plan of a part says nothing of the rest.

use serde::{Deserialize, Serialize};

use super::Choices;

/// What the command line had a plan look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Everything.
    #[default]
    All,
    /// The entries that the command line names.
    Selected,
    /// What changed outside of hookwright: `--refresh-only`.
    Drift,
    /// Retirements that are due: `--retire`.
    Retirements,
    /// What there is to delete: `--destroy`.
    Destruction,
}

impl Scope {
    /// What these choices look at.
    pub(super) fn of(choices: &Choices) -> Self {
        match choices {
            Choices { refresh_only: true, .. } => Self::Drift,
            Choices { retire_only: true, .. } => Self::Retirements,
            Choices { targets, .. } if choices.is_rotation() || !targets.is_empty() => Self::Selected,
            Choices { destroy: true, .. } => Self::Destruction,
            _ => Self::All,
        }
    }

    /// Whether something that differs may be left out.
    pub(crate) fn is_partial(self) -> bool {
        matches!(self, Self::Selected | Self::Drift | Self::Retirements)
    }
}

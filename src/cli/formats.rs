//! The forms in which a plan and the state are shown.

use clap::ValueEnum;

use super::terminal;
use crate::plan::Plan;
use crate::render::{self, Place};

/// The forms of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum PlanFormat {
    /// For people
    Text,
    /// For a pull request's comment
    Markdown,
    /// For programs: documented in the README
    Json,
    /// For tools that read Terraform's plans
    TerraformJson,
    /// For GitLab's merge-request widget
    GitlabReport,
}

impl PlanFormat {
    /// The plan in this form; those for eyes say where it would be carried out.
    pub(super) fn show(self, plan: &Plan, place: &Place) -> String {
        match self {
            Self::Text => terminal::folded(render::text_at(plan, place, terminal::colour())),
            Self::Markdown => render::markdown_at(plan, place),
            Self::Json => render::json(plan),
            Self::TerraformJson => render::terraform_json(plan),
            Self::GitlabReport => render::gitlab_report(plan),
        }
    }
}

/// The forms of a list of what the state has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ListFormat {
    /// For people
    Text,
    /// For programs
    Json,
}

//! Plan files: a plan as it was reviewed. An apply plans again and runs its own plan: a file contributes an id and
//! words, never actions.

use std::path::Path;

use serde::{Deserialize, Serialize};
use similar::TextDiff;

use super::{Failure, terminal};
use crate::plan::Plan;
use crate::render::{Colour, text};
use crate::state::{Applied, State, replace_file};

/// The version of the form.
const VERSION: u64 = 1;
/// The most bytes that a plan file may have.
const MOST_BYTES: u64 = 256 << 20;

#[derive(Serialize)]
struct Written<'a> {
    hookwright_plan: u64,
    plan: &'a Plan,
}

#[derive(Deserialize)]
struct Read {
    plan: Plan,
}

#[derive(Deserialize)]
struct Version {
    hookwright_plan: u64,
}

/// Writes a plan file, whole or not at all.
pub fn write(path: &Path, plan: &Plan) -> Result<(), Failure> {
    let written = Written { hookwright_plan: VERSION, plan };
    let text = serde_json::to_string(&written).expect("a plan has string keys and no failing parts");
    // A plan file may be published. One that a secret had to be taken out of is no plan that an apply would make.
    replace_file(path, format!("{}\n", crate::mask::hide(&text)).as_bytes()).map_err(|e| Failure::chain(&e))
}

/// Reads a plan file.
pub fn read(path: &Path) -> Result<Plan, Failure> {
    let shown = terminal::path(path);
    let bytes = super::source::read_regular(path, MOST_BYTES)
        .map_err(|e| Failure::caused(format!("could not read the plan file {shown}"), &e))?;
    let version = serde_json::from_slice(&bytes).map(|Version { hookwright_plan }| hookwright_plan);
    match version {
        Ok(VERSION) => {}
        Ok(newer) => {
            return Err(Failure::new(format!(
                "the plan file {shown} has format version {newer}; this hookwright reads version {VERSION}"
            ))
            .hint("use the hookwright that wrote it"));
        }
        Err(_) => {
            return Err(Failure::new(format!("{shown} is no plan file of hookwright's"))
                .hint("`hookwright plan --out FILE` writes one"));
        }
    }
    let read: Result<Read, _> = serde_json::from_slice(&bytes);
    read.map(|read| read.plan).map_err(|e| Failure::caused(format!("the plan file {shown} is damaged"), &e))
}

/// What an apply was told to run.
#[derive(Debug)]
pub enum Expected {
    /// Whatever it plans.
    Anything,
    /// The plan with this id.
    Id(String),
    /// The plan of a file.
    File(Box<Plan>),
}

impl Expected {
    /// Whether somebody reviewed a plan, so that nobody needs to be asked.
    pub fn is_reviewed(&self) -> bool {
        !matches!(self, Self::Anything)
    }

    /// Whether the plan is what was expected, or the rest of it; then what it permits.
    pub fn admit(&self, plan: &Plan, state: &State) -> Result<Applied, Failure> {
        let id = match self {
            Self::Anything => plan.id.as_str(),
            Self::Id(id) => id,
            Self::File(expected) => expected.id.as_str(),
        };
        let whole = || Applied { plan: id.to_owned(), left: plan.permits() };
        match &state.applied {
            _ if id.starts_with("offline-") => {
                Err(Failure::new("that plan did not ask the API, and cannot be applied by its id")
                    .hint("plan again with an API key; `hookwright plan --refresh=false` asks nothing"))
            }
            Some(applied) if self.is_reviewed() && applied.plan == id && applied.left.is_empty() => {
                Err(Failure::new("that plan was applied already").hint("plan again, and review the new plan"))
            }
            Some(applied) if self.is_reviewed() && applied.plan == id && plan.is_within(&applied.left) => {
                Ok(applied.clone())
            }
            _ if id == plan.id.as_str() => Ok(whole()),
            _ => Err(self.refuse(id, plan)),
        }
    }

    fn refuse(&self, id: &str, plan: &Plan) -> Failure {
        if let Self::File(expected) = self {
            let (before, after) = (text(expected, Colour::Never), text(plan, Colour::Never));
            terminal::say("What was reviewed (-) and what would be done now (+):\n");
            let diff = TextDiff::from_lines(&before, &after);
            terminal::say(&diff.unified_diff().context_radius(3).header("reviewed", "now").to_string());
        }
        let (id, now) = (crate::quote::escaped(id), &plan.id);
        Failure::new(format!(
            "the plan is {now}, and {id} was reviewed: configuration, state or what is live moved; nothing was changed"
        ))
        .hint("plan again and review it; an apply needs the same flags as its plan (--target, --replace, --destroy)")
    }
}

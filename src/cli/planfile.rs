//! Plan files: a plan as it was reviewed. An apply plans again and runs its own plan: a file contributes an id and
//! words, never actions.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use similar::TextDiff;

use super::failure::Failure;
use super::project::Project;
use super::{planning, terminal};
use crate::plan::{Choices, Plan, PlanId};
use crate::refresh::Seen;
use crate::render::{Colour, Place, text};
use crate::state::{Applied, State};

/// The version of the form.
const VERSION: u64 = 2;
/// The most bytes that a plan file may have.
const MOST_BYTES: u64 = 256 << 20;

/// The file's form. The checksum is over the plan's bytes, words included: an edited file is refused even where the
/// edit leaves the id alone.
#[derive(Serialize)]
struct Written<'a> {
    hookwright_plan: u64,
    sha256: String,
    plan: &'a RawValue,
    place: &'a RawValue,
}

#[derive(Deserialize)]
struct Read<'a> {
    sha256: String,
    #[serde(borrow)]
    plan: &'a RawValue,
    /// Absent in files of 0.1.
    #[serde(borrow, default)]
    place: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Version {
    hookwright_plan: u64,
}

/// The bytes of a plan file. It may be published: where a secret has to be taken out of it, no apply plans the same.
pub(super) fn bytes(plan: &Plan, place: &Place) -> Vec<u8> {
    let (plan, place) = (raw(plan), raw(place));
    let written =
        Written { hookwright_plan: VERSION, sha256: checksum(&plan, Some(&place)), plan: &plan, place: &place };
    let mut bytes = serde_json::to_vec(&written).expect("a plan has string keys and no failing parts");
    bytes.push(b'\n');
    bytes
}

fn raw(value: &impl Serialize) -> Box<RawValue> {
    let text = serde_json::to_string(value).expect("a plan has string keys and no failing parts");
    RawValue::from_string(crate::quote::hidden(&crate::mask::hide(&text))).expect("a mask is part of a string")
}

/// Reads a plan file: the plan, and where it would be carried out.
pub(super) fn read(path: &Path) -> Result<(Plan, Place), Failure> {
    let shown = terminal::path(path);
    let bytes = crate::disk::read_named(path, MOST_BYTES)
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
    let damaged = |e: serde_json::Error| Failure::caused(format!("the plan file {shown} is damaged"), &e);
    let Read { sha256, plan: raw, place } = serde_json::from_slice(&bytes).map_err(damaged)?;
    let plan: Plan = serde_json::from_str(raw.get()).map_err(damaged)?;
    if sha256 != checksum(raw, place) || plan.computed_id() != plan.id {
        return Err(Failure::new(format!("the plan file {shown} was edited after it was written"))
            .hint("plan again with `hookwright plan --out FILE`, and review the new plan"));
    }
    let place = place.map(|place| serde_json::from_str(place.get())).transpose().map_err(damaged)?;
    Ok((plan, place.unwrap_or_default()))
}

/// Over the plan, and over its place where there is one.
fn checksum(plan: &RawValue, place: Option<&RawValue>) -> String {
    let digest = Sha256::new().chain_update(plan.get()).chain_update(place.map_or("", RawValue::get)).finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What an apply was told to run.
#[derive(Debug)]
pub(super) enum Expected {
    /// Whatever it plans.
    Anything,
    /// The plan with this id.
    Id(String),
    /// The plan of a file.
    File(Box<Plan>),
}

impl Expected {
    /// Whether somebody reviewed a plan, so that nobody needs to be asked.
    pub(super) fn is_reviewed(&self) -> bool {
        !matches!(self, Self::Anything)
    }

    /// The plan that is carried out: what was expected, or the rest of it. `make` plans by choices.
    ///
    /// Retirements that came due after the review are left out, the newest first, until the id is the reviewed one.
    pub(super) fn admit(
        &self,
        project: &Project,
        (state, seen): (&State, &Seen),
        choices: &Choices,
    ) -> Result<Admitted, Box<Refused>> {
        let id = match self {
            Self::Anything => None,
            Self::Id(id) => Some(id.as_str()),
            Self::File(expected) => Some(expected.id.as_str()),
        };
        let first = planning::make(project, state, Some(seen), choices);
        let Some(id) = id else {
            return Ok(Admitted { reviewed: first.begun(), plan: first, is_rest: false });
        };
        let refuse = |failure, plan| Err(Box::new(Refused { failure, plan, is_shown: false }));
        if !first.refusals.is_empty() {
            return refuse(planning::refused(&first), first);
        }
        if let Some(failure) = self.never(id, state) {
            return refuse(failure, first);
        }
        let (mut plan, mut choices) = (first.clone(), choices.clone());
        loop {
            if plan.id.as_str() == id {
                return Ok(Admitted { reviewed: plan.begun(), plan, is_rest: false });
            }
            let begun = state.applied.as_ref().filter(|applied| applied.plan == id);
            if let Some(applied) = begun
                && plan.is_rest_of(&planning::world(project, state, Some(seen), &choices), applied)
            {
                return Ok(Admitted { reviewed: applied.clone(), plan, is_rest: true });
            }
            match plan.newest_retirement() {
                Some(id) => drop(choices.postponed.insert(id)),
                None => break,
            }
            plan = planning::make(project, state, Some(seen), &choices);
        }
        let (failure, is_shown) = (self.refuse(id, &first), matches!(self, Self::File(_)));
        Err(Box::new(Refused { failure, plan: first, is_shown }))
    }

    /// Why no plan can have this id.
    fn never(&self, id: &str, state: &State) -> Option<Failure> {
        if id.starts_with("offline-") {
            return Some(
                Failure::new("that plan did not ask the API, and cannot be applied by its id")
                    .hint("plan again with an API key; `hookwright plan --refresh=false` asks nothing"),
            );
        }
        if PlanId::is_of_another_version(id) {
            return Some(
                Failure::new("that id was made by another version of hookwright, which makes ids otherwise")
                    .hint("plan again with this version, and review the new plan"),
            );
        }
        let applied = state.applied.as_ref().is_some_and(|applied| applied.plan == id && applied.leaves.is_empty());
        applied.then(|| Failure::new("that plan was applied already").hint("plan again, and review the new plan"))
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

/// A plan that may be carried out.
pub(super) struct Admitted {
    /// The plan.
    pub plan: Plan,
    /// As it was reviewed.
    pub reviewed: Applied,
    /// Whether it is the rest of what was reviewed.
    pub is_rest: bool,
}

/// A plan that may not, and why.
pub(super) struct Refused {
    /// Why.
    pub failure: Failure,
    /// The plan.
    pub plan: Plan,
    /// Whether its differences from a reviewed one were shown: nobody needs to read it whole then.
    pub is_shown: bool,
}

//! Planning for a project: what a plan is made from, and when it may not be carried out.

use std::collections::BTreeSet;

use super::clock;
use super::failure::Failure;
use super::project::Project;
use crate::endpoint::EndpointId;
use crate::plan::{Choices, Plan, World, plan};
use crate::refresh::Seen;
use crate::state::State;

/// The account, by the API's word, or else by the state's.
pub(super) fn team<'a>(seen: Option<&'a Seen>, state: &'a State) -> Option<&'a str> {
    seen.and_then(|seen| seen.team.as_deref()).or(state.team_id.as_deref())
}

/// Makes the plan of a project.
pub(super) fn make(project: &Project, state: &State, seen: Option<&Seen>, choices: &Choices) -> Plan {
    plan(&world(project, state, seen, choices))
}

/// What no other environment manages.
static NOWHERE: BTreeSet<EndpointId> = BTreeSet::new();

/// All that a plan of a project is made from.
pub(super) fn world<'a>(
    project: &'a Project,
    state: &'a State,
    seen: Option<&'a Seen>,
    choices: &'a Choices,
) -> World<'a> {
    World {
        desired: &project.desired,
        state,
        live: seen.map(|seen| seen.endpoints.as_slice()),
        team: seen.and_then(|seen| seen.team.as_deref()),
        guards: &project.guards,
        now: seen.map_or_else(clock::now, |seen| seen.now),
        environment: project.desired.environment.as_ref().map(|name| name.as_str()),
        choices,
        cannot_encrypt: project.cannot_encrypt.as_ref(),
        elsewhere: seen.map_or(&NOWHERE, |seen| &seen.elsewhere),
    }
}

/// An error where a state belongs to another environment than the chosen one.
pub(super) fn own_environment(project: &Project, state: &State) -> Result<(), Failure> {
    let chosen = project.desired.environment.as_ref().map(|name| name.as_str());
    match &state.environment {
        Some(known) if chosen != Some(known) => {
            let chosen = chosen.map_or("none".to_owned(), |chosen| format!("`{chosen}`"));
            let known = crate::quote::escaped(known);
            Err(Failure::new(format!("the state belongs to the environment `{known}`, and the chosen one is {chosen}"))
                .hint("name the environment with --env, or its own state with --state"))
        }
        _ => Ok(()),
    }
}

/// A plan that no apply would run.
pub(super) fn refused(plan: &Plan) -> Failure {
    let refusals = crate::quote::count(plan.refusals.len(), "refusal");
    Failure::new(format!("the plan is refused ({refusals}, shown above); nothing was changed"))
}

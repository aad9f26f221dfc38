//! `hookwright plan`: reads, shows, and writes nothing.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};

use crate::cli::connection::{self, Live};
use crate::cli::project::{self, Project};
use crate::cli::report::Report;
use crate::cli::results::{Kind, Output};
use crate::cli::selection::{Allowances, Selection};
use crate::cli::{CHANGES, DONE, Ended, Failure, Global, Network, planfile, terminal};
use crate::endpoint::EndpointId;
use crate::plan::{Choices, Plan, World, plan};
use crate::refresh::{self, Seen};
use crate::render::{self, Place};
use crate::sandbox::Keep;
use crate::state::{State, Store};

/// Show what an apply would do.
///
/// Without VIDEOGEN_API_KEY, or with --refresh=false, the state file alone is compared.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hookwright plan
  hookwright plan --env prod --var host=hooks.example.com
  hookwright plan --detailed-exitcode             exit 2 where there are changes
  hookwright plan --out plan.bin                  then: apply plan.bin
  hookwright plan --format markdown > comment.md  for a pull request")]
pub struct PlanArgs {
    /// How to show it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Exit 2 where there are changes, 0 where there are none
    #[arg(long)]
    detailed_exitcode: bool,
    /// Ask the API what is live
    #[arg(long, value_name = "BOOL", default_value_t = true, action = ArgAction::Set, num_args = 0..=1,
          require_equals = true, default_missing_value = "true")]
    refresh: bool,
    /// Write the plan to FILE too, for `hookwright apply FILE`
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// As `apply` takes it; a plan never asks
    #[arg(long, value_name = "BOOL", default_value_t = true, action = ArgAction::Set, num_args = 0..=1,
          require_equals = true, default_missing_value = "true")]
    input: bool,
    /// Write how it ended to FILE, as JSON
    #[arg(long, value_name = "FILE")]
    result_file: Option<PathBuf>,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    allowances: Allowances,
    #[command(flatten)]
    network: Network,
}

/// The forms of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
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

impl Format {
    /// The plan in this form; those for eyes say where it would be carried out, where that is known.
    pub fn show(self, plan: &Plan, place: Option<&Place>) -> String {
        match (self, place) {
            (Self::Text, Some(place)) => terminal::folded(&render::text_at(plan, place, terminal::colour())),
            (Self::Text, None) => terminal::folded(&render::text(plan, terminal::colour())),
            (Self::Markdown, Some(place)) => render::markdown_at(plan, place),
            (Self::Markdown, None) => render::markdown(plan),
            (Self::Json, _) => render::json(plan),
            (Self::TerraformJson, _) => render::terraform_json(plan),
            (Self::GitlabReport, _) => render::gitlab_report(plan),
        }
    }
}

/// Runs the command.
pub async fn run(global: &Global, args: PlanArgs) -> Ended {
    let mut report = Report::new("plan", args.result_file.as_deref())?;
    let ended = show(global, &args, &mut report).await;
    report.end(ended)
}

async fn show(global: &Global, args: &PlanArgs, report: &mut Report) -> Ended {
    if args.selection.only_refreshes() && !args.refresh {
        return Err(Failure::new("--refresh-only and --refresh=false contradict each other"));
    }
    let out = args.out.as_deref().map(|path| Output::at(path, Kind::Plan)).transpose()?;
    let project = project::load(global)?;
    report.spares(&project)?;
    out.as_ref().map_or(Ok(()), |out| out.spares(&project.store))?;
    let (state, seen) = read(&project, args).await?;
    own_environment(&project, &state)?;
    let plan = make(&project, &state, seen.as_ref(), &args.selection.choices(&args.allowances));
    report.planned(&plan);
    let place = project.place(team(seen.as_ref(), &state));
    terminal::print(&args.format.show(&plan, Some(&place)))?;
    if let Some(out) = &out {
        out.write(&planfile::bytes(&plan))?;
        terminal::say(&format!("\nWrote the plan to {}.", terminal::path(out.path())));
    }
    if !plan.refusals.is_empty() {
        return Err(refused(&plan));
    }
    Ok(if args.detailed_exitcode && !plan.is_empty() { CHANGES } else { DONE })
}

/// The account, by the API's word, or else by the state's.
pub fn team<'a>(seen: Option<&'a Seen>, state: &'a State) -> Option<&'a str> {
    seen.and_then(|seen| seen.team.as_deref()).or(state.team_id.as_deref())
}

/// Makes the plan of a project.
pub fn make(project: &Project, state: &State, seen: Option<&Seen>, choices: &Choices) -> Plan {
    plan(&world(project, state, seen, choices))
}

/// What no other environment manages.
static NOWHERE: BTreeSet<EndpointId> = BTreeSet::new();

/// All that a plan of a project is made from.
pub fn world<'a>(project: &'a Project, state: &'a State, seen: Option<&'a Seen>, choices: &'a Choices) -> World<'a> {
    World {
        desired: &project.desired,
        state,
        live: seen.map(|seen| seen.endpoints.as_slice()),
        team: seen.and_then(|seen| seen.team.as_deref()),
        guards: &project.guards,
        now: seen.map_or_else(connection::now, |seen| seen.now),
        environment: project.desired.environment.as_ref().map(|name| name.as_str()),
        choices,
        cannot_encrypt: project.cannot_encrypt.as_ref(),
        elsewhere: seen.map_or(&NOWHERE, |seen| &seen.elsewhere),
    }
}

/// An error where a state belongs to another environment than the chosen one.
pub fn own_environment(project: &Project, state: &State) -> Result<(), Failure> {
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

/// The state, and what the API says where it is asked. Both are read at once: a large state takes as long as a listing.
async fn read(project: &Project, args: &PlanArgs) -> Result<(State, Option<Seen>), Failure> {
    let live = if args.refresh { Live::connect(project, &args.network, Keep::Untouched).await? } else { None };
    let Some(live) = live else { return Ok((load(&project.store).await?, None)) };
    let (store, before) = (project.store.clone(), project.store.stamp());
    let runtime = tokio::runtime::Handle::current();
    let (loaded, asked) =
        tokio::join!(tokio::task::spawn_blocking(move || runtime.block_on(load(&store))), refresh::ask(&live.reader));
    let mut state = loaded.map_err(|e| Failure::caused("the state was not read", &e))??;
    let mut seen = live.check(asked, &state, &args.network).await?;
    if project.store.stamp() != before {
        // An apply is writing. Whatever it made before a listing is in a state that is read after it.
        let earlier = load(&project.store).await?;
        seen = live.look(&earlier, &args.network).await?;
        state = load(&project.store).await?;
        seen.catch_up(&earlier, &state);
    }
    live.close().await?;
    seen.elsewhere = project.managed_elsewhere();
    Ok((state, Some(seen)))
}

/// A state that does not exist yet is planned under no lineage: nothing is written, so nothing is drawn by lot.
async fn load(store: &Store) -> Result<State, Failure> {
    Ok(store.load().await?.unwrap_or_else(|| State::new(String::new())))
}

/// A plan that no apply would run.
pub fn refused(plan: &Plan) -> Failure {
    let refusals = crate::quote::count(plan.refusals.len(), "refusal");
    Failure::new(format!("the plan is refused ({refusals}, shown above); nothing was changed"))
}

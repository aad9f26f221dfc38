//! `hookwright apply` and `hookwright destroy`: plan again, show it, ask, do it, say how it went.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::{ArgAction, Args};
use tokio::sync::mpsc;

use super::live::{self, Live};
use super::outcome;
use super::planfile::{self, Expected};
use super::progress::{self, Form};
use super::project::{self, Project};
use super::report::Report;
use super::selection::{Allowances, Selection};
use super::{DONE, Ended, Failure, Global, Network, signals, terminal};
use crate::apply::{Job, Outcome, apply, journal_room};
use crate::plan::{Choices, Plan};
use crate::render::Place;
use crate::sandbox::Keep;
use crate::secrets::Sealer;
use crate::state::{Applied, Record, Session, State};

/// Make what is live what the configuration says.
///
/// Plans again, shows the plan, asks, and makes the calls. The signing secret of each new endpoint is sealed into
/// the state before the endpoint counts as done. Exit 3: stopped part-way; run it again.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hookwright apply
  hookwright apply plan.bin        what `plan --out plan.bin` showed, or nothing
  hookwright apply --expect ID     the plan with that id, or nothing
  hookwright apply --auto-approve --lock-timeout 5m    in a pipeline")]
pub struct ApplyArgs {
    /// A plan file: applied only if this apply plans the very same
    #[arg(conflicts_with = "expect")]
    file: Option<PathBuf>,
    /// The id of a reviewed plan: applied only if this apply plans the very same, or the rest of it
    #[arg(long, value_name = "ID")]
    expect: Option<String>,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    run: RunArgs,
}

/// Delete every endpoint of the state.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hookwright destroy --auto-approve")]
pub struct DestroyArgs {
    #[command(flatten)]
    run: RunArgs,
}

/// How an apply runs.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Do not ask
    #[arg(long)]
    pub auto_approve: bool,
    /// Ask where an answer is needed; `false` is an error instead
    #[arg(long, value_name = "BOOL", default_value_t = true, action = ArgAction::Set, num_args = 0..=1,
          require_equals = true, default_missing_value = "true")]
    pub input: bool,
    /// Requests in flight at once
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub parallelism: u16,
    /// How long to wait for another writer of the state
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = humantime::parse_duration)]
    pub lock_timeout: Duration,
    /// Text for people, or a line of JSON for each event
    #[arg(long, value_enum, default_value_t = Form::Text)]
    pub format: Form,
    /// Write how it ended to FILE, as JSON
    #[arg(long, value_name = "FILE")]
    pub result_file: Option<PathBuf>,
    #[command(flatten)]
    pub allowances: Allowances,
    #[command(flatten)]
    pub network: Network,
}

impl RunArgs {
    /// The choices that the flags make.
    pub fn choices(&self) -> Choices {
        Selection::default().choices(&self.allowances)
    }
}

/// Runs `apply`.
pub async fn run(global: &Global, args: ApplyArgs) -> Ended {
    let mut report = Report::new("apply", args.run.result_file.as_deref())?;
    let ended = match expected(&args) {
        Ok(expected) => {
            let choices = args.selection.choices(&args.run.allowances);
            plan_and_apply(global, &args.run, choices, "apply", &expected, &mut report).await
        }
        Err(failure) => Err(failure),
    };
    report.end(ended)
}

/// Runs `destroy`.
pub async fn destroy(global: &Global, args: DestroyArgs) -> Ended {
    let mut report = Report::new("destroy", args.run.result_file.as_deref())?;
    let choices = Selection::all_destroyed().choices(&args.run.allowances);
    let ended = plan_and_apply(global, &args.run, choices, "destroy", &Expected::Anything, &mut report).await;
    report.end(ended)
}

fn expected(args: &ApplyArgs) -> Result<Expected, Failure> {
    Ok(match (&args.expect, &args.file) {
        (Some(id), _) => Expected::Id(id.clone()),
        (None, Some(file)) => Expected::File(Box::new(planfile::read(file)?.0)),
        (None, None) => Expected::Anything,
    })
}

/// Plans by these choices, shows the plan, asks, and carries it out.
pub async fn start(global: &Global, args: &RunArgs, choices: Choices, command: &'static str) -> Ended {
    let mut report = Report::new(command, args.result_file.as_deref())?;
    let ended = plan_and_apply(global, args, choices, command, &Expected::Anything, &mut report).await;
    report.end(ended)
}

async fn plan_and_apply(
    global: &Global,
    args: &RunArgs,
    choices: Choices,
    command: &str,
    expected: &Expected,
    report: &mut Report,
) -> Ended {
    let asks = args.input && args.format == Form::Text && terminal::can_ask();
    let approved = args.auto_approve || expected.is_reviewed();
    if !(approved || asks) {
        return Err(Failure::new("there is no terminal to ask on, and nothing was approved").hint(match command {
            "apply" => "read the plan with `hookwright plan`, then pass --auto-approve, or --expect with the plan's id",
            "destroy" => "read the plan with `hookwright plan --destroy`, then pass --auto-approve",
            _ => "pass --auto-approve",
        }));
    }
    let project = project::load(global)?;
    report.spares(&project)?;
    if !live::has_key(&project)? {
        // Before the lock: an apply that can do nothing makes no folder.
        return Err(missing_key(&project));
    }
    if project.store.load().await?.is_none() {
        // Without a state there is nothing that an apply could do but make endpoints.
        project.can_encrypt()?;
    }
    let session = project.store.open(&super::holder::holder(command), args.lock_timeout).await?;
    let live = connect(&project, &args.network).await?;
    // A state that is not written yet is planned under no lineage, as `plan` does: the same plan has the same id.
    let unwritten = session.is_new().then(|| State::new(String::new()));
    let before = unwritten.as_ref().unwrap_or(session.state());
    super::plan::own_environment(&project, before)?;
    let mut seen = live.look(before, &args.network).await?;
    seen.elsewhere = project.managed_elsewhere();
    let admitted = match expected.admit(&project, (before, &seen), &choices) {
        Ok(admitted) => admitted,
        Err(refused) => {
            let planfile::Refused { failure, plan, is_shown } = *refused;
            report.planned(&plan);
            if args.format == Form::Json || !is_shown {
                let place = project.place(super::plan::team(Some(&seen), before), &choices);
                terminal::print(&args.format.plan(&plan, &place))?;
            }
            return Err(failure);
        }
    };
    let planfile::Admitted { plan, reviewed, is_rest } = admitted;
    let plan = Arc::new(plan);
    report.planned(&plan);
    let place = project.place(super::plan::team(Some(&seen), before), &choices);
    // What a plan alone needs is not kept for as long as an apply takes.
    let team = seen.team;
    drop(seen.endpoints);
    terminal::print(&match expected.is_reviewed() {
        true => args.format.approved(&plan, &place),
        false => args.format.plan(&plan, &place),
    })?;
    if !plan.refusals.is_empty() {
        return Err(super::plan::refused(&plan));
    }
    if plan.is_empty() {
        settle(session, &plan, reviewed).await?;
        live.close().await?;
        return Ok(DONE);
    }
    if !approved && !ask(&choices, &place).await? {
        return Err(Failure::new("not approved; nothing was changed"));
    }
    let outcome = carry_out(&project, session, &live, &plan, Reviewed { reviewed, is_rest, team }, args).await?;
    live.close().await?;
    report.applied(&plan, &outcome);
    outcome::finish(global, &project, &plan, outcome, &place, args.format)
}

/// Connects, or says what is missing.
pub async fn connect(project: &Project, network: &Network) -> Result<Live, Failure> {
    Live::connect(project, network, Keep::Written).await?.ok_or_else(|| missing_key(project))
}

fn missing_key(project: &Project) -> Failure {
    Failure::new(format!("{} is not set", project.desired.api_key_env))
        .hint("set it to a key of the account; to try without one, write base_url = \"sandbox\" under [provider]")
}

/// Writes what a listing settled, and that the rest of a stopped plan was nothing, though nothing else changes.
async fn settle(mut session: Session, plan: &Plan, reviewed: Applied) -> Result<(), Failure> {
    let mut records = plan.tidy.clone();
    if session.state().applied.as_ref().is_some_and(|applied| !applied.leaves.is_empty()) {
        records.push(Record::Applied(Applied { leaves: Default::default(), ..reviewed }));
    }
    if !records.is_empty() {
        session.change(|state| records.into_iter().for_each(|record| state.fold(record)));
        session.commit().await?;
    }
    Ok(())
}

async fn ask(choices: &Choices, place: &Place) -> Result<bool, Failure> {
    let question = if choices.destroy {
        "Do you really want to delete all of these endpoints? Their secrets are lost for good."
    } else {
        "Do you want to perform these actions?"
    };
    let place = place.line().map(|line| format!("  {line}\n")).unwrap_or_default();
    terminal::ask(&format!("\n{question}\n{place}  Only 'yes' is accepted: "));
    let read = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).map(|_| line)
    });
    let line = read.await.map_err(|e| Failure::caused("the answer was not read", &e))?;
    let line = line.map_err(|e| Failure::caused("the answer was not read", &e))?;
    Ok(line.trim() == "yes")
}

/// What an apply knows of its plan beside the plan.
pub struct Reviewed {
    /// The plan as it was reviewed.
    pub reviewed: Applied,
    /// Whether this is the rest of it.
    pub is_rest: bool,
    /// The account, where it is known.
    pub team: Option<String>,
}

/// Does what the plan says, signals watched and events shown.
pub async fn carry_out(
    project: &Project,
    mut session: Session,
    live: &Live,
    plan: &Arc<Plan>,
    known: Reviewed,
    args: &RunArgs,
) -> Result<Outcome, Failure> {
    let Reviewed { reviewed, is_rest, team } = known;
    let sealer = match project.cannot_encrypt.is_some() {
        // Only a plan that makes nothing gets here: it encrypts nothing.
        true => Sealer::none(),
        false => super::identity::sealer(&project.recipients)?,
    };
    if session.is_new() {
        session.change(|state| state.team_id = team.clone());
    }
    let state = session.begin(journal_room(plan, project.recipients.len())).await?;
    let throttle = live.throttle().clone();
    let (events, watched) = mpsc::unbounded_channel();
    let cut = signals::watch(throttle.clone(), events.downgrade())
        .map_err(|e| Failure::caused("signals cannot be watched", &e))?;
    let shown = tokio::spawn(progress::show(watched, throttle.watch(), plan.changes.len(), args.format));
    let outcome = apply(Job {
        plan: Arc::clone(plan),
        state,
        api: live.writer(),
        throttle,
        sealer,
        guards: project.guards.clone(),
        reviewed,
        is_rest,
        environment: project.desired.environment.as_ref().map(ToString::to_string),
        mark: project.desired.mark,
        team,
        parallelism: usize::from(args.parallelism),
        clock: live.clock(),
        fresh_key: || uuid::Uuid::new_v4().to_string(),
        random: rand::random,
        events,
        cut,
    })
    .await;
    let _ = shown.await;
    Ok(outcome)
}

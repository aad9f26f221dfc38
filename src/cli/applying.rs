//! What every command does that changes endpoints: plan again, show the plan, ask, carry it out, say how it went.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{ArgAction, Args};

use super::carry_out::{Reviewed, carry_out};
use super::connection::{Connection, require_key};
use super::exit::{DONE, Ended};
use super::failure::Failure;
use super::flags::{Global, Network};
use super::lock::LockArgs;
use super::planfile::{self, Expected};
use super::progress::Form;
use super::report::Report;
use super::selection::{Allowances, Selection};
use super::{outcome, planning, project, terminal};
use crate::plan::{Choices, Plan};
use crate::render::Place;
use crate::state::{Applied, Record, Session, State};

/// How an apply runs.
// None: the heading of the flags that a command takes before these would stay.
#[derive(Debug, Args)]
#[command(next_help_heading = None)]
pub(super) struct RunArgs {
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
    #[command(flatten)]
    pub lock: LockArgs,
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
    pub(super) fn choices(&self) -> Choices {
        Selection::default().choices(&self.allowances)
    }
}

/// Plans by these choices, shows the plan, asks, and carries it out. A plan file is read by `expected`, so that a report
/// tells of a bad one too.
pub(super) async fn run(
    global: &Global,
    args: &RunArgs,
    choices: Choices,
    command: &'static str,
    expected: impl FnOnce() -> Result<Expected, Failure>,
) -> Ended {
    let mut report = Report::new(command, args.result_file.as_deref())?;
    let ended = match expected() {
        Ok(expected) => plan_and_apply(global, args, choices, command, &expected, &mut report).await,
        Err(failure) => Err(failure),
    };
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
    // Before the lock: an apply that can do nothing makes no folder.
    require_key(&project)?;
    if project.cannot_encrypt.is_some() && project.store.load().await?.is_none() {
        // Without a state there is nothing that an apply could do but make endpoints.
        project.can_encrypt()?;
    }
    let session = args.lock.open(&project.store, command).await?;
    let connection = Connection::required(&project, &args.network).await?;
    // A state that is not written yet is planned under no lineage, as `plan` does: the same plan has the same id.
    let unwritten = session.is_new().then(|| State::new(String::new()));
    let before = unwritten.as_ref().unwrap_or(session.state());
    planning::own_environment(&project, before)?;
    let mut seen = connection.look(before, &args.network).await?;
    seen.elsewhere = project.managed_elsewhere();
    let admitted = match expected.admit(&project, (before, &seen), &choices) {
        Ok(admitted) => admitted,
        Err(refused) => {
            let planfile::Refused { failure, plan, is_shown } = *refused;
            report.planned(&plan);
            if args.format == Form::Json || !is_shown {
                let place = project.place(planning::team(Some(&seen), before), &choices);
                terminal::print(&args.format.plan(&plan, &place))?;
            }
            return Err(failure);
        }
    };
    let planfile::Admitted { plan, reviewed, is_rest } = admitted;
    let plan = Arc::new(plan);
    report.planned(&plan);
    let place = project.place(planning::team(Some(&seen), before), &choices);
    // What a plan alone needs is not kept for as long as an apply takes.
    let team = seen.team;
    drop(seen.endpoints);
    terminal::print(&match expected.is_reviewed() {
        true => args.format.approved(&plan, &place),
        false => args.format.plan(&plan, &place),
    })?;
    if !plan.refusals.is_empty() {
        return Err(planning::refused(&plan));
    }
    if plan.is_empty() {
        write_tidied(session, &plan, reviewed).await?;
        connection.close().await?;
        return Ok(DONE);
    }
    if !approved && !ask(&choices, &place).await? {
        return Err(Failure::new("not approved; nothing was changed"));
    }
    let known = Reviewed { reviewed, is_rest, team };
    let outcome = carry_out(&project, session, &connection, &plan, known, args.parallelism, args.format).await?;
    connection.close().await?;
    report.applied(&plan, &outcome);
    outcome::finish(global, &project, &plan, outcome, &place, args.format)
}

/// Writes what a listing shows to be over, and that the rest of a stopped plan was nothing, though nothing else changes.
async fn write_tidied(mut session: Session, plan: &Plan, reviewed: Applied) -> Result<(), Failure> {
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

//! `hookwright apply` and `hookwright destroy`: plan again, show it, ask, do it, say how it went.

use std::time::Duration;

use clap::{ArgAction, Args};

use super::live::{self, Live};
use super::plan::Format;
use super::project::{self, Project};
use super::{Allowances, DONE, Ended, Failure, Global, Network, STOPPED, progress, signals, terminal};
use crate::apply::{Halt, Job, Outcome, Status, apply, journal_room};
use crate::plan::{Choices, Plan};
use crate::quote::count;
use crate::render;
use crate::sandbox::Keep;
use crate::secrets::Sealer;
use crate::state::{Record, Rescue, Writer};

/// Make what is live what the configuration says.
///
/// Plans again, shows the plan, asks, and makes the calls. The signing secret of each new endpoint is sealed into
/// the state before the endpoint counts as done. Exit 3: stopped part-way; run it again.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hookwright apply
  hookwright apply --auto-approve --lock-timeout 5m      in a pipeline")]
pub struct ApplyArgs {
    #[command(flatten)]
    run: RunArgs,
    /// Delete every endpoint, as `hookwright destroy` does
    #[arg(long)]
    destroy: bool,
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

/// How a plan is carried out.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Do not ask
    #[arg(long)]
    auto_approve: bool,
    /// Ask where an answer is needed; `false` is an error instead
    #[arg(long, value_name = "BOOL", default_value_t = true, action = ArgAction::Set, num_args = 0..=1,
          require_equals = true, default_missing_value = "true")]
    input: bool,
    /// Requests in flight at once
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=256))]
    parallelism: u16,
    /// How long to wait for another writer of the state
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = humantime::parse_duration)]
    lock_timeout: Duration,
    #[command(flatten)]
    allowances: Allowances,
    #[command(flatten)]
    network: Network,
}

impl RunArgs {
    /// The choices that the flags make.
    pub fn choices(&self) -> Choices {
        self.allowances.choices(false)
    }
}

/// Runs `apply`.
pub async fn run(global: &Global, args: ApplyArgs) -> Ended {
    let command = if args.destroy { "apply --destroy" } else { "apply" };
    start(global, &args.run, args.run.allowances.choices(args.destroy), command).await
}

/// Runs `destroy`.
pub async fn destroy(global: &Global, args: DestroyArgs) -> Ended {
    start(global, &args.run, args.run.allowances.choices(true), "destroy").await
}

/// Plans by these choices, shows the plan, asks, and carries it out.
pub async fn start(global: &Global, args: &RunArgs, choices: Choices, command: &str) -> Ended {
    let destroy = choices.destroy;
    let asks = args.input && terminal::can_ask();
    if !(args.auto_approve || asks) {
        return Err(Failure::new("there is no terminal to ask on, and nothing was approved")
            .hint("read the plan with `hookwright plan`, then pass --auto-approve"));
    }
    let project = project::load(global)?;
    if project.recipients.is_empty() && !destroy {
        return Err(Failure::new("no recipients: nobody could ever read the secrets")
            .hint("add [encryption] recipients = [\"age1…\"]; `hookwright init` makes an identity and its recipient"));
    }
    let mut state = project.store.write(&super::holder::holder(command), args.lock_timeout)?;
    let Some(live) = Live::connect(&project, &args.network, Keep::Written).await? else {
        return Err(Failure::new("VIDEOGEN_API_KEY is not set").hint(
            "set it to a key of the account; to try without one, write base_url = \"sandbox\" under [provider]",
        ));
    };
    let mut before = state.state();
    if state.is_new() {
        // A state that is not written yet is planned under no lineage, as `plan` does: the same plan has the same id.
        before.lineage.clear();
    }
    let seen = live.look(&before, &args.network).await?;
    let plan = super::plan::make(&project, &before, Some(&seen), &choices);
    terminal::print(&Format::Text.show(&plan))?;
    if !plan.refusals.is_empty() {
        return Err(super::plan::refused(&plan));
    }
    if plan.is_empty() {
        settle(&mut state, &plan)?;
        live.close().await?;
        return Ok(DONE);
    }
    if !args.auto_approve && !approved(destroy).await? {
        return Err(Failure::new("not approved; nothing was changed"));
    }
    let outcome = carry_out(&project, state, &live, plan.clone(), seen.team, args).await?;
    live.close().await?;
    finish(global, &project, &plan, outcome)
}

/// Writes what a listing settled, though nothing else changes.
fn settle(state: &mut Writer, plan: &Plan) -> Result<(), Failure> {
    if !plan.settled.is_empty() {
        let settled = plan.settled.iter().map(|key| Record::Settled { key: key.clone() });
        state.change(|state| settled.for_each(|record| state.fold(record)));
        state.commit()?;
    }
    Ok(())
}

async fn approved(destroy: bool) -> Result<bool, Failure> {
    let question = if destroy {
        "Do you really want to delete all of these endpoints? Their secrets are lost for good."
    } else {
        "Do you want to perform these actions?"
    };
    terminal::ask(&format!("\n{question}\n  Only 'yes' is accepted: "));
    let read = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).map(|_| line)
    });
    let line = read.await.map_err(|e| Failure::caused("the answer was not read", &e))?;
    let line = line.map_err(|e| Failure::caused("the answer was not read", &e))?;
    Ok(line.trim() == "yes")
}

async fn carry_out(
    project: &Project,
    mut state: Writer,
    live: &Live,
    plan: Plan,
    team: Option<String>,
    args: &RunArgs,
) -> Result<Outcome, Failure> {
    let sealer = match project.recipients.is_empty() {
        // Only a destroy gets here: it seals nothing.
        true => Sealer::none(),
        false => super::identity::sealer(&project.recipients)?,
    };
    if state.is_new() {
        state.change(|state| state.team_id = team.clone());
    }
    state.begin(journal_room(&plan, project.recipients.len()))?;
    let throttle = live.throttle().clone();
    let cut = signals::watch(throttle.clone()).map_err(|e| Failure::caused("signals cannot be watched", &e))?;
    let (events, watched) = tokio::sync::mpsc::unbounded_channel();
    let shown = tokio::spawn(progress::show(watched, throttle.watch(), plan.changes.len()));
    let outcome = apply(Job {
        plan,
        state,
        reader: live.reader.clone(),
        writer: live.writer(),
        throttle,
        sealer,
        guards: project.guards.clone(),
        team,
        parallelism: usize::from(args.parallelism),
        clock: live::now,
        fresh_key: || uuid::Uuid::new_v4().to_string(),
        events,
        cut,
    })
    .await;
    let _ = shown.await;
    Ok(outcome)
}

/// Says how it went: the counts, what is left, what to do next.
fn finish(global: &Global, project: &Project, plan: &Plan, outcome: Outcome) -> Ended {
    terminal::print(&format!("\n{}\n", render::outcome(plan, &outcome.statuses)))?;
    match &outcome.rescue {
        Some(Rescue::File(path)) => {
            terminal::warn(&format!("receipts that neither journal nor state took are in {}", terminal::path(path)));
            terminal::help(&format!("make room, then fold it in: hookwright state recover {}", path.display()));
        }
        Some(Rescue::Text(text)) => {
            terminal::warn(
                "receipts that no file took follow; nothing in them is in clear: keep them, and fold them in with `hookwright state recover FILE`",
            );
            terminal::say(text);
        }
        None => {}
    }
    let complete = outcome.is_complete();
    explain(&outcome);
    if let Err(error) = outcome.saved {
        Failure::from(error).print();
        terminal::help("the journal beside the state holds everything: the next command folds it in");
    }
    if complete {
        next_steps(global, project, plan);
        return Ok(DONE);
    }
    terminal::help("everything that happened is recorded; run it again to do the rest");
    Ok(STOPPED)
}

fn explain(outcome: &Outcome) {
    let skipped = outcome.statuses.iter().filter(|status| **status == Status::Skipped).count();
    let why = match &outcome.halt {
        None => return,
        Some(Halt::Api(error)) => format!("the API answered what every other request would get too: {error}"),
        Some(Halt::Lost) => "three answers in a row were lost".to_owned(),
        Some(Halt::Journal(error)) => {
            let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
            format!("{error}{cause}")
        }
        Some(Halt::Interrupted) => "interrupted".to_owned(),
    };
    terminal::warn(&format!("stopped: {why}; {} not begun", count(skipped, "change")));
    if let Some(Halt::Api(error)) = &outcome.halt
        && let Some(hint) = error.hint()
    {
        terminal::help(hint);
    }
}

fn next_steps(global: &Global, project: &Project, plan: &Plan) {
    use crate::plan::Action;
    let makes = |action: &Action| matches!(action, Action::Create(_) | Action::Replace { .. } | Action::Resend { .. });
    let Some(change) = plan.changes.iter().find(|change| makes(&change.action)) else { return };
    let flags = super::repeated(global);
    terminal::say(&format!("\nThe secrets are sealed in {}. To see one:", terminal::path(project.store.path())));
    terminal::say(&format!("  hookwright secret show {}{flags} --identity FILE", change.name));
    terminal::say(&format!("What is there: hookwright state list{flags}"));
}

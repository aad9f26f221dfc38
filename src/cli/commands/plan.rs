//! `hookwright plan`: reads, shows, and writes nothing.

use std::path::PathBuf;

use clap::{ArgAction, Args};

use crate::cli::connection::Connection;
use crate::cli::exit::{CHANGES, DONE, Ended};
use crate::cli::failure::Failure;
use crate::cli::flags::{Global, Network};
use crate::cli::formats::PlanFormat;
use crate::cli::project::{self, Project};
use crate::cli::report::Report;
use crate::cli::results::{Kind, Output};
use crate::cli::selection::{Allowances, Selection};
use crate::cli::{planfile, planning, terminal};
use crate::refresh::{self, Seen};
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
pub(crate) struct PlanArgs {
    /// How to show it
    #[arg(long, value_enum, default_value_t = PlanFormat::Text)]
    format: PlanFormat,
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
    /// Accepted for compatibility; a plan never asks
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

/// Runs the command.
pub(super) async fn run(global: &Global, args: PlanArgs) -> Ended {
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
    planning::own_environment(&project, &state)?;
    let choices = args.selection.choices(&args.allowances);
    let plan = planning::make(&project, &state, seen.as_ref(), &choices);
    report.planned(&plan);
    let place = project.place(planning::team(seen.as_ref(), &state), &choices);
    terminal::print(&args.format.show(&plan, &place))?;
    if let Some(out) = &out {
        out.write(&planfile::bytes(&plan, &place))?;
        terminal::say(&format!("\nWrote the plan to {}.", terminal::path(out.path())));
    }
    if !plan.refusals.is_empty() {
        return Err(planning::refused(&plan));
    }
    let code = if args.detailed_exitcode && !plan.is_empty() { CHANGES } else { DONE };
    // The process ends: to free a large state, part by part, takes a good deal of the time that it took to read it.
    std::mem::forget((project, state, seen, plan));
    Ok(code)
}

/// The state, and what the API says where it is asked. Both are read at once: a large state takes as long as a listing.
async fn read(project: &Project, args: &PlanArgs) -> Result<(State, Option<Seen>), Failure> {
    let connection =
        if args.refresh { Connection::connect(project, &args.network, Keep::Untouched).await? } else { None };
    let Some(connection) = connection else { return Ok((load(&project.store).await?, None)) };
    let (store, before) = (project.store.clone(), project.store.look().await?);
    let runtime = tokio::runtime::Handle::current();
    let (loaded, asked) = tokio::join!(
        tokio::task::spawn_blocking(move || runtime.block_on(load(&store))),
        refresh::ask(&connection.reader)
    );
    let mut state = loaded.map_err(|e| Failure::caused("the state was not read", &e))??;
    let mut seen = connection.check(asked, &state, &args.network).await?;
    if project.store.look().await? != before {
        // An apply is writing. Whatever it made before a listing is in a state that is read after it.
        let earlier = load(&project.store).await?;
        seen = connection.look(&earlier, &args.network).await?;
        state = load(&project.store).await?;
        seen.catch_up(&earlier, &state);
    }
    connection.close().await?;
    seen.elsewhere = project.managed_elsewhere();
    Ok((state, Some(seen)))
}

/// A state that does not exist yet is planned under no lineage: nothing is written, so nothing is drawn by lot.
async fn load(store: &Store) -> Result<State, Failure> {
    Ok(store.load().await?.unwrap_or_else(|| State::new(String::new())))
}

//! `hookwright show`: the state, for people or programs.

use std::path::PathBuf;

use clap::Args;

use crate::cli::exit::{DONE, Ended};
use crate::cli::failure::Failure;
use crate::cli::flags::Global;
use crate::cli::formats::PlanFormat;
use crate::cli::{planfile, project, stored, terminal};
use crate::render;

/// Show the state, or a plan file.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hookwright show
  hookwright show --format json | jq '.endpoints | keys'
  hookwright show plan.bin --format markdown")]
pub(crate) struct ShowArgs {
    /// A plan file of `hookwright plan --out` [default: the state]
    file: Option<PathBuf>,
    /// How to show it; the state has text and json
    #[arg(long, value_enum, default_value_t = PlanFormat::Text)]
    format: PlanFormat,
}

/// Runs the command.
pub(super) async fn run(global: &Global, args: &ShowArgs) -> Ended {
    if let Some(file) = &args.file {
        let (plan, place) = planfile::read(file)?;
        terminal::print(&args.format.show(&plan, &place))?;
        return Ok(DONE);
    }
    let state = stored::read(&project::store(global)?).await?;
    terminal::print(&match args.format {
        PlanFormat::Text => render::show(&state, terminal::colour()),
        PlanFormat::Json => render::show_json(&state),
        _ => return Err(Failure::new("the state has no such form").hint("--format text or --format json")),
    })?;
    Ok(DONE)
}

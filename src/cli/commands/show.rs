//! `hookwright show`: the state, for people or programs.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::commands::plan::Format;
use crate::cli::{DONE, Ended, Failure, Global, planfile, project, terminal};
use crate::render;
use crate::state::{State, Store};

/// Show the state, or a plan file.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hookwright show
  hookwright show --format json | jq '.endpoints | keys'
  hookwright show plan.bin --format markdown")]
pub struct ShowArgs {
    /// A plan file of `hookwright plan --out` [default: the state]
    file: Option<PathBuf>,
    /// How to show it; the state has text and json
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Text or JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// For people
    Text,
    /// For programs
    Json,
}

/// Runs the command.
pub async fn run(global: &Global, args: &ShowArgs) -> Ended {
    if let Some(file) = &args.file {
        terminal::print(&args.format.show(&planfile::read(file)?, None))?;
        return Ok(DONE);
    }
    let state = read(&project::store(global)?).await?;
    terminal::print(&match args.format {
        Format::Text => render::show(&state, terminal::colour()),
        Format::Json => render::show_json(&state),
        _ => return Err(Failure::new("the state has no such form").hint("--format text or --format json")),
    })?;
    Ok(DONE)
}

/// The state with its journal; an error where there is none.
pub async fn read(store: &Store) -> Result<State, Failure> {
    let missing = || {
        Failure::new(format!("there is no state at {}", terminal::path(store.path())))
            .hint("the first `hookwright apply` makes it; -c or --state says where it is looked for")
    };
    store.load().await?.ok_or_else(missing)
}

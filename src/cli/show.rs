//! `hookwright show`: the state, for people or programs.

use clap::{Args, ValueEnum};

use super::{DONE, Ended, Failure, Global, project, terminal};
use crate::render;
use crate::state::{State, Store};

/// Show the state.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hookwright show
  hookwright show --format json | jq '.endpoints | keys'")]
pub struct ShowArgs {
    /// How to show it
    #[arg(long, value_enum, default_value_t = Form::Text)]
    format: Form,
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
pub fn run(global: &Global, args: &ShowArgs) -> Ended {
    let state = read(&project::store(global)?)?;
    terminal::print(&match args.format {
        Form::Text => render::show(&state, terminal::colour()),
        Form::Json => render::show_json(&state),
    })?;
    Ok(DONE)
}

/// The state with its journal; an error where there is none.
pub fn read(store: &Store) -> Result<State, Failure> {
    let missing = || {
        Failure::new(format!("there is no state at {}", terminal::path(store.path())))
            .hint("the first `hookwright apply` makes it; -c or --state says where it is looked for")
    };
    store.load()?.ok_or_else(missing)
}

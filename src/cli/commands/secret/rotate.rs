//! `hookwright secret rotate`: a new secret now, whatever the file says, and the end of the old one.

use std::time::Duration;

use clap::Args;

use crate::cli::applying::{self, RunArgs};
use crate::cli::exit::{DONE, Ended};
use crate::cli::failure::Failure;
use crate::cli::flags::Global;
use crate::cli::planfile::Expected;
use crate::cli::stored::{known, read};
use crate::cli::{project, terminal};
use crate::endpoint::Name;
use crate::plan::Choices;
use crate::state::State;

/// Renew secrets now, whatever the file says: for an emergency
///
/// Makes a successor of each endpoint and keeps the old one live for the overlap; --finish deletes the old ones. A
/// renewal that can wait for a review is `rotation` in the file.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hookwright secret rotate render-done
  hookwright secret rotate render-done --overlap 1h --auto-approve
  hookwright secret rotate render-done --finish   consumers have the new secret")]
pub(super) struct RotateArgs {
    /// The entries
    #[arg(required = true)]
    names: Vec<Name>,
    /// How long the old endpoint stays live beside its successor
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = humantime::parse_duration)]
    overlap: Duration,
    /// Delete the old endpoints now
    #[arg(long, conflicts_with = "overlap")]
    finish: bool,
    #[command(flatten)]
    run: RunArgs,
}

/// Runs the command.
pub(super) async fn run(global: &Global, args: &RotateArgs) -> Ended {
    let store = project::store(global)?;
    let state = read(&store).await?;
    args.names.iter().try_for_each(|name| known(&state, name))?;
    let anything = || Ok(Expected::Anything);
    let mut choices = args.run.choices();
    if args.finish {
        args.names.iter().try_for_each(|name| overlapping(&state, name))?;
        choices.finish.extend(args.names.iter().cloned());
        return applying::run(global, &args.run, choices, "secret rotate --finish", anything).await;
    }
    let choices = Choices { rotate: args.names.iter().map(|name| (name.clone(), args.overlap)).collect(), ..choices };
    let ended = applying::run(global, &args.run, choices, "secret rotate", anything).await?;
    if ended == DONE {
        next(global, &read(&store).await?, &args.names, args.overlap);
    }
    Ok(ended)
}

fn overlapping(state: &State, name: &Name) -> Result<(), Failure> {
    match state.endpoints[name].predecessors().next().is_none() {
        false => Ok(()),
        true => {
            Err(Failure::new(format!("`{name}` has no predecessor that is still live: there is nothing to finish"))
                .hint("a rotation makes one: `hookwright secret rotate NAME`, or `rotation` in the configuration"))
        }
    }
}

/// What is left to do, for those whose old endpoint is still live.
fn next(global: &Global, state: &State, names: &[Name], overlap: Duration) {
    let flags = global.repeated();
    for name in names {
        let Some(old) = state.endpoints.get(name).and_then(|slot| slot.predecessors().next_back()) else { continue };
        let until = old.until.map(|until| format!(" until {until}")).unwrap_or_default();
        let old = match overlap.is_zero() {
            // What this rotation replaced is deleted already.
            true => format!("an older predecessor, {}, ", old.endpoint_id),
            false => format!("the old endpoint {} ", old.endpoint_id),
        };
        terminal::say(&format!("\n`{name}`: {old}stays live{until}. Hand out the new secret, then:"));
        terminal::say(&format!("  hookwright secret rotate {name}{flags} --finish"));
    }
}

//! `hookwright state recover`: what an errored file, or a journal that was moved away, adds to the state.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::exit::{DONE, Ended};
use crate::cli::failure::Failure;
use crate::cli::flags::Global;
use crate::cli::lock::LockArgs;
use crate::cli::{project, terminal};
use crate::disk;
use crate::quote::{count, escaped};
use crate::state::{Session, Untaken, salvage};

/// Replay the receipts of an errored file, or of a journal that was moved away, into the state
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hookwright state recover state/webhooks.state.json.errored
  hookwright state recover saved.journal --new      the state itself is lost")]
pub(super) struct RecoverArgs {
    /// The file
    file: PathBuf,
    /// Begin a state with what the file holds, where there is none any more
    #[arg(long)]
    new: bool,
    #[command(flatten)]
    lock: LockArgs,
}

/// Runs the command.
pub(super) async fn run(global: &Global, args: &RecoverArgs) -> Ended {
    let session = args.lock.open(&project::store(global)?, "state recover").await?;
    recover(session, &args.file, args.new).await?;
    Ok(DONE)
}

async fn recover(mut session: Session, file: &Path, new: bool) -> Result<(), Failure> {
    let shown = terminal::path(file);
    let bytes =
        disk::read_named(file, disk::LARGEST).map_err(|e| Failure::caused(format!("could not read {shown}"), &e))?;
    let (head, records, damaged) = salvage(&bytes);
    let Some(head) = head else {
        return Err(Failure::new(format!("{shown} is no journal of hookwright's: it has no head")));
    };
    match (session.is_new(), new) {
        // What is encrypted in it opens under its own lineage alone.
        (true, true) => session.change(|state| state.lineage.clone_from(&head.lineage)),
        (false, true) => {
            return Err(Failure::new("--new begins a state, and there is one")
                .hint("without --new what the file holds is folded into it"));
        }
        _ => {}
    }
    let state = session.state();
    if session.is_new() && !new {
        return Err(Failure::new(format!("there is no state that {shown} could be folded into"))
            .hint("bring back a copy of it, an old one too; with none left: --new. Is it elsewhere? --state PATH"));
    }
    if state.lineage != head.lineage {
        return Err(Failure::new(format!("{shown} belongs to another state (lineage {})", escaped(&head.lineage)))
            .hint("name the state that it belongs to with --state PATH"));
    }
    let before: Vec<_> = state.all().map(|(_, managed)| managed.endpoint_id.clone()).collect();
    let mut untaken = Vec::new();
    session.change(|state| match new {
        // The file is all that is left of the state: everything in it happened.
        true => records.into_iter().for_each(|record| state.fold(record)),
        false => untaken = state.recover(records, head.base_serial),
    });
    let added = session.state().all().filter(|(_, m)| !before.contains(&m.endpoint_id)).count();
    session.commit().await?;
    untaken
        .iter()
        .for_each(|(id, why)| terminal::warn(&format!("the receipt of {id} was not taken: {}", reason(*why))));
    if damaged > 0 {
        terminal::warn(&format!("{} of it damaged, and passed over", count(damaged, "line")));
    }
    let kept = if untaken.is_empty() { "It is no longer needed." } else { "Keep it: not all of it was taken." };
    terminal::say(&format!("Replayed {shown}: {} added to the state. {kept}", count(added, "endpoint")));
    Ok(())
}

fn reason(why: Untaken) -> &'static str {
    match why {
        Untaken::Known => "the state has it",
        Untaken::NotPending => "its create is not pending, or has another receipt",
        Untaken::Deleted => "it was deleted, or forgotten, since",
        Untaken::Superseded => "its entry has another endpoint since",
    }
}

//! `hookwright state unlock`: take a remote state over from its writer.

use clap::Args;

use crate::cli::exit::{DONE, Ended};
use crate::cli::flags::Global;
use crate::cli::{lock, project, terminal};
use crate::quote::count;

/// Take a remote state over from its writer, without waiting for it to be silent
///
/// What the writer recorded is kept. It writes nothing more, whether it lives or not, so nothing is lost or doubled. A
/// writer that is silent for 45 seconds is taken over by any command, without this one.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hookwright state unlock")]
pub(super) struct UnlockArgs {}

/// Runs the command.
pub(super) async fn run(global: &Global, _: &UnlockArgs) -> Ended {
    let store = project::store(global)?;
    let Some((holder, session)) = store.unlock(&lock::this_process("state unlock")).await? else {
        terminal::say("Nobody is writing the state; there is nothing to unlock.");
        return Ok(DONE);
    };
    let unanswered: Vec<String> = session.state().open_intents().map(|intent| format!("`{}`", intent.name)).collect();
    session.commit().await?;
    terminal::say(&format!("Took the state over from {holder}."));
    if !unanswered.is_empty() {
        let creates = count(unanswered.len(), "create");
        terminal::warn(&format!("the answers to {creates} are not known: {}", unanswered.join(", ")));
        terminal::hint("the next `hookwright apply` finds out what became of them");
    }
    Ok(DONE)
}

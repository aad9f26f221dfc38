//! How an apply ended, for eyes: the counts, what is left, what to do next.

use super::exit::{DONE, Ended, STOPPED};
use super::failure::Failure;
use super::flags::Global;
use super::progress::Form;
use super::project::Project;
use super::{next_steps, terminal};
use crate::apply::{Halt, Outcome, Status};
use crate::plan::Plan;
use crate::quote::{count, escaped};
use crate::render::{self, Place};
use crate::state::Rescue;

/// Says how it went, and gives the exit code.
pub(super) fn finish(
    global: &Global,
    project: &Project,
    plan: &Plan,
    outcome: Outcome,
    place: &Place,
    form: Form,
) -> Ended {
    let place = place.line().map(|line| line + "\n").unwrap_or_default();
    // A full disk may refuse this too: what follows must be said all the same.
    let printed = terminal::print(&match form {
        Form::Text => format!("\n{place}{}\n", render::outcome(plan, &outcome.statuses, outcome.orphans.len())),
        Form::Json => render::outcome_json(plan, &outcome.statuses, outcome.orphans.len()),
    });
    if let Err(unwritten) = printed {
        Failure::from(unwritten).print();
    }
    rescued(&outcome);
    let complete = outcome.is_complete();
    explain(&outcome);
    if let Err(error) = outcome.saved {
        Failure::from(error).print();
        if outcome.rescue.is_none() {
            terminal::hint("the journal beside the state holds everything: the next command replays it");
        }
    }
    if outcome.outstanding > 0 {
        let creates = count(outcome.outstanding, "create");
        terminal::warn(&format!("{creates} whose answer was lost may still be under way"));
        terminal::hint("a plan ten minutes from now sees what came of it");
    }
    if complete {
        next_steps::tell(global, project, plan, &outcome.statuses);
        return Ok(DONE);
    }
    terminal::hint("everything that happened is recorded; run it again to do the rest");
    Ok(STOPPED)
}

fn rescued(outcome: &Outcome) {
    match &outcome.rescue {
        Some(Rescue::File(path)) => {
            terminal::warn(&format!("receipts that neither journal nor state took are in {}", terminal::path(path)));
            terminal::hint(&format!(
                "see what kept it from being written, then replay it: hookwright state recover {}",
                path.display()
            ));
        }
        Some(Rescue::Store(name)) => {
            terminal::warn(&format!("receipts that came late are in {}; the next apply takes them", escaped(name)));
        }
        Some(Rescue::Text(text)) => {
            terminal::warn(
                "receipts that no file took follow; nothing in them is in clear: keep them, and replay them with \
                 `hookwright state recover FILE`",
            );
            terminal::say(text);
        }
        None => {}
    }
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
        terminal::hint(hint);
    }
}

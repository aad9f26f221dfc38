//! `hookwright state rm`: endpoints of the state forgotten, and left live.

use clap::Args;

use crate::cli::exit::{DONE, Ended};
use crate::cli::failure::Failure;
use crate::cli::flags::Global;
use crate::cli::lock::LockArgs;
use crate::cli::{project, stored, terminal};
use crate::endpoint::Name;
use crate::state::{Record, State};

/// Forget endpoints without deleting them
///
/// Their encrypted secrets are dropped from the state. The endpoints stay live, and nobody watches them.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hookwright state rm legacy")]
pub(super) struct RmArgs {
    /// Their names
    #[arg(required = true)]
    names: Vec<Name>,
    #[command(flatten)]
    lock: LockArgs,
}

/// Runs the command.
pub(super) async fn run(global: &Global, RmArgs { names, lock }: &RmArgs) -> Ended {
    let store = project::store(global)?;
    stored::read(&store).await?;
    let mut session = lock.open(&store, "state rm").await?;
    let state = session.state().clone();
    names.iter().try_for_each(|name| forgettable(&state, name))?;
    session.change(|state| {
        names.iter().for_each(|name| state.fold(Record::Forgotten { name: name.clone() }));
    });
    session.commit().await?;
    for name in names {
        let had = &state.endpoints[name];
        let live = had.current.as_deref().into_iter().chain(had.predecessors());
        let ids: Vec<String> = live.map(|managed| managed.endpoint_id.to_string()).collect();
        terminal::say(&format!("Forgot `{name}`; {} stays live.", ids.join(", and its predecessor ")));
        if had.all().any(|managed| managed.secret.is_some()) {
            terminal::warn(&format!("the secret of `{name}` is gone from the state: nobody can read it again"));
        }
    }
    Ok(DONE)
}

/// An error where forgetting would drop what protection or an overlap keeps.
fn forgettable(state: &State, name: &Name) -> Result<(), Failure> {
    stored::known(state, name)?;
    let slot = &state.endpoints[name];
    if let Some(old) = slot.predecessors().next() {
        let message = format!("`{name}` would be forgotten while its predecessor {} is live", old.endpoint_id);
        return Err(Failure::new(message)
            .hint(format!("wait for the end of the overlap, or end it: hookwright secret rotate {name} --finish")));
    }
    if slot.current.as_ref().is_some_and(|managed| managed.wanted.prevent_destroy) {
        return Err(Failure::new(format!("`{name}` has prevent_destroy, and its secret would be dropped"))
            .hint("set lifecycle.prevent_destroy = false in its entry and apply that first"));
    }
    Ok(())
}

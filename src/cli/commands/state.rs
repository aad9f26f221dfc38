//! `hookwright state`: look at the state, and mend it.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};

use crate::cli::commands::show::{Form, read};
use crate::cli::{DONE, Ended, Failure, Global, connection, project, terminal};
use crate::endpoint::Name;
use crate::quote::{count, nearest};
use crate::render;
use crate::state::{Managed, Record, Session, State, Untaken, salvage};

/// Look at the state, and mend it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hookwright state list
  hookwright state mv old-name new-name
  hookwright state rm legacy                 forget it; the endpoint stays live")]
pub struct StateArgs {
    #[command(subcommand)]
    command: StateCommand,
}

#[derive(Debug, Subcommand)]
enum StateCommand {
    /// List the endpoints
    #[command(after_help = "Example:\n  hookwright state list --format json")]
    List {
        /// How to show them
        #[arg(long, value_enum, default_value_t = Form::Text)]
        format: Form,
    },
    /// Show one endpoint
    #[command(after_help = "Example:\n  hookwright state show render-done")]
    Show {
        /// Its name
        name: Name,
    },
    /// Rename an endpoint in the state
    #[command(after_help = "Example:\n  hookwright state mv old-name new-name")]
    Mv {
        /// Its name
        from: Name,
        /// Its name from now on
        to: Name,
        #[command(flatten)]
        lock: LockArgs,
    },
    /// Forget endpoints without deleting them
    ///
    /// Their sealed secrets are dropped from the state. The endpoints stay live, and nobody watches them.
    #[command(after_help = "Example:\n  hookwright state rm legacy")]
    Rm {
        /// Their names
        #[arg(required = true)]
        names: Vec<Name>,
        #[command(flatten)]
        lock: LockArgs,
    },
    /// Fold the receipts of an errored file, or of a journal that was moved away, into the state
    #[command(after_help = "\
Examples:
  hookwright state recover state/webhooks.state.json.errored
  hookwright state recover saved.journal --new      the state itself is lost")]
    Recover {
        /// The file
        file: PathBuf,
        /// Begin a state with what the file holds, where there is none any more
        #[arg(long)]
        new: bool,
        #[command(flatten)]
        lock: LockArgs,
    },
}

#[derive(Debug, Args)]
struct LockArgs {
    /// How long to wait for another writer of the state
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = humantime::parse_duration)]
    lock_timeout: Duration,
}

/// Runs the command.
pub async fn run(global: &Global, args: StateArgs) -> Ended {
    let store = project::store(global)?;
    let open = async |command: &str, lock: &LockArgs| -> Result<Session, Failure> {
        Ok(store.open(&crate::cli::lock::holder(command), lock.lock_timeout).await?)
    };
    match args.command {
        StateCommand::List { format } => {
            let state = read(&store).await?;
            terminal::print(&match format {
                Form::Text => render::state_list(&state),
                Form::Json => render::state_list_json(&state),
            })?;
        }
        StateCommand::Show { name } => {
            let mut state = read(&store).await?;
            known(&state, &name)?;
            state.endpoints.retain(|other, _| *other == name);
            state.pending.retain(|intent| intent.name == name);
            terminal::print(&render::show(&state, terminal::colour()))?;
        }
        StateCommand::Mv { from, to, lock } => {
            read(&store).await?;
            mv(open("state mv", &lock).await?, &from, &to).await?;
        }
        StateCommand::Rm { names, lock } => {
            read(&store).await?;
            rm(open("state rm", &lock).await?, &names).await?;
        }
        StateCommand::Recover { file, new, lock } => recover(open("state recover", &lock).await?, &file, new).await?,
    }
    Ok(DONE)
}

/// An error, with the nearest name, where the state has no such endpoint.
pub fn known(state: &State, name: &Name) -> Result<(), Failure> {
    if state.endpoints.contains_key(name) {
        return Ok(());
    }
    let failure = Failure::new(format!("the state has no endpoint `{name}`"));
    Err(match nearest(name.as_str(), state.endpoints.keys().map(Name::as_str)) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint("`hookwright state list` shows all of them"),
    })
}

/// The endpoint that an entry has; an error where it has none, or has predecessors alone.
pub fn current<'a>(state: &'a State, name: &Name) -> Result<&'a Managed, Failure> {
    known(state, name)?;
    state.current(name).ok_or_else(|| {
        Failure::new(format!("`{name}` has no endpoint at present: it is gone, and its successor is not made yet"))
            .hint("run `hookwright apply`")
    })
}

async fn mv(mut session: Session, from: &Name, to: &Name) -> Result<(), Failure> {
    let state = session.state();
    known(state, from)?;
    if state.endpoints.contains_key(to) {
        return Err(Failure::new(format!("the state has an endpoint `{to}` already"))
            .hint("a move never displaces one: choose another name, or move that one first"));
    }
    let moves = vec![(from.clone(), to.clone())];
    session.change(|state| state.fold(Record::Renamed { moves, at: connection::now() }));
    session.commit().await?;
    terminal::say(&format!("Moved `{from}` to `{to}`."));
    Ok(())
}

async fn rm(mut session: Session, names: &[Name]) -> Result<(), Failure> {
    let state = session.state().clone();
    names.iter().try_for_each(|name| forgettable(&state, name))?;
    session.change(|state| {
        names.iter().for_each(|name| state.fold(Record::Forgotten { name: name.clone() }));
    });
    session.commit().await?;
    for name in names {
        let had = &state.endpoints[name];
        let live = had.current.iter().chain(had.predecessors());
        let ids: Vec<String> = live.map(|managed| managed.endpoint_id.to_string()).collect();
        terminal::say(&format!("Forgot `{name}`; {} stays live.", ids.join(", and its predecessor ")));
        if had.all().any(|managed| managed.secret.is_some()) {
            terminal::warn(&format!("the secret of `{name}` is gone from the state: nobody can read it again"));
        }
    }
    Ok(())
}

/// An error where forgetting would drop what protection or an overlap keeps.
fn forgettable(state: &State, name: &Name) -> Result<(), Failure> {
    known(state, name)?;
    let slot = &state.endpoints[name];
    if let Some(old) = slot.predecessors().next() {
        let message = format!("`{name}` would be forgotten while its predecessor {} is live", old.endpoint_id);
        return Err(Failure::new(message)
            .hint(format!("wait for the end of the overlap, or end it: hookwright secret rotate {name} --finish")));
    }
    if slot.current.as_ref().is_some_and(|managed| managed.prevent_destroy) {
        return Err(Failure::new(format!("`{name}` has prevent_destroy, and its secret would be dropped"))
            .hint("set lifecycle.prevent_destroy = false in its entry and apply that first"));
    }
    Ok(())
}

async fn recover(mut session: Session, file: &std::path::Path, new: bool) -> Result<(), Failure> {
    let shown = terminal::path(file);
    let bytes = crate::disk::read_named(file, crate::disk::LARGEST)
        .map_err(|e| Failure::caused(format!("could not read {shown}"), &e))?;
    let (head, records, damaged) = salvage(&bytes);
    let Some(head) = head else {
        return Err(Failure::new(format!("{shown} is no journal of hookwright's: it has no head")));
    };
    match (session.is_new(), new) {
        // What is sealed in it opens under its own lineage alone.
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
        return Err(Failure::new(format!(
            "{shown} belongs to another state (lineage {})",
            crate::quote::escaped(&head.lineage)
        ))
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

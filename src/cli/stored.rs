//! The state as commands read it: that there is one, and that it has the entry that was named.

use super::failure::Failure;
use crate::endpoint::Name;
use crate::quote::{escaped, nearest};
use crate::state::{Managed, State, Store};

/// The state with its journal; an error where there is none.
pub(super) async fn read(store: &Store) -> Result<State, Failure> {
    let missing = || {
        Failure::new(format!("there is no state at {}", escaped(&store.name())))
            .hint("the first `hookwright apply` makes it; -c or --state says where it is looked for")
    };
    store.load().await?.ok_or_else(missing)
}

/// An error, with the nearest name, where the state has no such endpoint.
pub(super) fn known(state: &State, name: &Name) -> Result<(), Failure> {
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
pub(super) fn current<'a>(state: &'a State, name: &Name) -> Result<&'a Managed, Failure> {
    known(state, name)?;
    state.current(name).ok_or_else(|| {
        Failure::new(format!("`{name}` has no endpoint at present: it is gone, and its successor is not made yet"))
            .hint("run `hookwright apply`")
    })
}

//! Which of several files holds the guards: one alone, so that one owner stands before what an apply may do.

use std::ops::Range;

use crate::config::syntax::errors::Errors;
use crate::config::syntax::tree::{Table, ticked};
use crate::diagnostic::FileError;

/// The keys that only one file may have.
pub(in crate::config) const GUARDS: [&str; 6] =
    ["provider", "state", "encryption", "safety", "environments", "variables"];

/// The file that holds the guards, or the first one where none does; a second holder is an error.
pub(in crate::config) fn of<'t>(roots: &[Table<'t>], errors: &mut Errors) -> Option<Table<'t>> {
    let mut holders = roots.iter().filter_map(|root| Some((root, guard(root)?)));
    let Some((first, (_, there))) = holders.next() else { return roots.first().copied() };
    for (_, (key, here)) in holders {
        let error = FileError::new("a second file holds guards", here, format!("`{key}` is a guard"));
        let hint = format!("only one file may hold {}: move this into it", ticked(&GUARDS));
        errors.push(error.also(there.clone(), "this file holds them").hint(hint));
    }
    Some(*first)
}

/// The first guard of a file.
fn guard(root: &Table<'_>) -> Option<(&'static str, Range<usize>)> {
    let found = GUARDS.iter().filter_map(|key| Some((*key, root.get(key)?.key_span())));
    found.min_by_key(|(_, span)| span.start)
}

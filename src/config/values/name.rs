//! The name of an entry or of an environment.

use std::ops::Range;

use crate::config::syntax::errors::{Faults, word};
use crate::diagnostic::Fault;
use crate::endpoint::Name;

/// Reads a name, or leaves a fault at its place.
pub(in crate::config) fn read_name(text: &str, span: Range<usize>, faults: &mut Faults) -> Option<Name> {
    let name = Name::parse(text).ok();
    if name.is_none() {
        let help = "write 1 to 64 of the characters A-Z a-z 0-9 _ -";
        faults.push(Fault::new(format!("{} is no name", word(text)), span, "").help(help));
    }
    name
}

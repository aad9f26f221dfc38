//! The name of an entry or of an environment.

use std::ops::Range;

use crate::config::syntax::errors::{Errors, quoted_short};
use crate::diagnostic::FileError;
use crate::endpoint::Name;

/// Reads a name, or leaves an error at its place.
pub(in crate::config) fn read_name(text: &str, span: Range<usize>, errors: &mut Errors) -> Option<Name> {
    let name = Name::parse(text).ok();
    if name.is_none() {
        let hint = "write 1 to 64 of the characters A-Z a-z 0-9 _ -";
        errors.push(FileError::new(format!("{} is no name", quoted_short(text)), span, "").hint(hint));
    }
    name
}

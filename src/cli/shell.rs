//! Words of a shell, for the commands that are suggested.

use std::path::Path;

use crate::quote::escaped;

/// A path as one word of a shell.
pub fn quoted_path(path: &Path) -> String {
    quoted(&path.display().to_string())
}

/// A value as one word of a shell.
pub fn quoted(text: &str) -> String {
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "/._-+=:".contains(c));
    if plain { text.to_owned() } else { format!("'{}'", escaped(text).replace('\'', "'\\''")) }
}

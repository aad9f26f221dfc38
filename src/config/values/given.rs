//! Values of variables that are given from outside of the configuration.

use toml::de::DeTable;

use crate::config::syntax::errors::Errors;
use crate::config::syntax::lines::Lines;
use crate::config::syntax::read;
use crate::config::syntax::tree::{Item, Table};
use crate::diagnostic::{FileError, Sources};

/// A value, and where it is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The variable.
    pub name: String,
    /// Its value; or what was given instead of a string, in words that follow its origin (`is not UTF-8`).
    pub value: Result<String, String>,
    /// The flag, the environment variable or the file with its line, as a message names it; safe to print.
    pub origin: String,
    /// Who gave it: what is done with one that nothing declares.
    pub giver: Giver,
}

/// Who gives a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Giver {
    /// `--var`: it names one variable of this configuration, so an undeclared one is an error.
    Flag,
    /// `--var-file`: it may be made for several configurations, so an undeclared one is a warning.
    File,
    /// The environment: it is anybody's, so an undeclared one is nothing.
    Environment,
}

/// Reads a file of values, `name = "value"` a line; they are said to be from `origin`. Gives every error of its syntax:
/// that a value is no string is one only where a variable wants it.
pub(crate) fn parse_values(sources: &Sources, origin: &str) -> Result<Vec<Given>, Vec<FileError>> {
    let lines = Lines::of(sources.whole());
    let mut errors = Errors::default();
    if let Some(error) = read::too_large(sources) {
        return Err(vec![error]);
    }
    if let Some(tree) = read::read_sound(sources.whole()) {
        return Ok(values(&tree, origin, &lines));
    }
    if let Some(repaired) = read::prepare(sources.whole(), 0, &lines, &mut errors) {
        read::read_repaired(&repaired, 0, &lines, &mut errors);
    }
    Err(errors.finish(sources.whole(), &lines))
}

fn values(tree: &DeTable<'_>, origin: &str, lines: &Lines) -> Vec<Given> {
    let given = |item: Item<'_>| Given {
        name: item.key().to_owned(),
        value: item.as_text().map(str::to_owned).ok_or_else(|| format!("is {}, and must be a string", item.kind())),
        origin: format!("{origin}, line {},", lines.line(item.key_span().start)),
        giver: Giver::File,
    };
    Table::free(tree, 0).items().into_iter().map(given).collect()
}

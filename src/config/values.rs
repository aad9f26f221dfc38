//! Values of variables that are given from outside of the configuration.

use toml::de::DeTable;

use crate::config::faults::Faults;
use crate::config::lines::Lines;
use crate::config::syntax;
use crate::config::tree::Table;
use crate::diagnostic::{Fault, Sources};

/// A value, and where it is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The variable.
    pub name: String,
    /// Its value.
    pub value: String,
    /// The flag, the environment variable or the file, as a message names it; safe to print.
    pub origin: String,
}

/// Reads a file of values, `name = "value"` a line; they are said to be from `origin`. Gives every fault of the file.
pub fn parse_values(sources: &Sources, origin: &str) -> Result<Vec<Given>, Vec<Fault>> {
    let lines = Lines::of(sources.whole());
    let mut faults = Faults::default();
    if let Some(fault) = syntax::too_large(sources) {
        return Err(vec![fault]);
    }
    if let Some(tree) = syntax::read_sound(sources.whole()) {
        let values = values(&tree, origin, &mut faults);
        return if faults.is_empty() { Ok(values) } else { Err(faults.finish(sources.whole(), &lines)) };
    }
    if let Some(mended) = syntax::prepare(sources.whole(), 0, &lines, &mut faults)
        && let Some(tree) = syntax::read_mended(&mended, 0, &lines, &mut faults)
    {
        values(&tree, origin, &mut faults);
    }
    Err(faults.finish(sources.whole(), &lines))
}

fn values(tree: &DeTable<'_>, origin: &str, faults: &mut Faults) -> Vec<Given> {
    let items = Table::free(tree, 0).items();
    let texts = items.iter().filter_map(|item| Some((item.key(), item.text("\"VALUE\"", faults)?)));
    let given = |(name, text): (&str, crate::config::tree::Text<'_>)| Given {
        name: name.to_owned(),
        value: text.text.to_owned(),
        origin: origin.to_owned(),
    };
    texts.map(given).collect()
}

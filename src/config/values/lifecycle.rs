//! `lifecycle` and the durations: how an entry is replaced, protected and renewed.

use std::collections::BTreeSet;
use std::ops::Range;
use std::time::Duration;

use crate::config::syntax::errors::{Errors, quoted_short};
use crate::config::syntax::tree::{Item, Table, Text};
use crate::config::{Lifecycle, ReplaceOrder};
use crate::diagnostic::FileError;
use crate::endpoint::Attribute;

/// The longest duration: beyond it lies a slip of the pen, or an overflow.
const LONGEST: Duration = Duration::from_secs(100 * 366 * 24 * 3600);

/// The keys of `lifecycle`.
pub(in crate::config) const KEYS: [&str; 4] = ["replace", "prevent_destroy", "ignore_changes", "overlap"];

/// The words of `replace` and of `ignore_changes`.
pub(in crate::config) const ORDERS: [(&str, ReplaceOrder); 2] =
    [("create_before_destroy", ReplaceOrder::CreateFirst), ("destroy_before_create", ReplaceOrder::DestroyFirst)];
pub(in crate::config) const ATTRIBUTES: [(&str, Attribute); 3] =
    [("url", Attribute::Url), ("events", Attribute::Events), ("description", Attribute::Description)];

/// A `lifecycle` as one table says it: what is silent is taken from elsewhere.
#[derive(Debug, Clone, Default)]
pub(in crate::config) struct Written {
    replace: Option<(ReplaceOrder, Range<usize>)>,
    prevent_destroy: Option<bool>,
    ignore_changes: Option<BTreeSet<Attribute>>,
    overlap: Option<(Duration, Range<usize>)>,
}

/// Reads `lifecycle`.
pub(in crate::config) fn read(item: Item<'_>, errors: &mut Errors) -> Written {
    let Some(table) = item.table("lifecycle = { prevent_destroy = true }", &KEYS, errors) else {
        return Written::default();
    };
    Written {
        replace: table.get("replace").and_then(|item| replace(item, errors)),
        prevent_destroy: table.get("prevent_destroy").and_then(|item| item.boolean(errors)),
        ignore_changes: table.get("ignore_changes").and_then(|item| ignore_changes(item, errors)),
        overlap: table
            .get("overlap")
            .and_then(|item| Some((duration(item, "\"24h\"", Duration::ZERO, errors)?, item.span()))),
    }
}

impl Written {
    /// Whether a deletion, a forget and a replacement without an overlap are refused: as the entry says, else `defaults`.
    pub(in crate::config) fn protects(&self, defaults: &Self) -> bool {
        self.prevent_destroy.or(defaults.prevent_destroy).unwrap_or(false)
    }

    /// The lifecycle that counts: what the entry says, else what `defaults` says.
    ///
    /// An entry that replaces by destroying first leaves a default overlap aside; one of its own is an error.
    pub(in crate::config) fn over(self, defaults: &Self, errors: &mut Errors) -> Lifecycle {
        let order = self.replace.as_ref().or(defaults.replace.as_ref());
        let replace = order.map(|(order, _)| *order).unwrap_or_default();
        let overlap = match order {
            Some((ReplaceOrder::DestroyFirst, at)) => {
                if let Some((_, span)) = self.overlap {
                    errors.push(never_overlaps(span, at.clone()));
                }
                None
            }
            _ => self.overlap.or_else(|| defaults.overlap.clone()),
        };
        Lifecycle {
            replace,
            ignore_changes: self.ignore_changes.or_else(|| defaults.ignore_changes.clone()).unwrap_or_default(),
            overlap: overlap.map(|(overlap, _)| overlap),
        }
    }
}

fn never_overlaps(overlap: Range<usize>, replace: Range<usize>) -> FileError {
    FileError::new("an `overlap` cannot be kept when the old endpoint is destroyed first", overlap, "")
        .also(replace, "destroyed first, by this")
        .hint("remove `overlap`, or write `replace = \"create_before_destroy\"`")
}

/// The one of `choices` that a word names, or an error.
fn choice<T: Copy>(text: &Text<'_>, choices: &[(&'static str, T)], errors: &mut Errors) -> Option<T> {
    if let Some((_, value)) = choices.iter().find(|(name, _)| *name == text.text) {
        return Some(*value);
    }
    let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
    let label = errors.guess(text.text, names.iter().copied()).map(|meant| format!("did you mean `{meant}`?"));
    let error = FileError::new(
        format!("unknown word {}", quoted_short(text.text)),
        text.span.clone(),
        label.unwrap_or_default(),
    );
    let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    errors.push(error.hint(format!("write {}", quoted.join(" or "))));
    None
}

fn replace(item: Item<'_>, errors: &mut Errors) -> Option<(ReplaceOrder, Range<usize>)> {
    let text = item.text("\"create_before_destroy\"", errors)?;
    Some((choice(&text, &ORDERS, errors)?, text.span))
}

fn ignore_changes(item: Item<'_>, errors: &mut Errors) -> Option<BTreeSet<Attribute>> {
    let texts = item.texts("\"description\"", errors)?;
    Some(texts.iter().filter_map(|text| choice(text, &ATTRIBUTES, errors)).collect())
}

/// Reads a duration in words, from `least` to a hundred years.
pub(in crate::config) fn duration(
    item: Item<'_>,
    example: &str,
    least: Duration,
    errors: &mut Errors,
) -> Option<Duration> {
    let text = item.text(example, errors)?;
    let wrong = match humantime::parse_duration(text.text) {
        Ok(duration) if duration < least => format!("`{}` is too short", item.key()),
        Ok(duration) if duration > LONGEST => format!("`{}` is longer than a hundred years", item.key()),
        Ok(duration) => return Some(duration),
        Err(_) => format!("{} is no duration", quoted_short(text.text)),
    };
    errors.push(
        FileError::new(wrong, text.span, "")
            .hint(format!("write a number and a unit, such as `{} = {example}`; units: s, m, h, d, w", item.key())),
    );
    None
}

/// Reads `rotate_after`.
pub(in crate::config) fn rotate_after(table: &Table<'_>, errors: &mut Errors) -> Option<Duration> {
    table.get("rotate_after").and_then(|item| duration(item, "\"90d\"", Duration::from_secs(1), errors))
}

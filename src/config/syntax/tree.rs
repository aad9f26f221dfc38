//! Typed reads of toml's spanned tree. A read that finds something else leaves an error and gives nothing.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::config::syntax::errors::{Errors, quoted_short};
use crate::diagnostic::FileError;

/// A table whose keys were compared with the known ones.
#[derive(Clone, Copy)]
pub(in crate::config) struct Table<'t> {
    tree: &'t DeTable<'t>,
    /// The keys that it may have; none where they are free.
    known: &'static [&'static str],
    /// Where the file starts that it stands in: every place that is told counts from the first file's start.
    start: usize,
}

/// One `key = value`, or one element of a list with the list's key.
#[derive(Clone, Copy)]
pub(in crate::config) struct Item<'t> {
    key: &'t Spanned<DeString<'t>>,
    value: &'t Spanned<DeValue<'t>>,
    start: usize,
}

/// A string with its place.
#[derive(Clone)]
pub(in crate::config) struct Text<'t> {
    pub(in crate::config) text: &'t str,
    pub(in crate::config) span: Range<usize>,
}

impl<'t> Table<'t> {
    /// Wraps a table of the file that starts at a byte; each key that is not `known` is an error.
    pub(in crate::config) fn new(
        tree: &'t DeTable<'t>,
        start: usize,
        known: &'static [&'static str],
        errors: &mut Errors,
    ) -> Self {
        for (key, _) in tree.iter().filter(|(key, _)| !known.contains(&key.get_ref().as_ref())) {
            let (label, hint) = match errors.guess(key.get_ref(), known.iter().copied()) {
                Some(meant) => (format!("did you mean `{meant}`?"), format!("write `{meant}`, or remove it")),
                None => (String::new(), format!("remove it; known here: {}", ticked(known))),
            };
            let error = FileError::new(
                format!("unknown key {}", quoted_short(key.get_ref())),
                shifted(&key.span(), start),
                label,
            );
            errors.push(error.hint(hint));
        }
        Self { tree, known, start }
    }

    /// Whether one of the unknown keys is most likely this one, mistyped: then that is the error, and not that the key
    /// is not there.
    pub(in crate::config) fn means(&self, key: &str, errors: &Errors) -> bool {
        let unknown = self.tree.keys().map(|key| key.get_ref().as_ref()).filter(|key| !self.known.contains(key));
        // A table has few keys: of more, it is no matter what they mean.
        unknown.take(self.known.len()).any(|word| errors.guess(word, self.known.iter().copied()) == Some(key))
    }

    /// Wraps a table whose keys are free.
    pub(in crate::config) fn free(tree: &'t DeTable<'t>, start: usize) -> Self {
        Self { tree, known: &[], start }
    }

    /// The item under a key.
    pub(in crate::config) fn get(&self, key: &str) -> Option<Item<'t>> {
        self.tree.get_key_value(key).map(|(key, value)| Item { key, value, start: self.start })
    }

    /// All items, in the order of the file.
    pub(in crate::config) fn items(&self) -> Vec<Item<'t>> {
        let start = self.start;
        let mut items: Vec<Item<'t>> = self.tree.iter().map(|(key, value)| Item { key, value, start }).collect();
        items.sort_by_key(|item| item.key.span().start);
        items
    }
}

impl<'t> Item<'t> {
    pub(in crate::config) fn key(&self) -> &'t str {
        self.key.get_ref()
    }

    pub(in crate::config) fn key_span(&self) -> Range<usize> {
        shifted(&self.key.span(), self.start)
    }

    /// Where the file starts that it stands in.
    pub(in crate::config) fn file_start(&self) -> usize {
        self.start
    }

    pub(in crate::config) fn span(&self) -> Range<usize> {
        shifted(&self.value.span(), self.start)
    }

    /// The string, where it is one.
    pub(in crate::config) fn as_text(&self) -> Option<&'t str> {
        match self.value.get_ref() {
            DeValue::String(text) => Some(text),
            _ => None,
        }
    }

    /// What kind of value it is, as a message says it.
    pub(in crate::config) fn kind(&self) -> &'static str {
        describe(self.value.get_ref())
    }

    /// The string, or an error; `example` is a value that would do, as TOML.
    pub(in crate::config) fn text(&self, example: &str, errors: &mut Errors) -> Option<Text<'t>> {
        match self.value.get_ref() {
            DeValue::String(text) => Some(Text { text, span: self.span() }),
            _ => self.wrong("a string", example, errors),
        }
    }

    /// The boolean, or an error.
    pub(in crate::config) fn boolean(&self, errors: &mut Errors) -> Option<bool> {
        match self.value.get_ref() {
            DeValue::Boolean(value) => Some(*value),
            _ => self.wrong("`true` or `false`", "true", errors),
        }
    }

    /// The whole number, at least `least`, or an error.
    pub(in crate::config) fn whole(&self, least: u32, errors: &mut Errors) -> Option<u32> {
        let DeValue::Integer(number) = self.value.get_ref() else {
            return self.wrong("a whole number", &least.to_string(), errors);
        };
        let value = i128::from_str_radix(number.as_str(), number.radix()).ok();
        let fitting = value.and_then(|value| u32::try_from(value).ok()).filter(|value| *value >= least);
        if fitting.is_none() {
            let message = format!("`{}` is out of range", self.key());
            let hint = format!("write a whole number from {least} to {}", u32::MAX);
            let is_less = value.is_some_and(|value| value < least.into());
            let label = if is_less { format!("less than {least}") } else { "too large".to_owned() };
            errors.push(FileError::new(message, self.span(), label).hint(hint));
        }
        fitting
    }

    /// The elements of the list, or an error.
    pub(in crate::config) fn list(&self, example: &str, errors: &mut Errors) -> Option<Vec<Item<'t>>> {
        match self.value.get_ref() {
            DeValue::Array(values) => Some(values.iter().map(|value| Item { value, ..*self }).collect()),
            // One word that stands alone was meant as an element.
            DeValue::String(text) => self.wrong("a list", &format!("[{}]", quoted_short(text)), errors),
            _ => self.wrong("a list", &format!("[{example}]"), errors),
        }
    }

    /// The elements of a list of strings; one that is none is an error and is left out.
    pub(in crate::config) fn texts(&self, example: &str, errors: &mut Errors) -> Option<Vec<Text<'t>>> {
        let list = self.list(example, errors)?;
        let example = format!("[{example}]");
        Some(list.iter().filter_map(|item| item.text(&example, errors)).collect())
    }

    /// The table with only `known` keys, or an error; `example` shows how it is written.
    pub(in crate::config) fn table(
        &self,
        example: &str,
        known: &'static [&'static str],
        errors: &mut Errors,
    ) -> Option<Table<'t>> {
        match self.value.get_ref() {
            DeValue::Table(tree) => Some(Table::new(tree, self.start, known, errors)),
            _ => self.no_table(example, errors),
        }
    }

    /// The table with any keys, or an error.
    pub(in crate::config) fn free_table(&self, example: &str, errors: &mut Errors) -> Option<Table<'t>> {
        match self.value.get_ref() {
            DeValue::Table(tree) => Some(Table::free(tree, self.start)),
            _ => self.no_table(example, errors),
        }
    }

    fn no_table<T>(&self, example: &str, errors: &mut Errors) -> Option<T> {
        let found = describe(self.value.get_ref());
        let message = format!("{} must be a table", quoted_short(self.key()));
        let hint = format!("write `{example}`");
        errors.push(FileError::new(message, self.span(), format!("this is {found}")).hint(hint));
        None
    }

    fn wrong<T>(&self, wanted: &str, example: &str, errors: &mut Errors) -> Option<T> {
        let found = describe(self.value.get_ref());
        let message = format!("`{}` takes {wanted}", self.key());
        let hint = format!("write `{} = {example}`", self.key());
        errors.push(FileError::new(message, self.span(), format!("this is {found}")).hint(hint));
        None
    }
}

fn shifted(span: &Range<usize>, start: usize) -> Range<usize> {
    span.start + start..span.end + start
}

fn describe(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// The words in backticks, with commas.
pub(in crate::config) fn ticked(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

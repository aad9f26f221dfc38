//! `[variables]`: what is declared, and the value that each has in this run. How values get into strings is next door
//! in `fill`.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::Range;

use regex::{Regex, RegexBuilder};

use crate::config::syntax::errors::{Errors, Whole, quoted_short};
use crate::config::syntax::tree::{Item, Table};
use crate::config::{Given, Giver, MOST_VALUE};
use crate::diagnostic::FileError;
use crate::quote::count;

/// The keys of a declaration.
pub(in crate::config) const KEYS: [&str; 3] = ["default", "description", "pattern"];

const EXAMPLE: &str = "\"hooks.example.com\"";

/// The variables of a run.
pub(in crate::config) struct Variables<'t> {
    pub(in crate::config) declared: BTreeMap<&'t str, Declared>,
    pub(in crate::config) environment: EnvironmentName,
    /// All files, for places inside of a string.
    pub(in crate::config) whole: &'t str,
    /// How many bytes values may still add to the file.
    pub(in crate::config) left: Cell<usize>,
    /// Of values that were passed over.
    pub(in crate::config) warnings: Vec<String>,
}

/// What the environments of a file say of its variables.
pub(in crate::config) struct EnvironmentValues<'a, 't> {
    /// The chosen one's name.
    pub(in crate::config) name: EnvironmentName,
    /// The values of each environment, and whether it is the chosen one.
    pub(in crate::config) values: Vec<(bool, &'a [Item<'t>])>,
}

/// The name that `${environment}` stands for.
pub(in crate::config) enum EnvironmentName {
    /// The file has no environments.
    None,
    /// It is not known which environment is meant, and an error says so.
    Unknown,
    Known(String),
}

/// One variable.
pub(in crate::config) struct Declared {
    pub(in crate::config) place: Range<usize>,
    pub(in crate::config) description: Option<String>,
    pattern: Option<(Regex, Range<usize>)>,
    pub(in crate::config) value: Value,
}

/// What a variable stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::config) enum Value {
    Known(String),
    /// Nobody gave one.
    Missing,
    /// One was given, and an error was told of it.
    Faulty,
}

impl<'t> Variables<'t> {
    /// Reads the declarations and gives each its value: its default, then the chosen environment's, then what was
    /// given from outside, the later before the earlier.
    pub(in crate::config) fn read(
        root: &Table<'t>,
        environments: EnvironmentValues<'_, 't>,
        given: &[Given],
        whole: &'t str,
        errors: &mut Errors,
    ) -> Self {
        let table = root.get("variables").and_then(|item| item.free_table("[variables]", errors));
        let items = table.map(|table| table.items()).unwrap_or_default();
        let mut patterns = 0;
        let mut declared: BTreeMap<&str, Declared> = items
            .into_iter()
            .filter_map(|item| Some((item.key(), declaration(item, &mut patterns, errors)?)))
            .collect();
        for (is_chosen, items) in environments.values {
            for item in items {
                let Some(variable) = known(*item, &declared, errors) else { continue };
                let value = written(*item, variable.pattern.as_ref(), errors);
                if is_chosen && let Some(variable) = declared.get_mut(item.key()) {
                    variable.value = value;
                }
            }
        }
        let mut passed_over = Vec::new();
        for given in given {
            match declared.get_mut(given.name.as_str()) {
                Some(variable) => take(given, variable, errors),
                None => passed_over.extend(unaccounted(given, &declared, errors)),
            }
        }
        if matches!(environments.name, EnvironmentName::Unknown) {
            let missing = declared.values_mut().filter(|variable| variable.value == Value::Missing);
            missing.for_each(|variable| variable.value = Value::Faulty);
        }
        Self {
            declared,
            environment: environments.name,
            whole,
            left: Cell::new(MOST_ADDED),
            warnings: counted(passed_over),
        }
    }
}

/// The most bytes that values may add to the files in all: a short file shall not grow without end.
const MOST_ADDED: usize = 8 << 20;

/// The longest pattern, compiled.
const MOST_PATTERN: usize = 1 << 16;

/// The most patterns of all variables: each takes room once it is compiled.
const MOST_PATTERNS: usize = 256;

fn declaration(item: Item<'_>, patterns: &mut usize, errors: &mut Errors) -> Option<Declared> {
    let place = item.key_span();
    if !is_name(item.key()) {
        let hint = "write 1 to 64 of the characters A-Z a-z 0-9 _, no digit first: HOOKWRIGHT_VAR_NAME can be set then";
        let message = format!("{} is no name of a variable", quoted_short(item.key()));
        errors.push(FileError::new(message, place.clone(), "").hint(hint));
    }
    if item.as_text().is_some() {
        return Some(Declared { place, description: None, pattern: None, value: written(item, None, errors) });
    }
    let table = item.table(&format!("{} = {{ default = {EXAMPLE} }}", item.key()), &KEYS, errors)?;
    let description = table.get("description").and_then(|item| item.text("\"Where deliveries go\"", errors));
    let pattern = table.get("pattern").and_then(|item| {
        *patterns += 1;
        pattern(item, *patterns, errors)
    });
    let value = table.get("default").map_or(Value::Missing, |item| written(item, pattern.as_ref(), errors));
    Some(Declared { place, description: description.map(|text| text.text.to_owned()), pattern, value })
}

/// Whether a variable may be called so: an environment variable can hold it.
fn is_name(text: &str) -> bool {
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (1..=64).contains(&text.len()) && text.chars().all(legal) && !text.starts_with(|c: char| c.is_ascii_digit())
}

/// Reads a pattern, made to match whole values: one whose author forgot the anchors lets nothing more through.
/// It is the `count`-th of the file.
fn pattern(item: Item<'_>, count: usize, errors: &mut Errors) -> Option<(Regex, Range<usize>)> {
    let text = item.text("\"^[a-z.]+$\"", errors)?;
    if count > MOST_PATTERNS {
        let error = FileError::new(format!("there are over {MOST_PATTERNS} patterns"), text.span, "");
        errors.push(error.hint("check in one pattern what several variables have in common, or leave some out"));
        return None;
    }
    let compile =
        |pattern: &str| RegexBuilder::new(pattern).size_limit(MOST_PATTERN).dfa_size_limit(MOST_PATTERN).build();
    // On its own first, so that no bracket of it closes ours.
    match compile(text.text).and_then(|_| compile(&format!("^(?:{})$", text.text))) {
        Ok(regex) => Some((regex, text.span)),
        Err(error) => {
            let label = match error {
                regex::Error::CompiledTooBig(_) => "it is too large",
                _ => "",
            };
            let hint =
                "write one such as \"^[a-z0-9.-]+$\" (the syntax of Rust's regex: no look-around, no back-references)";
            errors.push(FileError::new("`pattern` is no regular expression", text.span, label).hint(hint));
            None
        }
    }
}

/// A value that stands in the file.
fn written(item: Item<'_>, pattern: Option<&(Regex, Range<usize>)>, errors: &mut Errors) -> Value {
    let Some(text) = item.text(EXAMPLE, errors) else { return Value::Faulty };
    let error = match unfit(text.text, pattern) {
        None => return Value::Known(text.text.to_owned()),
        Some(Unfit::Form(wrong)) => FileError::new(format!("the value {wrong}"), text.span, ""),
        Some(Unfit::Pattern(place)) => {
            let error = FileError::new("the value does not match its variable's pattern", text.span, "");
            error.also(place, "all of a value must match").hint("write another value, or correct the pattern")
        }
    };
    errors.push(error);
    Value::Faulty
}

/// Why a value cannot be taken.
enum Unfit {
    Form(&'static str),
    Pattern(Range<usize>),
}

fn unfit(value: &str, pattern: Option<&(Regex, Range<usize>)>) -> Option<Unfit> {
    if value.chars().any(char::is_control) {
        return Some(Unfit::Form("holds a control character"));
    }
    if value.len() > MOST_VALUE {
        return Some(Unfit::Form("is over 2048 bytes long"));
    }
    pattern.filter(|(regex, _)| !regex.is_match(value)).map(|(_, place)| Unfit::Pattern(place.clone()))
}

/// The declaration of a value that stands in an environment, or an error.
fn known<'a>(item: Item<'_>, declared: &'a BTreeMap<&str, Declared>, errors: &mut Errors) -> Option<&'a Declared> {
    let found = declared.get(item.key());
    if found.is_none() {
        let (label, hint) = undeclared(item.key(), declared, errors);
        let message = format!("{} is no declared variable", quoted_short(item.key()));
        errors.absent(FileError::new(message, item.key_span(), label).hint(hint), Whole::File);
    }
    found
}

/// What is said of a name that no variable has: the guess, and what to do.
pub(in crate::config) fn undeclared(
    name: &str,
    declared: &BTreeMap<&str, Declared>,
    errors: &Errors,
) -> (String, String) {
    let meant = errors.guess(name, declared.keys().copied());
    let label = meant.map(|meant| format!("did you mean `{meant}`?")).unwrap_or_default();
    let declare = match is_name(name) {
        true => format!("declare it under `[variables]`: `{name} = {{ description = \"…\" }}`"),
        false => "declare it under `[variables]`".to_owned(),
    };
    (label, if meant.is_some() { format!("correct the name, or {declare}") } else { declare })
}

/// A value for a variable that nobody declared: an error, a warning or nothing, by who gave it.
fn unaccounted(given: &Given, declared: &BTreeMap<&str, Declared>, errors: &mut Errors) -> Option<String> {
    let Given { name, value: _, origin, giver } = given;
    let (label, hint) = undeclared(name, declared, errors);
    let message = format!("{origin} gives {}, which is no declared variable", quoted_short(name));
    match giver {
        Giver::Environment => None,
        Giver::File if label.is_empty() => Some(format!("{message}: it is passed over")),
        Giver::File => Some(format!("{message}: it is passed over; {label}")),
        Giver::Flag => {
            let hint = if label.is_empty() { hint } else { format!("{label} {hint}") };
            errors.absent(FileError::placeless(message).hint(hint), Whole::File);
            None
        }
    }
}

/// The first warnings, and a count of the rest: a file of values may be made for many configurations.
fn counted(mut warnings: Vec<String>) -> Vec<String> {
    const MOST: usize = 8;
    let rest = warnings.len().saturating_sub(MOST);
    warnings.truncate(MOST);
    warnings
        .extend((rest > 0).then(|| format!("{} of no declared variable are passed over", count(rest, "more value"))));
    warnings
}

/// Takes a value from outside of the file.
fn take(given: &Given, variable: &mut Declared, errors: &mut Errors) {
    let Given { name, value, origin, giver: _ } = given;
    let place = variable.place.clone();
    let value = match value {
        Ok(value) => value,
        Err(wrong) => {
            variable.value = Value::Faulty;
            return errors.push(FileError::new(format!("the value from {origin} {wrong}"), place, "of this variable"));
        }
    };
    let error = match unfit(value, variable.pattern.as_ref()) {
        None => return variable.value = Value::Known(value.clone()),
        Some(Unfit::Form(wrong)) => {
            FileError::new(format!("the value from {origin} {wrong}"), place, "of this variable")
        }
        Some(Unfit::Pattern(pattern)) => {
            let message = format!("the value from {origin} does not match the pattern of `{name}`");
            let error = FileError::new(message, pattern, format!("{} does not match", quoted_short(value)));
            error.hint("give another value, or correct the pattern; all of a value must match")
        }
    };
    variable.value = Value::Faulty;
    errors.push(error);
}

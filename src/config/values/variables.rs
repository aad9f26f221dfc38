//! `[variables]`: what is declared, and the value that each has in this run. How values get into strings is next door
//! in `fill`.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::Range;

use regex::{Regex, RegexBuilder};

use crate::config::syntax::errors::{Faults, Whole, word};
use crate::config::syntax::tree::{Item, Table};
use crate::config::{Given, Giver, MOST_VALUE};
use crate::diagnostic::Fault;
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
    /// One was given, and a fault was told of it.
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
        faults: &mut Faults,
    ) -> Self {
        let table = root.get("variables").and_then(|item| item.free_table("[variables]", faults));
        let items = table.map(|table| table.items()).unwrap_or_default();
        let mut patterns = 0;
        let mut declared: BTreeMap<&str, Declared> = items
            .into_iter()
            .filter_map(|item| Some((item.key(), declaration(item, &mut patterns, faults)?)))
            .collect();
        for (is_chosen, items) in environments.values {
            for item in items {
                let Some(variable) = known(*item, &declared, faults) else { continue };
                let value = written(*item, variable.pattern.as_ref(), faults);
                if is_chosen && let Some(variable) = declared.get_mut(item.key()) {
                    variable.value = value;
                }
            }
        }
        let mut passed_over = Vec::new();
        for given in given {
            match declared.get_mut(given.name.as_str()) {
                Some(variable) => take(given, variable, faults),
                None => passed_over.extend(nobodys(given, &declared, faults)),
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

fn declaration(item: Item<'_>, patterns: &mut usize, faults: &mut Faults) -> Option<Declared> {
    let place = item.key_span();
    if !is_name(item.key()) {
        let help = "write 1 to 64 of the characters A-Z a-z 0-9 _, no digit first: HOOKWRIGHT_VAR_NAME can be set then";
        let message = format!("{} is no name of a variable", word(item.key()));
        faults.push(Fault::new(message, place.clone(), "").help(help));
    }
    if item.as_text().is_some() {
        return Some(Declared { place, description: None, pattern: None, value: written(item, None, faults) });
    }
    let table = item.table(&format!("{} = {{ default = {EXAMPLE} }}", item.key()), &KEYS, faults)?;
    let description = table.get("description").and_then(|item| item.text("\"Where deliveries go\"", faults));
    let pattern = table.get("pattern").and_then(|item| {
        *patterns += 1;
        pattern(item, *patterns, faults)
    });
    let value = table.get("default").map_or(Value::Missing, |item| written(item, pattern.as_ref(), faults));
    Some(Declared { place, description: description.map(|text| text.text.to_owned()), pattern, value })
}

/// Whether a variable may be called so: an environment variable can hold it.
fn is_name(text: &str) -> bool {
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (1..=64).contains(&text.len()) && text.chars().all(legal) && !text.starts_with(|c: char| c.is_ascii_digit())
}

/// Reads a pattern, made to match whole values: one whose author forgot the anchors lets nothing more through.
/// It is the `count`-th of the file.
fn pattern(item: Item<'_>, count: usize, faults: &mut Faults) -> Option<(Regex, Range<usize>)> {
    let text = item.text("\"^[a-z.]+$\"", faults)?;
    if count > MOST_PATTERNS {
        let fault = Fault::new(format!("there are over {MOST_PATTERNS} patterns"), text.span, "");
        faults.push(fault.help("check in one pattern what several variables have in common, or leave some out"));
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
            let help =
                "write one such as \"^[a-z0-9.-]+$\" (the syntax of Rust's regex: no look-around, no back-references)";
            faults.push(Fault::new("`pattern` is no regular expression", text.span, label).help(help));
            None
        }
    }
}

/// A value that stands in the file.
fn written(item: Item<'_>, pattern: Option<&(Regex, Range<usize>)>, faults: &mut Faults) -> Value {
    let Some(text) = item.text(EXAMPLE, faults) else { return Value::Faulty };
    let fault = match unfit(text.text, pattern) {
        None => return Value::Known(text.text.to_owned()),
        Some(Unfit::Form(wrong)) => Fault::new(format!("the value {wrong}"), text.span, ""),
        Some(Unfit::Pattern(place)) => {
            let fault = Fault::new("the value does not match its variable's pattern", text.span, "");
            fault.also(place, "all of a value must match").help("write another value, or mend the pattern")
        }
    };
    faults.push(fault);
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

/// The declaration of a value that stands in an environment, or a fault.
fn known<'a>(item: Item<'_>, declared: &'a BTreeMap<&str, Declared>, faults: &mut Faults) -> Option<&'a Declared> {
    let found = declared.get(item.key());
    if found.is_none() {
        let (label, help) = undeclared(item.key(), declared, faults);
        let message = format!("{} is no declared variable", word(item.key()));
        faults.absent(Fault::new(message, item.key_span(), label).help(help), Whole::File);
    }
    found
}

/// What is said of a name that no variable has: the guess, and what to do.
pub(in crate::config) fn undeclared(
    name: &str,
    declared: &BTreeMap<&str, Declared>,
    faults: &Faults,
) -> (String, String) {
    let meant = faults.guess(name, declared.keys().copied());
    let label = meant.map(|meant| format!("did you mean `{meant}`?")).unwrap_or_default();
    let declare = match is_name(name) {
        true => format!("declare it under `[variables]`: `{name} = {{ description = \"…\" }}`"),
        false => "declare it under `[variables]`".to_owned(),
    };
    (label, if meant.is_some() { format!("mend the name, or {declare}") } else { declare })
}

/// A value for a variable that nobody declared: an error, a warning or nothing, by who gave it.
fn nobodys(given: &Given, declared: &BTreeMap<&str, Declared>, faults: &mut Faults) -> Option<String> {
    let Given { name, value: _, origin, giver } = given;
    let (label, help) = undeclared(name, declared, faults);
    let message = format!("{origin} gives {}, which is no declared variable", word(name));
    match giver {
        Giver::Environment => None,
        Giver::File if label.is_empty() => Some(format!("{message}: it is passed over")),
        Giver::File => Some(format!("{message}: it is passed over; {label}")),
        Giver::Flag => {
            let help = if label.is_empty() { help } else { format!("{label} {help}") };
            faults.absent(Fault::placeless(message).help(help), Whole::File);
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
fn take(given: &Given, variable: &mut Declared, faults: &mut Faults) {
    let Given { name, value, origin, giver: _ } = given;
    let place = variable.place.clone();
    let value = match value {
        Ok(value) => value,
        Err(wrong) => {
            variable.value = Value::Faulty;
            return faults.push(Fault::new(format!("the value from {origin} {wrong}"), place, "of this variable"));
        }
    };
    let fault = match unfit(value, variable.pattern.as_ref()) {
        None => return variable.value = Value::Known(value.clone()),
        Some(Unfit::Form(wrong)) => Fault::new(format!("the value from {origin} {wrong}"), place, "of this variable"),
        Some(Unfit::Pattern(pattern)) => {
            let message = format!("the value from {origin} does not match the pattern of `{name}`");
            let fault = Fault::new(message, pattern, format!("{} does not match", word(value)));
            fault.help("give another value, or mend the pattern; all of a value must match")
        }
    };
    variable.value = Value::Faulty;
    faults.push(fault);
}

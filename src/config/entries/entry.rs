//! `[defaults]` and `[webhooks.*]`: what each endpoint shall be.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use std::time::Duration;

use crate::config::Entry;
use crate::config::entries::environments::{Chosen, Environments};
use crate::config::syntax::errors::{Errors, Whole, quoted_short, twice};
use crate::config::syntax::lines::Lines;
use crate::config::syntax::tree::{Item, Table};
use crate::config::values::endpoint_url::{self, UrlRules};
use crate::config::values::events::{self, Events, Unknown};
use crate::config::values::lifecycle::{self, Written};
use crate::config::values::name::read_name;
use crate::config::values::variables::Variables;
use crate::diagnostic::{FileError, Sources};
use crate::endpoint::{self, Name, Spec, Wanted, Words, canonical_description};

/// `[defaults]`, below it the top level's `allow_unknown_events`.
struct Defaults {
    events: Option<Events>,
    lifecycle: Written,
    rotate_after: Option<Duration>,
    unknown: Unknown,
}

/// The entries of all files: those that are sound, and the places of all.
#[derive(Default)]
pub(in crate::config) struct Webhooks {
    /// The entries of this environment without an error.
    pub(in crate::config) entries: BTreeMap<Name, Entry>,
    /// Where each name stands, with an error or without.
    pub(in crate::config) places: BTreeMap<Name, Range<usize>>,
    /// The events of the entries, each set once.
    events: HashSet<endpoint::Events>,
    /// The words that they are written as, each list once.
    words: HashSet<Words>,
}

/// Reads `[defaults]`.
fn defaults(root: &Table<'_>, variables: &Variables<'_>, errors: &mut Errors) -> Defaults {
    let unknown = unknown(root, Unknown::Refused, errors);
    let Some(table) = root.get("defaults").and_then(|item| item.table("[defaults]", &DEFAULTS, errors)) else {
        return Defaults { events: None, lifecycle: Written::default(), rotate_after: None, unknown };
    };
    let unknown = self::unknown(&table, unknown, errors);
    let lifecycle = table.get("lifecycle").map(|item| lifecycle::read(item, errors)).unwrap_or_default();
    lifecycle.clone().over(&Written::default(), errors);
    Defaults {
        events: table.get("events").and_then(|item| events::read(item, unknown, variables, errors)),
        lifecycle,
        rotate_after: lifecycle::rotate_after(&table, errors),
        unknown,
    }
}

fn unknown(table: &Table<'_>, default: Unknown, errors: &mut Errors) -> Unknown {
    let written = table.get("allow_unknown_events").and_then(|item| item.boolean(errors));
    written.map_or(default, Unknown::from)
}

/// What the rest of the files says about an entry.
pub(in crate::config) struct Reading<'a> {
    pub(in crate::config) urls: UrlRules<'a>,
    pub(in crate::config) variables: &'a Variables<'a>,
    pub(in crate::config) environments: &'a Environments<'a>,
    pub(in crate::config) environment: &'a Chosen<'a, 'a>,
    pub(in crate::config) lines: &'a Lines,
    pub(in crate::config) sources: &'a Sources,
}

impl Webhooks {
    /// Reads `[webhooks.*]` of a file, under its own `[defaults]`.
    pub(in crate::config) fn read(&mut self, root: &Table<'_>, reading: &Reading<'_>, errors: &mut Errors) {
        let defaults = defaults(root, reading.variables, errors);
        let Some(table) = root.get("webhooks").and_then(|item| item.free_table("[webhooks.NAME]", errors)) else {
            return;
        };
        for item in table.items() {
            let name = read_name(item.key(), item.key_span(), errors);
            let mut entry = entry(item, &defaults, reading, errors);
            for Wanted { spec, events_as_written, .. } in entry.iter_mut().map(|entry| &mut entry.wanted) {
                spec.events.share(&mut self.events);
                events_as_written.share(&mut self.words);
            }
            let Some(name) = name else { continue };
            if let Some(first) = self.places.get(&name) {
                errors.push(twice(name.as_str(), item.key_span(), first.clone()));
                continue;
            }
            self.places.insert(name.clone(), item.key_span());
            self.entries.extend(entry.map(|entry| (name, entry)));
        }
    }
}

/// The keys of `[defaults]`.
pub(in crate::config) const DEFAULTS: [&str; 4] = ["events", "lifecycle", "rotate_after", "allow_unknown_events"];

/// The keys of an entry.
pub(in crate::config) const KEYS: [&str; 8] =
    ["url", "events", "description", "rotation", "rotate_after", "lifecycle", "allow_unknown_events", "environments"];

fn entry(item: Item<'_>, defaults: &Defaults, reading: &Reading<'_>, errors: &mut Errors) -> Option<Entry> {
    let Reading { variables, lines, sources, environments, environment, .. } = reading;
    let table = item.table("[webhooks.NAME]", &KEYS, errors)?;
    if let Some(item) = table.get("environments")
        && !environments.includes(item, environment, errors)
    {
        // Its variables may have no value here.
        return None;
    }
    let url = url(item, &table, reading, errors);
    let events = entry_events(item, &table, defaults, variables, errors);
    let description = table.get("description").map(|item| description(item, variables, errors));
    let rotation = table.get("rotation").map_or(Some(1), |item| item.whole(1, errors));
    let rotate_after = lifecycle::rotate_after(&table, errors).or(defaults.rotate_after);
    let written = table.get("lifecycle").map(|item| lifecycle::read(item, errors)).unwrap_or_default();
    let prevent_destroy = written.protects(&defaults.lifecycle);
    let lifecycle = written.over(&defaults.lifecycle, errors);
    let Events { written, expanded } = events?;
    Some(Entry {
        wanted: Wanted {
            spec: Spec { url: url?, events: expanded.into(), description: description.flatten() },
            events_as_written: written.into_iter().collect(),
            rotation: rotation?,
            prevent_destroy,
        },
        rotate_after,
        lifecycle,
        line: lines.line_in(item.file_start(), item.key_span().start),
        file: (sources.count() > 1).then(|| sources.name(item.file_start()).unwrap_or_default().to_owned()),
    })
}

/// Reads a description; an empty one is none. One that ends like a tag could not be told from a marked one.
fn description(item: Item<'_>, variables: &Variables<'_>, errors: &mut Errors) -> Option<String> {
    let read = variables.text(item, "\"Render pipeline\"", errors)?;
    if crate::mark::split(&read.text).1.is_some() {
        let message = "the description ends like the tag of a marked create";
        let hint = "change its end: ` [hw:…]` is added and removed by hookwright (`[provider] mark`)";
        errors.push(FileError::new(message, item.span(), "").hint(hint));
        return None;
    }
    // Two checkouts of one file (CRLF here, LF there) make the same plan, with the same id.
    Some(canonical_description(&read.text).into_owned()).filter(|text| !text.is_empty())
}

fn url(entry: Item<'_>, table: &Table<'_>, reading: &Reading<'_>, errors: &mut Errors) -> Option<String> {
    let Some(item) = table.get("url") else {
        if table.means("url", errors) {
            return None;
        }
        let message = format!("the entry {} has no URL", quoted_short(entry.key()));
        let hint = format!("write `url = {}` below its header", endpoint_url::EXAMPLE);
        errors.absent(FileError::new(message, entry.key_span(), "").hint(hint), Whole::Section);
        return None;
    };
    let text = reading.variables.text(item, endpoint_url::EXAMPLE, errors)?;
    endpoint_url::check(&text, &reading.urls, errors)
}

fn entry_events(
    entry: Item<'_>,
    table: &Table<'_>,
    defaults: &Defaults,
    variables: &Variables<'_>,
    errors: &mut Errors,
) -> Option<Events> {
    let unknown = unknown(table, defaults.unknown, errors);
    match table.get("events") {
        Some(item) => events::read(item, unknown, variables, errors),
        None if table.means("events", errors) => None,
        None if defaults.events.is_some() => defaults.events.clone(),
        None => {
            let message = format!("the entry {} has no events", quoted_short(entry.key()));
            let hint =
                "write `events = [\"tool_execution.*\"]` below its header, or under `[defaults]` for every entry";
            errors.absent(FileError::new(message, entry.key_span(), "").hint(hint), Whole::Section);
            None
        }
    }
}

//! `[defaults]` and `[webhooks.*]`: what each endpoint shall be.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use std::time::Duration;

use crate::config::Entry;
use crate::config::endpoint_url::{self, UrlRules};
use crate::config::environments::{Chosen, Environments};
use crate::config::events::{self, Events, Unknown};
use crate::config::faults::{Faults, Whole, twice, word};
use crate::config::lifecycle::{self, Written};
use crate::config::lines::Lines;
use crate::config::tree::{Item, Table};
use crate::config::variables::Variables;
use crate::diagnostic::{Fault, Sources};
use crate::endpoint::{self, Name, Spec, Wanted, canonical_description};

/// `[defaults]`, below it the top level's `allow_unknown_events`.
struct Defaults {
    events: Option<Events>,
    lifecycle: Written,
    rotate_after: Option<Duration>,
    unknown: Unknown,
}

/// The entries of all files: those that are sound, and the places of all.
#[derive(Default)]
pub(super) struct Webhooks {
    /// The entries of this environment without a fault.
    pub(super) entries: BTreeMap<Name, Entry>,
    /// Where each name stands, with a fault or without.
    pub(super) places: BTreeMap<Name, Range<usize>>,
    /// The events of the entries, each set once.
    events: HashSet<endpoint::Events>,
}

/// Reads `[defaults]`.
fn defaults(root: &Table<'_>, variables: &Variables<'_>, faults: &mut Faults) -> Defaults {
    let unknown = unknown(root, Unknown::Refused, faults);
    let Some(table) = root.get("defaults").and_then(|item| item.table("[defaults]", &DEFAULTS, faults)) else {
        return Defaults { events: None, lifecycle: Written::default(), rotate_after: None, unknown };
    };
    let unknown = self::unknown(&table, unknown, faults);
    let lifecycle = table.get("lifecycle").map(|item| lifecycle::read(item, faults)).unwrap_or_default();
    lifecycle.clone().over(&Written::default(), faults);
    Defaults {
        events: table.get("events").and_then(|item| events::read(item, unknown, variables, faults)),
        lifecycle,
        rotate_after: lifecycle::rotate_after(&table, faults),
        unknown,
    }
}

fn unknown(table: &Table<'_>, default: Unknown, faults: &mut Faults) -> Unknown {
    let written = table.get("allow_unknown_events").and_then(|item| item.boolean(faults));
    written.map_or(default, Unknown::from)
}

/// What the rest of the files says about an entry.
pub(super) struct Reading<'a> {
    pub(super) urls: UrlRules<'a>,
    pub(super) variables: &'a Variables<'a>,
    pub(super) environments: &'a Environments<'a>,
    pub(super) environment: &'a Chosen<'a, 'a>,
    pub(super) lines: &'a Lines,
    pub(super) sources: &'a Sources,
}

impl Webhooks {
    /// Reads `[webhooks.*]` of a file, under its own `[defaults]`.
    pub(super) fn read(&mut self, root: &Table<'_>, reading: &Reading<'_>, faults: &mut Faults) {
        let defaults = defaults(root, reading.variables, faults);
        let Some(table) = root.get("webhooks").and_then(|item| item.free_table("[webhooks.NAME]", faults)) else {
            return;
        };
        for item in table.items() {
            let name = read_name(item.key(), item.key_span(), faults);
            let mut entry = entry(item, &defaults, reading, faults);
            entry.iter_mut().for_each(|entry| entry.wanted.spec.events.share(&mut self.events));
            let Some(name) = name else { continue };
            if let Some(first) = self.places.get(&name) {
                faults.push(twice(name.as_str(), item.key_span(), first.clone()));
                continue;
            }
            self.places.insert(name.clone(), item.key_span());
            self.entries.extend(entry.map(|entry| (name, entry)));
        }
    }
}

/// Reads a name, or leaves a fault at its place.
pub(super) fn read_name(text: &str, span: Range<usize>, faults: &mut Faults) -> Option<Name> {
    let name = Name::parse(text).ok();
    if name.is_none() {
        let help = "write 1 to 64 of the characters A-Z a-z 0-9 _ -";
        faults.push(Fault::new(format!("{} is no name", word(text)), span, "").help(help));
    }
    name
}

/// The keys of `[defaults]`.
pub(super) const DEFAULTS: [&str; 4] = ["events", "lifecycle", "rotate_after", "allow_unknown_events"];

/// The keys of an entry.
pub(super) const KEYS: [&str; 8] =
    ["url", "events", "description", "rotation", "rotate_after", "lifecycle", "allow_unknown_events", "environments"];

fn entry(item: Item<'_>, defaults: &Defaults, reading: &Reading<'_>, faults: &mut Faults) -> Option<Entry> {
    let Reading { variables, lines, sources, environments, environment, .. } = reading;
    let table = item.table("[webhooks.NAME]", &KEYS, faults)?;
    if let Some(item) = table.get("environments")
        && !environments.includes(item, environment, faults)
    {
        // Its variables may have no value here.
        return None;
    }
    let url = url(item, &table, reading, faults);
    let events = entry_events(item, &table, defaults, variables, faults);
    let description = table.get("description").map(|item| description(item, variables, faults));
    let rotation = table.get("rotation").map_or(Some(1), |item| item.whole(1, faults));
    let rotate_after = lifecycle::rotate_after(&table, faults).or(defaults.rotate_after);
    let written = table.get("lifecycle").map(|item| lifecycle::read(item, faults)).unwrap_or_default();
    let prevent_destroy = written.protects(&defaults.lifecycle);
    let lifecycle = written.over(&defaults.lifecycle, faults);
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
fn description(item: Item<'_>, variables: &Variables<'_>, faults: &mut Faults) -> Option<String> {
    let read = variables.text(item, "\"Render pipeline\"", faults)?;
    if crate::mark::split(&read.text).1.is_some() {
        let message = "the description ends like the tag of a marked create";
        let help = "change its end: ` [hw:…]` is added and removed by hookwright (`[provider] mark`)";
        faults.push(Fault::new(message, item.span(), "").help(help));
        return None;
    }
    // Two checkouts of one file (CRLF here, LF there) make the same plan, with the same id.
    Some(canonical_description(&read.text).into_owned()).filter(|text| !text.is_empty())
}

fn url(entry: Item<'_>, table: &Table<'_>, reading: &Reading<'_>, faults: &mut Faults) -> Option<String> {
    let Some(item) = table.get("url") else {
        if table.means("url", faults) {
            return None;
        }
        let message = format!("the entry {} has no url", word(entry.key()));
        let help = format!("write `url = {}` below its header", endpoint_url::EXAMPLE);
        faults.absent(Fault::new(message, entry.key_span(), "").help(help), Whole::Section);
        return None;
    };
    let text = reading.variables.text(item, endpoint_url::EXAMPLE, faults)?;
    endpoint_url::check(&text, &reading.urls, faults)
}

fn entry_events(
    entry: Item<'_>,
    table: &Table<'_>,
    defaults: &Defaults,
    variables: &Variables<'_>,
    faults: &mut Faults,
) -> Option<Events> {
    let unknown = unknown(table, defaults.unknown, faults);
    match table.get("events") {
        Some(item) => events::read(item, unknown, variables, faults),
        None if table.means("events", faults) => None,
        None if defaults.events.is_some() => defaults.events.clone(),
        None => {
            let message = format!("the entry {} has no events", word(entry.key()));
            let help =
                "write `events = [\"tool_execution.*\"]` below its header, or under `[defaults]` for every entry";
            faults.absent(Fault::new(message, entry.key_span(), "").help(help), Whole::Section);
            None
        }
    }
}

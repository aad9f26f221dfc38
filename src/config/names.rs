//! `[imports]`, `[moved]` and `[removed]`: names beside the entries, and what they owe to them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use crate::config::entry::read_name;
use crate::config::faults::{Faults, Whole, twice, word};
use crate::config::tree::{Item, Table};
use crate::diagnostic::Fault;
use crate::endpoint::{EndpointId, Name};

/// Where the name of each entry stands.
type Places = BTreeMap<Name, Range<usize>>;

/// The keys of `[removed]`.
pub(super) const REMOVED: [&str; 1] = ["names"];

/// Reads `[imports]`: name → id.
pub(super) fn imports(roots: &[Table<'_>], entries: &Places, faults: &mut Faults) -> BTreeMap<Name, EndpointId> {
    let (mut imports, mut names) = (BTreeMap::new(), Places::new());
    let mut seen = HashMap::new();
    for item in free_items(roots, "imports", faults) {
        let Some(name) = name_with_entry(item, entries, faults) else { continue };
        let Some(id) = item.text("\"ep_…\"", faults) else { continue };
        if id.text.is_empty() || id.text.len() > 256 || !id.text.chars().all(|c| c.is_ascii_graphic()) {
            let help = "write the id as the API lists it, such as \"ep_…\": at most 256 visible characters, no spaces";
            faults.push(Fault::new(format!("{} is no endpoint id", word(id.text)), id.span, "").help(help));
        } else if let Some(first) = seen.insert(id.text, id.span.clone()) {
            let fault = Fault::new(format!("the endpoint {} is imported twice", word(id.text)), id.span, "again here");
            faults
                .push(fault.also(first, "first here").help("an endpoint belongs to one entry: remove one of the two"));
        } else if !repeated(&name, item, &mut names, faults) {
            imports.insert(name, EndpointId::new(id.text));
        }
    }
    imports
}

/// Reads `[moved]`: new name → old name.
pub(super) fn moved(roots: &[Table<'_>], entries: &Places, faults: &mut Faults) -> BTreeMap<Name, Name> {
    let (mut moved, mut names) = (BTreeMap::new(), Places::new());
    let mut seen: HashMap<Name, Range<usize>> = HashMap::new();
    for item in free_items(roots, "moved", faults) {
        let Some(new) = name_with_entry(item, entries, faults) else { continue };
        let Some(text) = item.text("\"old-name\"", faults) else { continue };
        let Some(old) = read_name(text.text, text.span.clone(), faults) else { continue };
        if let Some(entry) = entries.get(&old) {
            let fault = Fault::new(format!("the old name {} still has an entry", word(text.text)), text.span, "");
            let help = "write `new = \"old\"`; the entry stands under the new name alone";
            faults.push(fault.also(entry.clone(), "its entry").help(help));
        } else if let Some(first) = seen.insert(old.clone(), text.span.clone()) {
            let fault = Fault::new(format!("{} moves to two names", word(text.text)), text.span, "again here");
            faults.push(fault.also(first, "first here").help("an endpoint has one name: remove one of the two"));
        } else if !repeated(&new, item, &mut names, faults) {
            moved.insert(new, old);
        }
    }
    moved
}

/// Reads `[removed]`: names that are forgotten without deleting.
pub(super) fn removed(roots: &[Table<'_>], entries: &Places, faults: &mut Faults) -> BTreeSet<Name> {
    let mut removed = BTreeSet::new();
    let mut names = Vec::new();
    for item in roots.iter().filter_map(|root| root.get("removed")) {
        let table = item.table("[removed]", &REMOVED, faults);
        names.extend(table.and_then(|table| table.get("names")?.texts("\"legacy\"", faults)).unwrap_or_default());
    }
    for text in names {
        let Some(name) = read_name(text.text, text.span.clone(), faults) else { continue };
        if let Some(entry) = entries.get(&name) {
            let fault = Fault::new(format!("{} is removed and has an entry", word(text.text)), text.span, "");
            faults
                .push(fault.also(entry.clone(), "its entry").help("remove the entry, or take the name from this list"));
        } else {
            removed.insert(name);
        }
    }
    removed
}

/// Whether another file has the name already, which is a fault: in one file, the syntax refuses it.
fn repeated(name: &Name, item: Item<'_>, names: &mut Places, faults: &mut Faults) -> bool {
    let first = names.insert(name.clone(), item.key_span());
    let is_repeated = first.is_some();
    first.into_iter().for_each(|first| faults.push(twice(name.as_str(), item.key_span(), first)));
    is_repeated
}

fn free_items<'t>(roots: &[Table<'t>], key: &str, faults: &mut Faults) -> Vec<Item<'t>> {
    let items = roots.iter().filter_map(|root| root.get(key));
    let tables = items.filter_map(|item| item.free_table(&format!("[{key}]"), faults));
    tables.flat_map(|table| table.items()).collect()
}

/// The name that is an item's key; a fault where no entry has it.
fn name_with_entry(item: Item<'_>, entries: &Places, faults: &mut Faults) -> Option<Name> {
    let name = read_name(item.key(), item.key_span(), faults)?;
    if !entries.contains_key(&name) {
        let meant = faults.guess(name.as_str(), entries.keys().map(Name::as_str));
        let label = meant.map(|meant| format!("did you mean `{meant}`?")).unwrap_or_default();
        let message = format!("{} has no entry", word(name.as_str()));
        let help = format!("write `[webhooks.{name}]` with its url and events, or remove this line");
        faults.absent(Fault::new(message, item.key_span(), label).help(help), Whole::File);
    }
    Some(name)
}

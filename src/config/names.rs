//! `[imports]`, `[moved]` and `[removed]`: names beside the entries, and what they owe to them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use crate::config::entry::read_name;
use crate::config::faults::{Faults, Whole, word};
use crate::config::tree::{Item, Table};
use crate::diagnostic::Fault;
use crate::endpoint::{EndpointId, Name};

/// Where the name of each entry stands.
type Places = BTreeMap<Name, Range<usize>>;

/// Reads `[imports]`: name → id.
pub(super) fn imports(root: &Table<'_>, entries: &Places, faults: &mut Faults) -> BTreeMap<Name, EndpointId> {
    let mut imports = BTreeMap::new();
    let mut seen = HashMap::new();
    for item in free_items(root, "imports", faults) {
        let Some(name) = name_with_entry(item, entries, faults) else { continue };
        let Some(id) = item.text("\"ep_…\"", faults) else { continue };
        if id.text.is_empty() || id.text.len() > 256 || !id.text.chars().all(|c| c.is_ascii_graphic()) {
            let help = "write the id as the API lists it, such as \"ep_…\": at most 256 visible characters, no spaces";
            faults.push(Fault::new(format!("{} is no endpoint id", word(id.text)), id.span, "").help(help));
        } else if let Some(first) = seen.insert(id.text, id.span.clone()) {
            let fault = Fault::new(format!("the endpoint {} is imported twice", word(id.text)), id.span, "again here");
            faults
                .push(fault.also(first, "first here").help("an endpoint belongs to one entry: remove one of the two"));
        } else {
            imports.insert(name, EndpointId::new(id.text));
        }
    }
    imports
}

/// Reads `[moved]`: new name → old name.
pub(super) fn moved(root: &Table<'_>, entries: &Places, faults: &mut Faults) -> BTreeMap<Name, Name> {
    let mut moved = BTreeMap::new();
    let mut seen: HashMap<Name, Range<usize>> = HashMap::new();
    for item in free_items(root, "moved", faults) {
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
        } else {
            moved.insert(new, old);
        }
    }
    moved
}

/// Reads `[removed]`: names that are forgotten without deleting.
pub(super) fn removed(root: &Table<'_>, entries: &Places, faults: &mut Faults) -> BTreeSet<Name> {
    let mut removed = BTreeSet::new();
    let Some(table) = root.get("removed").and_then(|item| item.table("[removed]", &["names"], faults)) else {
        return removed;
    };
    let names = table.get("names").and_then(|item| item.texts("\"legacy\"", faults)).unwrap_or_default();
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

fn free_items<'t>(root: &Table<'t>, key: &str, faults: &mut Faults) -> Vec<Item<'t>> {
    root.get(key)
        .and_then(|item| item.free_table(&format!("[{key}]"), faults))
        .map(|table| table.items())
        .unwrap_or_default()
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

//! `[imports]`, `[moved]` and `[removed]`: names beside the entries, and what they owe to them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use crate::config::entries::environments::Environments;
use crate::config::syntax::errors::{Faults, Whole, twice, word};
use crate::config::syntax::tree::{Item, Table};
use crate::config::values::name::read_name;
use crate::diagnostic::Fault;
use crate::endpoint::{EndpointId, Name};

/// Where the name of each entry stands.
type Places = BTreeMap<Name, Range<usize>>;

/// The keys of `[removed]`.
pub(in crate::config) const REMOVED: [&str; 1] = ["names"];

/// Reads `[imports]`, and those of each environment: name → id. The chosen environment's stand before those of all.
pub(in crate::config) fn imports(
    roots: &[Table<'_>],
    environments: &Environments<'_>,
    chosen: Option<&Name>,
    entries: &Places,
    faults: &mut Faults,
) -> BTreeMap<Name, EndpointId> {
    let of_all = adoptions(free_items(roots, "imports", faults), entries, faults);
    each_id_once(&of_all, faults);
    let mut imports = of_all.clone();
    for one in &environments.all {
        let mut of_one = of_all.clone();
        of_one.extend(adoptions(one.imports.clone(), entries, faults));
        each_id_once(&of_one, faults);
        if chosen == Some(&one.name) {
            imports = of_one;
        }
    }
    imports.into_iter().map(|(name, (id, _))| (name, id)).collect()
}

/// What shall be adopted under each name, with its place.
type Adoptions = BTreeMap<Name, (EndpointId, Range<usize>)>;

fn adoptions(items: Vec<Item<'_>>, entries: &Places, faults: &mut Faults) -> Adoptions {
    let (mut adoptions, mut names) = (Adoptions::new(), Places::new());
    for item in items {
        let Some(name) = name_with_entry(item, entries, faults) else { continue };
        let Some(id) = item.text("\"ep_…\"", faults) else { continue };
        if id.text.is_empty() || id.text.len() > 256 || !id.text.chars().all(|c| c.is_ascii_graphic()) {
            let help = "write the id as the API lists it, such as \"ep_…\": at most 256 visible characters, no spaces";
            faults.push(Fault::new(format!("{} is no endpoint id", word(id.text)), id.span, "").help(help));
        } else if !repeated(&name, item, &mut names, faults) {
            adoptions.insert(name, (EndpointId::new(id.text), id.span));
        }
    }
    adoptions
}

fn each_id_once(adoptions: &Adoptions, faults: &mut Faults) {
    let mut in_order: Vec<&(EndpointId, Range<usize>)> = adoptions.values().collect();
    in_order.sort_by_key(|(_, span)| span.start);
    let mut seen: HashMap<&EndpointId, &Range<usize>> = HashMap::new();
    for (id, span) in in_order {
        if let Some(first) = seen.insert(id, span) {
            let message = format!("the endpoint {} is imported twice", word(id.as_str()));
            let fault = Fault::new(message, span.clone(), "again here").also(first.clone(), "first here");
            faults.push(fault.help("an endpoint belongs to one entry: remove one of the two"));
        }
    }
}

/// Reads `[moved]`: new name → old name. A new name without an entry is a step between: another line moves it on.
pub(in crate::config) fn moved(roots: &[Table<'_>], entries: &Places, faults: &mut Faults) -> BTreeMap<Name, Name> {
    let (mut moved, mut names) = (BTreeMap::new(), Places::new());
    let mut seen: HashMap<Name, Range<usize>> = HashMap::new();
    let items = free_items(roots, "moved", faults);
    let steps = steps(&items, entries);
    for item in items {
        let Some(new) = name_among(item, &steps, entries, faults) else { continue };
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
pub(in crate::config) fn removed(roots: &[Table<'_>], entries: &Places, faults: &mut Faults) -> BTreeSet<Name> {
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

/// Every name that is moved to: those of the entries, and, from these backwards, each old name that a line moves.
fn steps(items: &[Item<'_>], entries: &Places) -> BTreeSet<Name> {
    let line = |item: &Item<'_>| Some((Name::parse(item.key()).ok()?, Name::parse(item.as_text()?).ok()?));
    let mut by_new: BTreeMap<Name, Name> = items.iter().filter_map(line).collect();
    let mut steps: BTreeSet<Name> = entries.keys().cloned().collect();
    for name in entries.keys() {
        let mut next = by_new.remove(name);
        // Each line is followed once, so a circle ends too.
        while let Some(old) = next {
            next = by_new.remove(&old);
            steps.insert(old);
        }
    }
    steps
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
    name_among(item, &BTreeSet::new(), entries, faults)
}

/// The name that is an item's key; a fault where it is no entry's and none of the others that are known.
fn name_among(item: Item<'_>, known: &BTreeSet<Name>, entries: &Places, faults: &mut Faults) -> Option<Name> {
    let name = read_name(item.key(), item.key_span(), faults)?;
    if !entries.contains_key(&name) && !known.contains(&name) {
        let meant = faults.guess(name.as_str(), entries.keys().map(Name::as_str));
        let label = meant.map(|meant| format!("did you mean `{meant}`?")).unwrap_or_default();
        let message = format!("{} has no entry", word(name.as_str()));
        let help = format!("write `[webhooks.{name}]` with its url and events, or remove this line");
        faults.absent(Fault::new(message, item.key_span(), label).help(help), Whole::File);
    }
    Some(name)
}

//! `[imports]`, `[moved]` and `[removed]`: names beside the entries, and what they owe to them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use crate::config::entries::environments::Environments;
use crate::config::syntax::errors::{Errors, Whole, quoted_short, twice};
use crate::config::syntax::tree::{Item, Table};
use crate::config::values::name::read_name;
use crate::diagnostic::FileError;
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
    errors: &mut Errors,
) -> BTreeMap<Name, EndpointId> {
    let of_all = adoptions(free_items(roots, "imports", errors), entries, errors);
    each_id_once(&of_all, errors);
    let mut imports = of_all.clone();
    for one in &environments.all {
        let mut of_one = of_all.clone();
        of_one.extend(adoptions(one.imports.clone(), entries, errors));
        each_id_once(&of_one, errors);
        if chosen == Some(&one.name) {
            imports = of_one;
        }
    }
    imports.into_iter().map(|(name, (id, _))| (name, id)).collect()
}

/// What shall be adopted under each name, with its place.
type Adoptions = BTreeMap<Name, (EndpointId, Range<usize>)>;

fn adoptions(items: Vec<Item<'_>>, entries: &Places, errors: &mut Errors) -> Adoptions {
    let (mut adoptions, mut names) = (Adoptions::new(), Places::new());
    for item in items {
        let Some(name) = name_with_entry(item, entries, errors) else { continue };
        let Some(id) = item.text("\"ep_…\"", errors) else { continue };
        if id.text.is_empty() || id.text.len() > 256 || !id.text.chars().all(|c| c.is_ascii_graphic()) {
            let hint = "write the id as the API lists it, such as \"ep_…\": at most 256 visible characters, no spaces";
            errors.push(FileError::new(format!("{} is no endpoint id", quoted_short(id.text)), id.span, "").hint(hint));
        } else if !repeated(&name, item, &mut names, errors) {
            adoptions.insert(name, (EndpointId::new(id.text), id.span));
        }
    }
    adoptions
}

fn each_id_once(adoptions: &Adoptions, errors: &mut Errors) {
    let mut in_order: Vec<&(EndpointId, Range<usize>)> = adoptions.values().collect();
    in_order.sort_by_key(|(_, span)| span.start);
    let mut seen: HashMap<&EndpointId, &Range<usize>> = HashMap::new();
    for (id, span) in in_order {
        if let Some(first) = seen.insert(id, span) {
            let message = format!("the endpoint {} is imported twice", quoted_short(id.as_str()));
            let error = FileError::new(message, span.clone(), "again here").also(first.clone(), "first here");
            errors.push(error.hint("an endpoint belongs to one entry: remove one of the two"));
        }
    }
}

/// Reads `[moved]`: new name → old name. A new name without an entry is a step between: another line moves it on.
pub(in crate::config) fn moved(roots: &[Table<'_>], entries: &Places, errors: &mut Errors) -> BTreeMap<Name, Name> {
    let (mut moved, mut names) = (BTreeMap::new(), Places::new());
    let mut seen: HashMap<Name, Range<usize>> = HashMap::new();
    let items = free_items(roots, "moved", errors);
    let steps = steps(&items, entries);
    for item in items {
        let Some(new) = name_among(item, &steps, entries, errors) else { continue };
        let Some(text) = item.text("\"old-name\"", errors) else { continue };
        let Some(old) = read_name(text.text, text.span.clone(), errors) else { continue };
        if let Some(entry) = entries.get(&old) {
            let error =
                FileError::new(format!("the old name {} still has an entry", quoted_short(text.text)), text.span, "");
            let hint = "write `new = \"old\"`; the entry stands under the new name alone";
            errors.push(error.also(entry.clone(), "its entry").hint(hint));
        } else if let Some(first) = seen.insert(old.clone(), text.span.clone()) {
            let error =
                FileError::new(format!("{} moves to two names", quoted_short(text.text)), text.span, "again here");
            errors.push(error.also(first, "first here").hint("an endpoint has one name: remove one of the two"));
        } else if !repeated(&new, item, &mut names, errors) {
            moved.insert(new, old);
        }
    }
    moved
}

/// Reads `[removed]`: names that are forgotten without deleting.
pub(in crate::config) fn removed(roots: &[Table<'_>], entries: &Places, errors: &mut Errors) -> BTreeSet<Name> {
    let mut removed = BTreeSet::new();
    let mut names = Vec::new();
    for item in roots.iter().filter_map(|root| root.get("removed")) {
        let table = item.table("[removed]", &REMOVED, errors);
        names.extend(table.and_then(|table| table.get("names")?.texts("\"legacy\"", errors)).unwrap_or_default());
    }
    for text in names {
        let Some(name) = read_name(text.text, text.span.clone(), errors) else { continue };
        if let Some(entry) = entries.get(&name) {
            let error =
                FileError::new(format!("{} is removed and has an entry", quoted_short(text.text)), text.span, "");
            errors
                .push(error.also(entry.clone(), "its entry").hint("remove the entry, or take the name from this list"));
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

/// Whether another file has the name already, which is an error: in one file, the syntax refuses it.
fn repeated(name: &Name, item: Item<'_>, names: &mut Places, errors: &mut Errors) -> bool {
    let first = names.insert(name.clone(), item.key_span());
    let is_repeated = first.is_some();
    first.into_iter().for_each(|first| errors.push(twice(name.as_str(), item.key_span(), first)));
    is_repeated
}

fn free_items<'t>(roots: &[Table<'t>], key: &str, errors: &mut Errors) -> Vec<Item<'t>> {
    let items = roots.iter().filter_map(|root| root.get(key));
    let tables = items.filter_map(|item| item.free_table(&format!("[{key}]"), errors));
    tables.flat_map(|table| table.items()).collect()
}

/// The name that is an item's key; an error where no entry has it.
fn name_with_entry(item: Item<'_>, entries: &Places, errors: &mut Errors) -> Option<Name> {
    name_among(item, &BTreeSet::new(), entries, errors)
}

/// The name that is an item's key; an error where it is no entry's and none of the others that are known.
fn name_among(item: Item<'_>, known: &BTreeSet<Name>, entries: &Places, errors: &mut Errors) -> Option<Name> {
    let name = read_name(item.key(), item.key_span(), errors)?;
    if !entries.contains_key(&name) && !known.contains(&name) {
        let meant = errors.guess(name.as_str(), entries.keys().map(Name::as_str));
        let label = meant.map(|meant| format!("did you mean `{meant}`?")).unwrap_or_default();
        let message = format!("{} has no entry", quoted_short(name.as_str()));
        let hint = format!("write `[webhooks.{name}]` with its URL and events, or remove this line");
        errors.absent(FileError::new(message, item.key_span(), label).hint(hint), Whole::File);
    }
    Some(name)
}

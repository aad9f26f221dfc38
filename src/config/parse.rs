//! The whole file: every section read in turn, then what they owe to one another.

use toml::de::DeTable;

use crate::config::endpoint_url::UrlRules;
use crate::config::faults::Faults;
use crate::config::lines::Lines;
use crate::config::tree::Table;
use crate::config::{BaseUrl, Desired, entry, names, reserved, sections, syntax, twins};
use crate::diagnostic::Fault;

const KEYS: [&str; 10] = [
    "provider",
    "state",
    "encryption",
    "safety",
    "defaults",
    "webhooks",
    "imports",
    "moved",
    "removed",
    "allow_unknown_events",
];

/// Reads a desired file.
///
/// `base_url_override` (the environment's) stands before the file's base url and widens, by its host alone, where a
/// file may send the API key. The error is every fault of the file, sorted by place, never empty; past a hundred
/// they are counted.
pub fn parse(text: &str, base_url_override: Option<&BaseUrl>) -> Result<Desired, Vec<Fault>> {
    let lines = Lines::of(text);
    let mut faults = Faults::default();
    if let Some(tree) = syntax::read_sound(text) {
        let desired = desired(tree, base_url_override, &lines, &mut faults);
        return desired.filter(|_| faults.is_empty()).ok_or_else(|| faults.finish(text, &lines));
    }
    let mended = syntax::prepare(text, &lines)?;
    let tree = syntax::read_mended(&mended, &lines, &mut faults)?;
    desired(tree, base_url_override, &lines, &mut faults);
    Err(faults.finish(text, &lines))
}

/// What the tree asks for. It is whole where no fault was found; `None` only beside a fault.
fn desired(mut tree: DeTable<'_>, over: Option<&BaseUrl>, lines: &Lines, faults: &mut Faults) -> Option<Desired> {
    reserved::refuse(&mut tree, faults);
    let root = &Table::new(&tree, &KEYS, faults);
    let base_url = sections::provider(root, over, faults);
    let state_path = sections::state(root, faults);
    let (recipients, recipients_file) = sections::encryption(root, faults);
    let safety = sections::safety(root, faults);
    let defaults = entry::defaults(root, faults);
    let rules = UrlRules { base_url: base_url.as_ref(), allowed_hosts: safety.patterns() };
    let webhooks = entry::webhooks(root, &defaults, &rules, lines, faults);
    twins::refuse(&webhooks, faults);
    Some(Desired {
        imports: names::imports(root, &webhooks.places, faults),
        moved: names::moved(root, &webhooks.places, faults),
        removed: names::removed(root, &webhooks.places, faults),
        base_url: base_url?,
        state_path,
        recipients,
        recipients_file,
        safety: safety.safety,
        webhooks: webhooks.entries,
    })
}

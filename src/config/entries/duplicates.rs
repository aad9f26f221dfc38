//! Two entries that ask for the same endpoint: the API would deliver every event twice.

use std::collections::HashMap;

use crate::config::entries::entry::Webhooks;
use crate::config::syntax::errors::{Errors, quoted_short};
use crate::diagnostic::FileError;
use crate::endpoint::{Name, Spec};

/// Finds every entry whose URL and events, in canonical form, another one above it has too.
pub(in crate::config) fn refuse(webhooks: &Webhooks, errors: &mut Errors) {
    let mut of_url: HashMap<&str, usize> = HashMap::with_capacity(webhooks.entries.len());
    for entry in webhooks.entries.values() {
        *of_url.entry(bare(&entry.wanted.spec)).or_default() += 1;
    }
    if of_url.len() == webhooks.entries.len() {
        return;
    }
    let mut in_order: Vec<(&Name, usize)> = webhooks.places.iter().map(|(name, span)| (name, span.start)).collect();
    in_order.sort_by_key(|(_, start)| *start);
    let mut firsts: HashMap<Spec, &Name> = HashMap::new();
    for (name, _) in in_order {
        let Some(entry) = webhooks.entries.get(name) else { continue };
        if of_url[bare(&entry.wanted.spec)] == 1 {
            continue;
        }
        let spec = Spec { description: None, ..entry.wanted.spec.canonical() };
        if let Some(first) = firsts.get(&spec) {
            let (here, there) = (webhooks.places[name].clone(), webhooks.places[*first].clone());
            let (duplicate, first) = (quoted_short(name.as_str()), quoted_short(first.as_str()));
            let error =
                FileError::new(format!("the entry {duplicate} has the same URL and events as {first}"), here, "");
            let hint = "each event would be delivered twice: change the URL or the events of one, or remove it";
            errors.push(error.also(there, "its duplicate").hint(hint));
        } else {
            firsts.insert(spec, name);
        }
    }
}

/// What two specs with the same canonical url have in common: most entries need no closer look.
fn bare(spec: &Spec) -> &str {
    spec.url.trim_end_matches('/')
}

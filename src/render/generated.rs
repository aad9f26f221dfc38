//! Configuration for endpoints that exist: an entry and an import for each, in TOML.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::endpoint::{EndpointId, Events, KNOWN_EVENTS, Name, Observed, Spec};
use crate::mask::hide;
use crate::plan::{Plan, RefusalKind};
use crate::quote::acts;

/// An entry that the configuration has.
#[derive(Debug, Clone)]
pub(crate) struct Existing {
    /// Its name.
    pub name: Name,
    /// What it wants.
    pub spec: Spec,
    /// Whether it has an endpoint, or is to adopt one.
    pub has_endpoint: bool,
}

/// TOML that adopts these endpoints; new entries first, then the imports, those of an environment in its table.
///
/// An endpoint that is exactly what an entry wants which has none is adopted by that entry. Any other has a new entry,
/// under a name that is not taken, made from host and path, secrets masked. Of several with one URL and the same events
/// only one can have an entry, for a configuration refuses the others: these are comments. Untrusted text stands in
/// basic strings, control characters as `\UXXXXXXXX`.
pub(crate) fn generated(
    endpoints: &[Observed],
    existing: &[Existing],
    taken: &BTreeSet<Name>,
    environment: Option<&Name>,
) -> String {
    let mut taken: BTreeSet<String> = taken.iter().map(Name::to_string).collect();
    let (mut entries, mut adopted) = (String::new(), BTreeMap::new());
    let mut firsts: HashMap<Spec, String> =
        existing.iter().map(|entry| (bare(&entry.spec.url, &entry.spec.events), entry.name.to_string())).collect();
    let mut free: HashMap<String, &Spec> =
        existing.iter().filter(|entry| !entry.has_endpoint).map(|e| (e.name.to_string(), &e.spec)).collect();
    for seen in endpoints {
        let duplicate = bare(&seen.url, &seen.events);
        match firsts.get(&duplicate) {
            Some(first) if free.get(first).is_some_and(|spec| seen.is_duplicate_of(spec)) => {
                free.remove(first);
                adopted.insert(first.clone(), &seen.id);
            }
            Some(first) => entries.push_str(&format!(
                "# {} has the URL and the events of `{first}`, and is a duplicate: adopt one of them.\n\n",
                string(seen.id.as_str())
            )),
            None => {
                let name = fresh(&slug(&hide(&seen.url)), &mut taken);
                entries.push_str(&entry(&name, seen));
                adopted.insert(name.clone(), &seen.id);
                firsts.insert(duplicate, name);
            }
        }
    }
    let adopted = adopted.iter().map(|(name, id)| (name.as_str(), *id));
    format!("{entries}{}", imports_table(adopted, environment.map(Name::as_str)))
}

/// Url and events alone, canonical: what makes two endpoints duplicates.
fn bare(url: &str, events: &Events) -> Spec {
    Spec { url: url.to_owned(), events: events.clone(), description: None }.canonical()
}

/// The table of imports that adopts every endpoint which an entry of the plan would double; `None` where none would.
pub(super) fn adoptions(plan: &Plan) -> Option<String> {
    let duplicates: Vec<(&str, &EndpointId)> = plan
        .refusals
        .iter()
        .filter_map(|refusal| match &refusal.kind {
            RefusalKind::Duplicate { endpoint_id } => Some((refusal.name.as_ref()?.as_str(), endpoint_id)),
            _ => None,
        })
        .collect();
    (!duplicates.is_empty()).then(|| {
        // A plan file may come from anywhere: what is no name names no table.
        let environment = plan.environment.as_deref().filter(|name| Name::parse(name).is_ok());
        imports_table(duplicates, environment)
    })
}

/// A table of imports, name and id, of all environments or of one.
fn imports_table<'a>(
    adopted: impl IntoIterator<Item = (&'a str, &'a EndpointId)>,
    environment: Option<&str>,
) -> String {
    let header = environment.map_or("[imports]\n".to_owned(), |name| format!("[environments.{name}.imports]\n"));
    let lines = adopted.into_iter().map(|(name, id)| format!("{name} = {}\n", string(id.as_str())));
    std::iter::once(header).chain(lines).collect()
}

fn entry(name: &str, seen: &Observed) -> String {
    let events: Vec<String> = seen.events.iter().map(|event| string(event)).collect();
    let mut text = format!("[webhooks.{name}]\nurl = {}\nevents = [{}]\n", string(&seen.url), events.join(", "));
    if let Some(Some(description)) = &seen.description {
        text.push_str(&format!("description = {}\n", string(description)));
    }
    if seen.events.iter().any(|event| !KNOWN_EVENTS.contains(&event.as_str())) {
        text.push_str("allow_unknown_events = true\n");
    }
    text.push('\n');
    text
}

/// Host and path of a URL as a name, at most 56 characters.
fn slug(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let mut slug = String::new();
    for c in rest.chars() {
        match c {
            c if c.is_ascii_alphanumeric() => slug.push(c.to_ascii_lowercase()),
            _ if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
    }
    slug.truncate(56);
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "endpoint".to_owned() } else { slug.to_owned() }
}

fn fresh(slug: &str, taken: &mut BTreeSet<String>) -> String {
    let mut name = slug.to_owned();
    let mut number = 2;
    while !taken.insert(name.clone()) {
        name = format!("{slug}-{number}");
        number += 1;
    }
    name
}

/// A TOML basic string.
fn string(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if acts(c) => out.push_str(&format!("\\U{:08X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Inputs, parse};
    use crate::diagnostic::Sources;
    use crate::endpoint::EndpointId;

    #[test]
    fn an_entry_that_exists_adopts_and_a_duplicate_of_one_with_an_endpoint_is_a_comment() {
        let seen = |id: &str, path: &str| Observed {
            id: EndpointId::new(id),
            url: format!("https://h.example/{path}"),
            events: ["file.upload.failed".to_owned()].into(),
            description: None,
            created_at: None,
            tag: None,
            secret_last4: None,
        };
        let existing = |name: &str, path: &str, has_endpoint| Existing {
            name: name.parse().unwrap(),
            spec: Spec { url: format!("https://h.example/{path}"), events: seen("", "").events, description: None },
            has_endpoint,
        };
        let entries = [existing("free", "a", false), existing("taken", "b", true)];
        let live = [seen("ep_1", "a"), seen("ep_2", "a/"), seen("ep_3", "b"), seen("ep_4", "c")];
        let taken = entries.iter().map(|entry| entry.name.clone()).collect();
        let prod: Name = "prod".parse().unwrap();
        insta::assert_snapshot!(generated(&live, &entries, &taken, Some(&prod)), @r#"
        # "ep_2" has the URL and the events of `free`, and is a duplicate: adopt one of them.

        # "ep_3" has the URL and the events of `taken`, and is a duplicate: adopt one of them.

        [webhooks.h-example-c]
        url = "https://h.example/c"
        events = ["file.upload.failed"]

        [environments.prod.imports]
        free = "ep_1"
        h-example-c = "ep_4"
        "#);
    }

    #[test]
    fn what_is_generated_is_a_configuration_that_wants_what_is_live() {
        let seen = |id: &str, url: &str, description: &str| Observed {
            id: EndpointId::new(id),
            url: url.to_owned(),
            events: ["file.upload.failed".to_owned(), "new.event".to_owned()].into(),
            description: Some(Some(description.to_owned())),
            created_at: None,
            tag: None,
            secret_last4: None,
        };
        let hostile = "a\"b\\c\n[removed]\u{202e}\u{1b}[2J";
        let mut live = vec![seen("ep_1", "https://h.example/x", hostile), seen("ep\"2", "https://h.example/x?y", "")];
        // A third that doubles the first can be no entry: it is a comment, on one line.
        live.push(seen("ep_3\n[removed]", "https://h.example/x/", "another"));
        let text = generated(&live, &[], &["h-example-x".parse().unwrap()].into(), None);
        assert_eq!(text.lines().filter(|line| line.starts_with('[')).count(), 3, "{text}");
        let desired = parse(&Sources::one("webhooks.toml", text), &Inputs::default()).unwrap();
        let names: Vec<&str> = desired.webhooks.keys().map(Name::as_str).collect();
        assert_eq!(names, ["h-example-x-2", "h-example-x-3"]);
        for (name, id) in &desired.imports {
            let seen = live.iter().find(|seen| seen.id == *id).unwrap();
            assert!(seen.is_duplicate_of(&desired.webhooks[name].wanted.spec) && *id != live[2].id);
        }
    }
}

//! Configuration for endpoints that exist: an entry and an import for each, in TOML.

use std::collections::{BTreeSet, HashMap};

use crate::endpoint::{KNOWN_EVENTS, Name, Observed, Spec};
use crate::mask::hide;
use crate::quote::acts;

/// TOML that adopts these endpoints under names that are not taken; entries first, then `[imports]`. Of several with one
/// url and the same events the first has an entry, for a configuration refuses the others; these are comments.
///
/// Names come from host and path, secrets masked. Foreign text stands in basic strings, acting characters as `\UXXXXXXXX`.
pub fn generated(endpoints: &[Observed], taken: &BTreeSet<Name>) -> String {
    let mut taken: BTreeSet<String> = taken.iter().map(Name::to_string).collect();
    let (mut entries, mut imports) = (String::new(), String::from("[imports]\n"));
    let mut firsts: HashMap<Spec, String> = HashMap::new();
    for seen in endpoints {
        let Observed { url, events, .. } = seen.clone();
        let twin = Spec { url, events, description: None }.canonical();
        if let Some(first) = firsts.get(&twin) {
            let id = string(seen.id.as_str());
            entries.push_str(&format!(
                "# {id} has the url and the events of `{first}`, and doubles it: adopt one of them.\n\n"
            ));
            continue;
        }
        let name = fresh(&slug(&hide(&seen.url)), &mut taken);
        firsts.insert(twin, name.clone());
        entries.push_str(&entry(&name, seen));
        imports.push_str(&format!("{name} = {}\n", string(seen.id.as_str())));
    }
    format!("{entries}{imports}")
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

/// Host and path of an url as a name, at most 56 characters.
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
        let text = generated(&live, &["h-example-x".parse().unwrap()].into());
        assert_eq!(text.lines().filter(|line| line.starts_with('[')).count(), 3, "{text}");
        let desired = parse(&Sources::one("webhooks.toml", text), &Inputs::default()).unwrap();
        let names: Vec<&str> = desired.webhooks.keys().map(Name::as_str).collect();
        assert_eq!(names, ["h-example-x-2", "h-example-x-3"]);
        for (name, id) in &desired.imports {
            let seen = live.iter().find(|seen| seen.id == *id).unwrap();
            assert!(seen.is_twin_of(&desired.webhooks[name].spec) && *id != live[2].id);
        }
    }
}

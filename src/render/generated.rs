//! Configuration for endpoints that exist: an entry and an import for each, in TOML.

use std::collections::BTreeSet;

use crate::endpoint::{KNOWN_EVENTS, Name, Observed};
use crate::quote::acts;

/// TOML that adopts these endpoints under names that are not taken; entries first, then `[imports]`.
///
/// Names come from host and path. Foreign text stands in basic strings, acting characters as `\UXXXXXXXX`.
pub fn generated(endpoints: &[Observed], taken: &BTreeSet<Name>) -> String {
    let mut taken: BTreeSet<String> = taken.iter().map(Name::to_string).collect();
    let (mut entries, mut imports) = (String::new(), String::from("[imports]\n"));
    for seen in endpoints {
        let name = fresh(&slug(&seen.url), &mut taken);
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
    use crate::config::parse;
    use crate::endpoint::EndpointId;

    #[test]
    fn what_is_generated_is_a_configuration_that_wants_what_is_live() {
        let seen = |id: &str, url: &str, description: &str| Observed {
            id: EndpointId::new(id),
            url: url.to_owned(),
            events: ["file.upload.failed".to_owned(), "new.event".to_owned()].into(),
            description: Some(Some(description.to_owned())),
            created_at: None,
            secret_last4: None,
        };
        let hostile = "a\"b\\c\n[removed]\u{202e}\u{1b}[2J";
        let live = [seen("ep_1", "https://h.example/x", hostile), seen("ep\"2", "https://h.example/x?y", "")];
        let text = generated(&live, &["h-example-x".parse().unwrap()].into());
        assert_eq!(text.lines().filter(|line| line.starts_with('[')).count(), 3, "{text}");
        let desired = parse(&text, None).unwrap();
        let names: Vec<&str> = desired.webhooks.keys().map(Name::as_str).collect();
        assert_eq!(names, ["h-example-x-2", "h-example-x-3"]);
        for (name, id) in &desired.imports {
            let seen = live.iter().find(|seen| seen.id == *id).unwrap();
            assert!(seen.is_twin_of(&desired.webhooks[name].spec));
        }
    }
}

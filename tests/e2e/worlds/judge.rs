//! The end of a world: nothing lost, doubled, left behind, touched or told.

use std::collections::{BTreeMap, BTreeSet};

use super::history::History;
use super::script::Script;
use crate::support::{KEY, Live};

/// What is wrong with a world that has converged, if anything.
pub fn judge(history: &History, script: &Script) -> Result<(), String> {
    let live = history.world.live();
    let managed = every_entry_has_its_endpoint(history, script, &live)?;
    left_behind(history, script, &live, &managed)?;
    let told = format!("{}{}", history.said, history.world.files());
    match live.iter().map(|endpoint| endpoint.signing_secret.as_str()).chain([KEY]).find(|canary| told.contains(canary))
    {
        Some(_) => Err("a secret is in clear".to_owned()),
        None => Ok(()),
    }
}

/// The ids of the entries' endpoints: each live, with the entry's words and the secret that the state keeps.
fn every_entry_has_its_endpoint(history: &History, script: &Script, live: &[Live]) -> Result<BTreeSet<String>, String> {
    let (world, wanted) = (&history.world, &script.wanted().config);
    let state = world.state();
    let endpoints = state["endpoints"].as_object().unwrap();
    let by_id: BTreeMap<&str, &Live> = live.iter().map(|endpoint| (endpoint.endpoint_id.as_str(), endpoint)).collect();
    let current = |(name, slot): (_, &serde_json::Value)| (!slot["endpoint_id"].is_null()).then_some(name);
    let names: BTreeSet<&String> = endpoints.iter().filter_map(current).collect();
    if names != wanted.entries.keys().collect() {
        return Err(format!("the state has {names:?}"));
    }
    let mut managed = BTreeSet::new();
    for (name, entry) in &wanted.entries {
        let id = endpoints[name]["endpoint_id"].as_str().unwrap();
        let Some(endpoint) = by_id.get(id) else { return Err(format!("`{name}` is {id} in the state, and not live")) };
        if !managed.insert(id.to_owned()) {
            return Err(format!("{id} belongs to two entries"));
        }
        let url = format!("https://hooks.example.com/{}", entry.path);
        let description = endpoint.description.as_deref().unwrap_or_default();
        let own = description.rfind("[hw:").map_or(description, |at| description[..at].trim_end());
        if endpoint.url.trim_end_matches('/') != url || own != entry.description.unwrap_or_default() {
            return Err(format!("`{name}` is {} {description:?}", endpoint.url));
        }
        let shown = world.run(&["secret", "show", name, "--identity", "identity.txt"]);
        if shown.stdout.trim() != endpoint.signing_secret {
            return Err(format!("`{name}` has another secret than it was given: {}", shown.stderr));
        }
    }
    Ok(managed)
}

/// What is live and not in the state: what is not managed, untouched; what was forgotten; and, where nothing is marked,
/// what was named beside somebody else's exact duplicate. Unmarked, that duplicate may count as ours: README says so.
fn left_behind(history: &History, script: &Script, live: &[Live], managed: &BTreeSet<String>) -> Result<(), String> {
    let log = history.world.read("requests.jsonl");
    let ours = |id: &str| log.lines().any(|line| line.contains(id) && !line.contains("\"idempotency_key\":null"));
    let undecided = script.has_duplicates && !script.first.mark;
    if let Some(id) = history.deletions(0).into_iter().find(|id| !undecided && !ours(id)) {
        return Err(format!("{id} is not ours, and was deleted"));
    }
    if !live.iter().any(|endpoint| endpoint.url.contains("stranger.example.com")) {
        return Err("the endpoint that is not managed is gone".to_owned());
    }
    if let Some((id, name)) = history.forgotten.iter().find(|(id, _)| !live.iter().any(|e| e.endpoint_id == **id)) {
        return Err(format!("{id} of `{name}` was to be forgotten, and it is deleted"));
    }
    let left = |endpoint: &&Live| {
        let id = &endpoint.endpoint_id;
        ours(id) && !managed.contains(id) && !history.forgotten.contains_key(id)
    };
    match live.iter().filter(left).find(|e| !undecided || !history.said.contains(&e.endpoint_id)) {
        Some(endpoint) => Err(format!("{} is ours, live, and in no state", endpoint.endpoint_id)),
        None => Ok(()),
    }
}

/// Nothing of ours may be live or in the state after a `destroy`, but what was forgotten.
pub fn nothing_is_left(history: &History, script: &Script) -> Result<(), String> {
    let log = history.world.read("requests.jsonl");
    let ours = |id: &str| log.lines().any(|line| line.contains(id) && !line.contains("\"idempotency_key\":null"));
    let live = history.world.live();
    let left = live.iter().find(|e| ours(&e.endpoint_id) && !history.forgotten.contains_key(&e.endpoint_id));
    let undecided = script.has_duplicates && !script.first.mark;
    if let Some(left) = left.filter(|_| !undecided) {
        return Err(format!("{} is live after the destroy", left.endpoint_id));
    }
    match history.world.state()["endpoints"].as_object() {
        Some(endpoints) if !endpoints.values().all(|slot| slot["endpoint_id"].is_null()) => {
            Err(format!("after the destroy the state has {:?}", endpoints.keys()))
        }
        _ => Ok(()),
    }
}

//! The schema is in step with the parser: the same keys in the same places, the same words and events. That real
//! validators agree is checked by `tests/conformance/schema.sh`.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::config::entries::{entry, environments, names, sections};
use crate::config::values::{events, lifecycle, variables};
use crate::config::{SCHEMA, parse};
use crate::endpoint::KNOWN_EVENTS;

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

fn words(value: &Value) -> BTreeSet<String> {
    value.as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
}

fn owned<'a>(words: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    words.into_iter().map(str::to_owned).collect()
}

#[test]
fn every_key_is_in_both() {
    let schema = schema();
    let places: [(&str, &[&str]); 11] = [
        ("", &parse::KEYS),
        ("/properties/provider", &sections::PROVIDER),
        ("/properties/state", &sections::STATE),
        ("/properties/encryption", &sections::ENCRYPTION),
        ("/properties/defaults", &entry::DEFAULTS),
        ("/properties/removed", &names::REMOVED),
        ("/$defs/safety", &sections::SAFETY),
        ("/$defs/webhook", &entry::KEYS),
        ("/$defs/environment", &environments::KEYS),
        ("/$defs/lifecycle", &lifecycle::KEYS),
        ("/$defs/variable/anyOf/1", &variables::KEYS),
    ];
    for (place, keys) in places {
        let table = schema.pointer(place).unwrap();
        let properties: BTreeSet<String> = table["properties"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(properties, owned(keys.iter().copied()), "{place}");
        assert_eq!(table["additionalProperties"], false, "{place}");
    }
    assert_eq!(closed_tables(&schema), places.len(), "a table of the schema is in no place above");
}

/// How many tables list all of their keys.
fn closed_tables(value: &Value) -> usize {
    let below = match value {
        Value::Object(map) => map.values().map(closed_tables).sum(),
        Value::Array(list) => list.iter().map(closed_tables).sum(),
        _ => 0,
    };
    below + usize::from(value.get("additionalProperties") == Some(&Value::Bool(false)))
}

#[test]
fn every_word_and_event_is_in_both() {
    let schema = schema();
    let at = |place: &str| words(schema.pointer(place).unwrap());
    let orders = lifecycle::ORDERS.iter().map(|(word, _)| *word);
    assert_eq!(at("/$defs/lifecycle/properties/replace/enum"), owned(orders));
    let attributes = lifecycle::ATTRIBUTES.iter().map(|(word, _)| *word);
    assert_eq!(at("/$defs/lifecycle/properties/ignore_changes/items/enum"), owned(attributes));
    let mut known = events::groups();
    known.extend(owned(KNOWN_EVENTS));
    assert_eq!(at("/$defs/known_event/anyOf/0/enum"), known);
}

#[test]
fn every_property_is_described() {
    fn check(value: &Value, root: &Value, path: &str) {
        for (key, property) in value.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let reference = property.get("$ref").and_then(Value::as_str).map(|name| root.pointer(&name[1..]).unwrap());
            let described = property.get("description").or(reference.and_then(|found| found.get("description")));
            assert!(described.is_some(), "{path}/{key}");
            check(property, root, &format!("{path}/{key}"));
        }
    }
    let schema = schema();
    check(&schema, &schema, "");
    for (name, definition) in schema["$defs"].as_object().unwrap() {
        check(definition, &schema, name);
    }
}

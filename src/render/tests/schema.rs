//! The published schema describes what is printed: every field of the document stands in it, and every field that it
//! requires is there. Knows the few keywords that the schema uses, and refuses others.

use serde_json::Value;

use super::super::json;
use super::world::{Parts, rich};

const SCHEMA: &str = include_str!("../plan.schema.json");

fn check(schema: &Value, root: &Value, value: &Value, path: &str) {
    for (keyword, wanted) in schema.as_object().unwrap() {
        match keyword.as_str() {
            "$ref" => {
                let definition = wanted.as_str().unwrap().strip_prefix('#').unwrap();
                check(root.pointer(definition).unwrap(), root, value, path);
            }
            "type" => assert!(types(wanted).contains(&kind(value)), "{path} is {value}"),
            "enum" => assert!(wanted.as_array().unwrap().contains(value), "{path} is {value}"),
            "pattern" => {
                let pattern = regex::Regex::new(wanted.as_str().unwrap()).unwrap();
                assert!(pattern.is_match(value.as_str().unwrap()), "{path} is {value}");
            }
            "items" => {
                let items = value.as_array().unwrap().iter().enumerate();
                items.for_each(|(at, item)| check(wanted, root, item, &format!("{path}/{at}")));
            }
            "required" if value.is_object() => {
                let missing = wanted.as_array().unwrap().iter().find(|key| value.get(key.as_str().unwrap()).is_none());
                assert_eq!(missing, None, "{path}");
            }
            "properties" => {
                for (key, value) in value.as_object().into_iter().flatten() {
                    let schema = wanted.get(key).unwrap_or_else(|| panic!("{path}/{key} is not in the schema"));
                    check(schema, root, value, &format!("{path}/{key}"));
                }
            }
            "minimum" | "required" | "title" | "description" | "$schema" | "$defs" => {}
            other => panic!("the schema uses `{other}`, which this test does not know"),
        }
    }
}

fn types(wanted: &Value) -> Vec<&str> {
    match wanted {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[test]
fn the_schema_describes_the_plan() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let mut offline = rich();
    offline.live = None;
    offline.environment = None;
    for parts in [rich(), offline, Parts::new()] {
        let document: Value = serde_json::from_str(&json(&parts.plan())).unwrap();
        check(&schema, &schema, &document, "");
    }
}

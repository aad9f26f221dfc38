//! What the readers of Terraform's plan JSON require, beyond the snapshot: the shape of Terraform's own documents.

use serde_json::Value;

use super::super::terraform_json;
use super::world::{Parts, at, entry, managed, name, rich};

fn document(parts: &Parts) -> Value {
    serde_json::from_str(&terraform_json(&parts.plan())).unwrap()
}

fn change<'a>(document: &'a Value, address: &str) -> &'a Value {
    let changes = document["resource_changes"].as_array().unwrap();
    changes.iter().find(|change| change["address"] == address && change.get("deposed").is_none()).unwrap()
}

#[test]
fn every_change_has_what_its_readers_index() {
    let document = document(&rich());
    let known = ["no-op", "create", "update", "delete", "forget"];
    for resource in document["resource_changes"].as_array().unwrap() {
        let change = resource["change"].as_object().unwrap();
        for key in ["before", "after", "after_unknown", "before_sensitive", "after_sensitive"] {
            assert!(change.contains_key(key), "{resource}");
        }
        let actions = change["actions"].as_array().unwrap();
        assert!(actions.iter().all(|action| known.contains(&action.as_str().unwrap())));
        let created = actions.iter().any(|action| action == "create");
        assert_eq!(change["after_unknown"]["signing_secret"] == true, created, "{resource}");
        assert_eq!(change["before"].is_null(), change["before_sensitive"] == false, "{resource}");
        assert_eq!(change["after"].is_null(), change["after_sensitive"] == false, "{resource}");
        assert!(change["before"].is_null() || change["before"]["signing_secret"].is_null());
        assert_eq!(change["after"].get("id").is_none(), created || change["after"].is_null(), "{resource}");
    }
    let addresses: Vec<&str> =
        document["resource_changes"].as_array().unwrap().iter().map(|r| r["address"].as_str().unwrap()).collect();
    assert!(addresses.is_sorted());
}

#[test]
fn a_refused_plan_is_errored_and_an_empty_one_is_not_applyable() {
    let told =
        |document: &Value| [&document["applyable"], &document["complete"], &document["errored"]].map(|b| b == true);
    assert_eq!(told(&document(&rich())), [false, true, true]);
    assert_eq!(told(&document(&Parts::new())), [false, true, false]);
    let mut parts = Parts::new();
    parts.want("orders", entry(at("orders")));
    assert_eq!(told(&document(&parts)), [true, true, false]);
    parts.live = None;
    assert_eq!(told(&document(&parts)), [false, true, false]);
}

#[test]
fn a_name_that_is_no_identifier_is_an_index() {
    let mut parts = Parts::new();
    parts.want("2nd", entry(at("second")));
    parts.want("-3", entry(at("third")));
    let document = document(&parts);
    let second = change(&document, "videogen_webhook_endpoint.this[\"2nd\"]");
    assert_eq!((&second["name"], &second["index"]), (&"this".into(), &"2nd".into()));
    assert_eq!(document["configuration"]["root_module"]["resources"].as_array().unwrap().len(), 1);
}

#[test]
fn a_name_taken_over_by_a_rename_keeps_both_endpoints_apart() {
    let mut parts = Parts::new();
    parts.have("a", managed("ep_a", at("a")));
    parts.have("b", managed("ep_b", at("b")));
    parts.want("a", entry(at("b")));
    let document = document(&parts);
    let a = change(&document, "videogen_webhook_endpoint.a");
    assert_eq!(a["previous_address"], "videogen_webhook_endpoint.b");
    assert_eq!(a["change"]["actions"], serde_json::json!(["no-op"]));
    let deleted = document["resource_changes"].as_array().unwrap().iter().find(|r| r["deposed"] == "ep_a").unwrap();
    assert_eq!(deleted["change"]["actions"], serde_json::json!(["delete"]));
    assert_eq!(document["prior_state"]["values"]["root_module"]["resources"].as_array().unwrap().len(), 2);
    assert!(parts.state.endpoints.contains_key(&name("a")));
}

#[test]
fn the_shape_is_that_of_a_real_terraform() {
    const SAMPLE: &str = include_str!("samples/terraform-1.11.4.json");
    let real: Value = serde_json::from_str(SAMPLE).unwrap();
    let ours = document(&rich());
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let theirs = keys(&real);
    let more: Vec<String> = keys(&ours).into_iter().filter(|key| !theirs.contains(key)).collect();
    assert_eq!(more, ["output_changes", "resource_drift"]);
    let replaced = |document: &Value| {
        let changes = document["resource_changes"].as_array().unwrap();
        changes.iter().find(|c| c["change"]["actions"] == serde_json::json!(["create", "delete"])).unwrap().clone()
    };
    assert_eq!(keys(&replaced(&ours)), keys(&replaced(&real)));
    assert_eq!(keys(&replaced(&ours)["change"]), keys(&replaced(&real)["change"]));
    for part in ["planned_values", "prior_state/values"] {
        let first = |document: &Value| document.pointer(&format!("/{part}/root_module/resources/0")).unwrap().clone();
        assert_eq!(keys(&first(&ours)), keys(&first(&real)), "{part}");
    }
    let first = |document: &Value| document.pointer("/configuration/root_module/resources/0").unwrap().clone();
    assert_eq!(keys(&first(&ours)), keys(&first(&real)));
}

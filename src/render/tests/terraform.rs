//! What the readers of Terraform's plan JSON require, beyond the snapshot: the shape of Terraform's own documents.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::{Colour, gitlab_report, terraform_json, text};
use super::world::{Parts, at, entry, intent, listed, managed, name, rich};
use crate::endpoint::EndpointId;
use crate::state::{Intent, Managed};
use crate::timestamp::Timestamp;

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
    assert_eq!(told(&document(&rich())), [false, false, true]);
    assert_eq!(told(&document(&Parts::new())), [false, true, false]);
    let mut parts = Parts::new();
    parts.want("orders", entry(at("orders")));
    assert_eq!(told(&document(&parts)), [true, true, false]);
    parts.choices.targets.insert("orders".into());
    assert_eq!(told(&document(&parts)), [true, false, false]);
    parts.choices.targets.clear();
    parts.choices.refresh_only = true;
    assert_eq!(told(&document(&parts)), [false, false, false]);
    parts.choices.refresh_only = false;
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
    assert_eq!(a["change"]["actions"], json!(["no-op"]));
    let deleted = document["resource_changes"].as_array().unwrap().iter().find(|r| r["deposed"] == "ep_a").unwrap();
    assert_eq!(deleted["change"]["actions"], json!(["delete"]));
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
        changes.iter().find(|c| c["change"]["actions"] == json!(["create", "delete"])).unwrap().clone()
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

/// `[actions, previous_address, replace_paths, action_reason]` of an entry's change.
fn told(document: &Value, address: &str) -> Value {
    let resource = change(document, address);
    let keys = ["previous_address", "action_reason"].map(|key| resource[key].clone());
    let [previous, reason] = keys;
    json!([resource["change"]["actions"], previous, resource["change"]["replace_paths"], reason])
}

/// The addresses of a part's resources, deposed ones with their key.
fn resources(document: &Value, part: &str) -> Vec<String> {
    let resources = document.pointer(&format!("/{part}/root_module/resources")).unwrap().as_array().unwrap();
    let one = |resource: &Value| {
        let address = resource["address"].as_str().unwrap().trim_start_matches("videogen_webhook_endpoint.");
        [address, resource["deposed_key"].as_str().unwrap_or_default()].join(" ").trim_end().to_owned()
    };
    resources.iter().map(one).collect()
}

#[test]
fn no_two_changes_are_about_one_object() {
    let document = document(&rich());
    let mut seen = BTreeSet::new();
    for resource in document["resource_changes"].as_array().unwrap() {
        assert!(seen.insert((resource["address"].as_str(), resource["deposed"].as_str())), "{resource}");
    }
}

#[test]
fn a_renamed_entry_that_is_replaced_says_both() {
    let mut parts = Parts::new();
    parts.desired.moved.insert(name("new"), name("old"));
    parts.have("old", managed("ep_1", at("was")));
    let mut wanted = entry(at("is"));
    wanted.lifecycle.overlap = Some(std::time::Duration::ZERO);
    parts.want("new", wanted);
    let document = document(&parts);
    let address = "videogen_webhook_endpoint.new";
    let wanted =
        json!([["create", "delete"], "videogen_webhook_endpoint.old", [["url"]], "replace_because_cannot_update"]);
    assert_eq!(told(&document, address), wanted);
    assert_eq!(document["resource_changes"].as_array().unwrap().len(), 1);
    assert_eq!(change(&document, address)["change"]["before"]["id"], "ep_1");
    assert_eq!(
        (resources(&document, "prior_state/values"), resources(&document, "planned_values")),
        (vec!["new".into()], vec!["new".into()])
    );
}

#[test]
fn a_replacement_with_an_overlap_is_a_create_and_later_the_delete_of_a_deposed_object() {
    let mut parts = Parts::new();
    parts.both("a", managed("ep_1", at("was")), entry(at("is")));
    let address = "videogen_webhook_endpoint.a";
    let first = document(&parts);
    assert_eq!(told(&first, address), json!([["create"], null, null, null]));
    assert_eq!(change(&first, address)["change"]["before"], Value::Null);
    let old = Managed { until: Some(Timestamp(super::world::NOW - 1)), ..managed("ep_1", at("was")) };
    let mut parts = Parts::new();
    parts.both("a", managed("ep_2", at("is")), entry(at("is")));
    parts.live.as_mut().unwrap().push(listed(&old));
    parts.state.endpoints.get_mut(&name("a")).unwrap().deposed.push(old);
    let changes = document(&parts)["resource_changes"].clone();
    let retired = changes.as_array().unwrap().iter().find(|change| change["deposed"] == "ep_1").unwrap();
    assert_eq!(retired["change"]["actions"], json!(["delete"]));
}

#[test]
fn a_renamed_entry_that_is_gone_is_made_and_was_not() {
    let mut parts = Parts::new();
    parts.have("old", managed("ep_1", at("same")));
    parts.live.as_mut().unwrap().clear();
    parts.want("new", entry(at("same")));
    let document = document(&parts);
    let address = "videogen_webhook_endpoint.new";
    assert_eq!(told(&document, address), json!([["create"], "videogen_webhook_endpoint.old", null, null]));
    assert_eq!(document["resource_drift"][0]["change"]["actions"], json!(["delete"]));
    assert!(resources(&document, "prior_state/values").is_empty());
}

#[test]
fn a_destroy_leaves_nothing_planned() {
    let mut parts = Parts::new();
    parts.choices.destroy = true;
    let deposed = vec![Managed { until: Some(Timestamp(super::world::NOW + 60)), ..managed("ep_old", at("a")) }];
    parts.live.as_mut().unwrap().push(listed(&deposed[0]));
    parts.both("a", managed("ep_a", at("a")), entry(at("a")));
    parts.state.endpoints.get_mut(&name("a")).unwrap().deposed = deposed;
    parts.want("never-made", entry(at("b")));
    let document = document(&parts);
    let changes = document["resource_changes"].as_array().unwrap();
    assert!(changes.iter().all(|change| change["change"]["actions"] == json!(["delete"])));
    let deposed: Vec<&Value> = changes.iter().map(|change| &change["deposed"]).collect();
    assert_eq!(deposed, [&Value::Null, &"ep_old".into()]);
    // Terraform gives no reason where everything goes.
    assert_eq!(told(&document, "videogen_webhook_endpoint.a"), json!([["delete"], null, null, null]));
    assert!(resources(&document, "planned_values").is_empty());
    assert_eq!(resources(&document, "prior_state/values"), ["a", "a ep_old"]);
}

#[test]
fn a_forgotten_endpoint_was_and_will_not_be() {
    let mut parts = Parts::new();
    parts.have("a", managed("ep_a", at("a")));
    parts.desired.removed.insert(name("a"));
    let document = document(&parts);
    assert_eq!(told(&document, "videogen_webhook_endpoint.a"), json!([["forget"], null, null, null]));
    assert_eq!(change(&document, "videogen_webhook_endpoint.a")["change"]["after"], Value::Null);
    assert!(resources(&document, "planned_values").is_empty());
    assert_eq!(resources(&document, "prior_state/values"), ["a"]);
}

#[test]
fn an_imported_endpoint_changes_nothing_and_was_in_no_state() {
    let mut parts = Parts::new();
    parts.live.as_mut().unwrap().push(listed(&managed("ep_adopt", at("a"))));
    parts.want("a", entry(at("a")));
    parts.desired.imports.insert(name("a"), EndpointId::new("ep_adopt"));
    let document = document(&parts);
    let change = &change(&document, "videogen_webhook_endpoint.a")["change"];
    assert_eq!((&change["actions"], &change["importing"]), (&json!(["no-op"]), &json!({ "id": "ep_adopt" })));
    assert_eq!(change["before"], change["after"]);
    assert!(resources(&document, "prior_state/values").is_empty());
    assert_eq!(resources(&document, "planned_values"), ["a"]);
}

/// A lost create that is sent again is a create; one that replaces is a replacement; what it certainly left is a deposed
/// object that is deleted; one that is given up is about no object.
#[test]
fn a_recovery_is_what_it_does() {
    let mut parts = Parts::new();
    parts.want("sent", entry(at("sent")));
    parts.state.pending.push(intent("k-sent", "sent", at("sent")));
    parts.both("changed", managed("ep_changed", at("was")), entry(at("is")));
    let replaces = Some(EndpointId::new("ep_changed"));
    parts.state.pending.push(Intent { replaces, ..intent("k-changed", "changed", at("is")) });
    parts.state.pending.push(Intent { unanswered: 0, ..intent("k-unwanted", "unwanted", at("unwanted")) });
    parts.state.pending.push(Intent { closed: true, ..intent("k-orphan", "sent", at("orphan")) });
    let orphan = Managed { created_at: Some(super::world::NOW - 299), ..managed("ep_orphan", at("orphan")) };
    parts.live.as_mut().unwrap().push(listed(&orphan));
    let document = document(&parts);
    assert_eq!(told(&document, "videogen_webhook_endpoint.sent"), json!([["create"], null, null, null]));
    let replaced = told(&document, "videogen_webhook_endpoint.changed");
    assert_eq!(replaced, json!([["create", "delete"], null, [["url"]], "replace_because_cannot_update"]));
    let changes = document["resource_changes"].as_array().unwrap();
    let orphan = changes.iter().find(|change| change["deposed"] == "ep_orphan").unwrap();
    assert_eq!(
        (&orphan["address"], &orphan["change"]["actions"]),
        (&"videogen_webhook_endpoint.sent".into(), &json!(["delete"]))
    );
    assert!(changes.iter().all(|change| change["name"] != "unwanted"));
    assert_eq!(resources(&document, "prior_state/values"), ["changed"]);
}

#[test]
fn a_description_that_somebody_took_away_is_null() {
    let mut parts = Parts::new();
    let described = crate::endpoint::Spec { description: Some("Orders".into()), ..at("a") };
    parts.both("a", managed("ep_a", described.clone()), entry(described));
    parts.live("ep_a").description = Some(None);
    let drift = &document(&parts)["resource_drift"][0]["change"];
    assert_eq!((&drift["before"]["description"], &drift["after"]["description"]), (&"Orders".into(), &Value::Null));
}

/// A lost create that stood in for a gone endpoint ends nothing.
#[test]
fn a_lost_create_of_a_gone_endpoint_is_no_replacement() {
    let mut parts = Parts::new();
    parts.both("a", managed("ep_a", at("a")), entry(at("a")));
    parts.live.as_mut().unwrap().clear();
    parts.state.pending.push(intent("k", "a", at("a")));
    let document = document(&parts);
    assert_eq!(told(&document, "videogen_webhook_endpoint.a"), json!([["create"], null, null, null]));
    assert!(resources(&document, "prior_state/values").is_empty());
    assert_eq!(document["resource_drift"][0]["change"]["actions"], json!(["delete"]));
    let plan = parts.plan();
    assert_eq!(gitlab_report(&plan), "{\"create\":1,\"update\":0,\"delete\":0}\n");
    assert!(text(&plan, Colour::Never).contains("Plan: 1 to add, 0 to change, 0 to destroy."));
}

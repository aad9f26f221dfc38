//! A policy of the kind that infra teams run over Terraform's plan JSON, evaluated over ours by an interpreter of Rego:
//! it lets a world pass, and denies the same world for what was changed in it alone.

use regorus::{Engine, Value};

use super::super::terraform_json;
use super::world::{Parts, at, entry, listed, managed, rich, spec};
use crate::config::ReplaceOrder;

const POLICY: &str = include_str!("policy.rego");

/// What the policy has against a document, sorted.
fn denied(document: &str, tickets: &str) -> Vec<String> {
    let mut engine = Engine::new();
    engine.add_policy("policy.rego".into(), POLICY.into()).unwrap();
    engine.add_data_json(&format!("{{\"tickets\": {tickets}}}")).unwrap();
    engine.set_input_json(document).unwrap();
    let denied = engine.eval_rule("data.main.deny".into()).unwrap();
    let Value::Set(denied) = denied else { panic!("{denied}") };
    denied.iter().map(|message| message.as_string().unwrap().to_string()).collect()
}

fn verdict(parts: &Parts) -> Vec<String> {
    denied(&terraform_json(&parts.plan()), "{}")
}

/// Something of everything that the policy allows: a create, a no-op, an update, a rename, an import, a forgotten one.
fn calm() -> Parts {
    let mut parts = Parts::new();
    parts.want("fresh", entry(at("fresh")));
    parts.both("plain", managed("ep_plain", at("plain")), entry(at("plain")));
    parts.have("old-name", managed("ep_moved", at("moved")));
    parts.want("new-name", entry(at("moved")));
    let mut noted = entry(at("noted"));
    noted.wanted.prevent_destroy = true;
    parts.both("noted", managed("ep_noted", at("noted")), noted);
    parts.have("forgotten", managed("ep_forgotten", at("forgotten")));
    parts.desired.removed.insert(super::world::name("forgotten"));
    parts.live.as_mut().unwrap().push(listed(&managed("ep_adopt", at("adopt"))));
    parts.want("adopted", entry(at("adopt")));
    parts.desired.imports.insert(super::world::name("adopted"), crate::endpoint::EndpointId::new("ep_adopt"));
    parts
}

#[test]
fn what_no_rule_forbids_passes() {
    assert!(verdict(&calm()).is_empty(), "{:?}", verdict(&calm()));
}

#[test]
fn a_delete_is_denied_and_a_forgotten_endpoint_is_not() {
    let mut parts = calm();
    parts.desired.removed.clear();
    assert_eq!(verdict(&parts), ["videogen_webhook_endpoint.forgotten is deleted"]);
}

#[test]
fn a_replacement_needs_a_ticket_in_either_order() {
    for order in [ReplaceOrder::CreateFirst, ReplaceOrder::DestroyFirst] {
        let mut parts = calm();
        let mut plain = entry(at("v2/plain"));
        plain.lifecycle.replace = order;
        plain.wanted.rotation = 2;
        plain.lifecycle.overlap = Some(std::time::Duration::ZERO);
        parts.want("plain", plain);
        let address = "videogen_webhook_endpoint.plain";
        assert_eq!(verdict(&parts), [format!("{address} is replaced without a ticket: url, rotation")]);
        let document = terraform_json(&parts.plan());
        assert!(denied(&document, &format!("{{\"{address}\": \"OPS-7\"}}")).is_empty());
    }
}

#[test]
fn a_host_outside_of_the_list_is_denied_wherever_it_comes_in() {
    let elsewhere = |path: &str| spec(&format!("https://hooks.example.net/{path}"), &["file.playback_ready"], None);
    let mut created = calm();
    created.want("fresh", entry(elsewhere("fresh")));
    assert_eq!(verdict(&created), ["videogen_webhook_endpoint.fresh sends events to hooks.example.net"]);
    let mut adopted = calm();
    adopted.live.as_mut().unwrap().retain(|seen| seen.id.as_str() != "ep_adopt");
    adopted.live.as_mut().unwrap().push(listed(&managed("ep_adopt", elsewhere("adopt"))));
    adopted.want("adopted", entry(elsewhere("adopt")));
    assert_eq!(verdict(&adopted), ["videogen_webhook_endpoint.adopted sends events to hooks.example.net"]);
}

#[test]
fn a_secret_that_is_told_or_unmarked_would_be_denied() {
    let document: serde_json::Value = serde_json::from_str(&terraform_json(&calm().plan())).unwrap();
    let with = |address: &str, pointer: &str, value: serde_json::Value| {
        let mut document = document.clone();
        let changes = document["resource_changes"].as_array_mut().unwrap();
        let change = changes.iter_mut().find(|change| change["address"] == address).unwrap();
        *change.pointer_mut(pointer).unwrap() = value;
        denied(&document.to_string(), "{}")
    };
    let (plain, fresh) = ("videogen_webhook_endpoint.plain", "videogen_webhook_endpoint.fresh");
    let told = with(plain, "/change/before/signing_secret", "whsec_x".into());
    assert_eq!(told, [format!("{plain} tells its secret before")]);
    let unmarked = with(plain, "/change/after_sensitive/signing_secret", false.into());
    assert_eq!(unmarked, [format!("{plain} has an unmarked secret after")]);
    let known = with(fresh, "/change/after_unknown/signing_secret", false.into());
    assert_eq!(known, [format!("{fresh} gets a secret that is known already")]);
    let mut state = document.clone();
    *state.pointer_mut("/prior_state/values/root_module/resources/0/values/signing_secret").unwrap() = "whsec_x".into();
    assert_eq!(denied(&state.to_string(), "{}").len(), 1);
}

#[test]
fn a_plan_that_is_refused_or_leaves_something_out_is_denied() {
    let mut refused = calm();
    refused.live.as_mut().unwrap().push(listed(&managed("ep_twin", at("fresh"))));
    assert_eq!(verdict(&refused), ["the plan is refused", "the plan leaves something out"]);
    let mut limited = calm();
    limited.choices.targets.insert("fresh".into());
    assert_eq!(verdict(&limited), ["the plan leaves something out"]);
}

#[test]
fn everything_that_ends_or_goes_elsewhere_in_the_rich_world_is_found() {
    insta::assert_snapshot!(verdict(&rich()).join("\n"));
}

//! A comment that a reviewer decides by: what stands where, and what is folded.

use super::super::{Colour, Place, json, markdown, markdown_at, text, text_at, text_in_brief};
use super::world::{Parts, at, entry, listed, managed, renewed, spec};

const DONE: &str = "tool_execution.succeeded";

fn production() -> Parts {
    let mut parts = Parts::new();
    parts.environment = Some("production".into());
    parts
}

/// The comment down to its first fold.
fn head(comment: &str) -> &str {
    comment.split("<details>").next().unwrap()
}

#[test]
fn values_and_consequences_are_seen_without_unfolding() {
    let mut parts = production();
    let was = spec("https://hooks.example.com/v1/render", &[DONE], Some("Render"));
    let now = spec("https://hooks.example.com/v2/render", &[DONE, "file.upload.failed"], None);
    parts.both("render-done", managed("ep_1", was), entry(now));
    parts.both("audit", managed("ep_2", at("audit")), renewed(at("audit")));
    let place =
        Place { commit: Some("41fac77a0cb6f9d4".into()), run: Some("https://ci.example/8".into()), ..Place::default() };
    insta::assert_snapshot!(head(&markdown_at(&parts.plan(), &place)), @r#"
    <!-- hookwright plan: production -->
    ### hookwright plan for `production`: 2 to add, 0 to change, 0 to destroy

    Environment `production`, API `https://api.videogen.io`, team `vg_team_1`, commit `41fac77a0cb6`, run `https://ci.example/8`

    > [!WARNING]
    > **Needs attention**
    >
    > - **Secret changes:** `audit`, `render-done`; pass on the new secret before an apply retires the old endpoint, 24h from now or later

    #### Replace: 2 endpoints

    | endpoint and values | leads to |
    | --- | --- |
    | `audit`<br>`https://hooks.example.com`<wbr>`/audit`<br>`rotation 1 → 2` | new signing secret; the old endpoint stays for 24h |
    | `render-done`<br>`url` `https://hooks.example.com`<wbr>`/v1/render` `→` `https://hooks.example.com`<wbr>`/v2/render`<br>`+ file.upload.failed`<br>`description "Render" → null` | new signing secret; the old endpoint stays for 24h |
    "#);
}

#[test]
fn equal_creates_are_one_folded_list_with_their_urls() {
    let mut parts = production();
    (0..60).for_each(|n| parts.want(&format!("customer-{n:02}"), entry(at(&format!("customers/{n:02}")))));
    let comment = markdown(&parts.plan());
    assert!(head(&comment).ends_with("#### Create: 60 endpoints\n\n"), "{comment}");
    let list = comment.split("</details>").next().unwrap();
    assert!(list.contains("60 endpoints, each with a new signing secret"), "{list}");
    assert!((0..60).all(|n| list.contains(&format!("`/customers/{n:02}`"))), "{list}");
}

#[test]
fn a_lost_state_is_one_refusal_for_eyes_and_each_of_them_in_json() {
    let mut parts = production();
    for n in 0..163 {
        let spec = at(&format!("customers/{n}"));
        parts.want(&format!("customer-{n:03}"), entry(spec.clone()));
        parts.live.as_mut().unwrap().push(listed(&managed(&format!("ep_{n:03}"), spec)));
    }
    let plan = parts.plan();
    for shown in [text(&plan, Colour::Never), markdown(&plan)] {
        assert_eq!(shown.matches("would each duplicate a live endpoint").count(), 1, "{shown}");
        assert_eq!(shown.matches("--allow-duplicate").count(), 1);
        assert!(shown.contains("`customer-007` and 155 more") && shown.contains("customer-162 = \"ep_162\""));
    }
    let json: serde_json::Value = serde_json::from_str(&json(&plan)).unwrap();
    assert_eq!(json["refusals"].as_array().unwrap().len(), 163);
}

#[test]
fn a_label_of_a_new_recipient_is_shown_as_what_nobody_verified() {
    let mut parts = production();
    parts.guards.recipients = ["age1joiner".into()].into();
    let labels = [("age1joiner".to_owned(), "Alice </details>".to_owned())].into();
    let (plan, place) = (parts.plan(), Place { labels, ..Place::default() });
    let shown = text_at(&plan, &place, Colour::Never);
    let label = "(label from the file, unverified: \"Alice </details>\")";
    assert!(shown.contains(&format!("+ \"age1joiner\" {label}")), "{shown}");
    let comment = markdown_at(&plan, &place);
    assert!(comment.contains("`age1joiner` (label from the file, unverified: `Alice </details>`)"), "{comment}");
}

#[test]
fn a_plan_that_was_reviewed_is_told_in_brief() {
    let mut parts = production();
    parts.have("legacy", managed("ep_1", at("legacy")));
    parts.both("plain", managed("ep_2", at("plain")), entry(at("plain")));
    insta::assert_snapshot!(text_in_brief(&parts.plan(), &Place::default(), Colour::Never), @r#"
    API: "https://api.videogen.io", team "vg_team_1", environment "production"

    Needs attention:
      * Destroyed: `legacy`; no more events, and the signing secret becomes useless

    Plan: 0 to add, 0 to change, 1 to destroy.

    Plan id: 2-668a3cc7bfab6bc38d8ef7d61b776857
    "#);
}

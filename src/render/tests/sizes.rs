//! Five thousand changes of each kind: the comment stays within its limit, and says what was cut.

use std::time::Instant;

use super::super::{Colour, json, markdown, terraform_json, text};
use super::world::{Parts, at, entry, intent, listed, managed, name};
use crate::endpoint::EndpointId;
use crate::plan::Plan;
use crate::state::Intent;

const MANY: usize = 5_000;

/// Adds the n-th entry of its kind to a world.
type Add = fn(&mut Parts, usize);
type Format = fn(&Plan) -> String;

fn many(add: impl Fn(&mut Parts, usize)) -> Parts {
    let mut parts = Parts::new();
    (0..MANY).for_each(|n| add(&mut parts, n));
    parts
}

fn create(parts: &mut Parts, n: usize) {
    parts.want(&format!("made-{n:04}"), entry(at(&format!("made/{n}"))));
}

fn delete(parts: &mut Parts, n: usize) {
    parts.have(&format!("ended-{n:04}"), managed(&format!("ep_d{n}"), at(&format!("ended/{n}"))));
}

fn replace(parts: &mut Parts, n: usize) {
    let was = managed(&format!("ep_r{n}"), at(&format!("was/{n}")));
    parts.both(&format!("render-{n:04}"), was, entry(at(&format!("is/{n}"))));
}

fn rename(parts: &mut Parts, n: usize) {
    parts.have(&format!("old-{n:04}"), managed(&format!("ep_m{n}"), at(&format!("moved/{n}"))));
    parts.want(&format!("new-{n:04}"), entry(at(&format!("moved/{n}"))));
}

fn update(parts: &mut Parts, n: usize) {
    let mut written = entry(at(&format!("u/{n}")));
    written.wanted.events_as_written = vec!["tool_execution.*".into()].into();
    parts.both(&format!("noted-{n:04}"), managed(&format!("ep_u{n}"), at(&format!("u/{n}"))), written);
}

fn forget(parts: &mut Parts, n: usize) {
    parts.have(&format!("left-{n:04}"), managed(&format!("ep_f{n}"), at(&format!("left/{n}"))));
    parts.desired.removed.insert(name(&format!("left-{n:04}")));
}

fn gone(parts: &mut Parts, n: usize) {
    parts.both(
        &format!("gone-{n:04}"),
        managed(&format!("ep_g{n}"), at(&format!("g/{n}"))),
        entry(at(&format!("g/{n}"))),
    );
    parts.live.as_mut().unwrap().pop();
}

fn unchanged(parts: &mut Parts, n: usize) {
    let same = at(&format!("same/{n}"));
    parts.both(&format!("same-{n:04}"), managed(&format!("ep_s{n}"), same.clone()), entry(same));
}

fn stranger(parts: &mut Parts, n: usize) {
    delete(parts, n);
    let last = parts.state.endpoints.pop_last();
    assert!(last.is_some());
}

fn import(parts: &mut Parts, n: usize) {
    let id = format!("ep_i{n}");
    parts.live.as_mut().unwrap().push(listed(&managed(&id, at(&format!("i/{n}")))));
    parts.want(&format!("taken-{n:04}"), entry(at(&format!("i/{n}"))));
    parts.desired.imports.insert(name(&format!("taken-{n:04}")), EndpointId::new(&id));
}

/// A create whose answer was lost, sent again.
fn resend(parts: &mut Parts, n: usize) {
    parts.want(&format!("lost-{n:04}"), entry(at(&format!("lost/{n}"))));
    parts.state.pending.push(intent(&format!("k{n}"), &format!("lost-{n:04}"), at(&format!("lost/{n}"))));
}

/// One that nobody wants any more, given up.
fn abandon(parts: &mut Parts, n: usize) {
    let unsent = intent(&format!("k{n}"), &format!("unwanted-{n:04}"), at(&format!("unwanted/{n}")));
    parts.state.pending.push(Intent { unanswered: 0, ..unsent });
}

/// Kind, how to add one of it, and the verdict of five thousand.
const KINDS: [(&str, Add, &str); 12] = [
    ("create", create, "5000 to add, 0 to change, 0 to destroy"),
    ("delete", delete, "0 to add, 0 to change, 5000 to destroy (refused"),
    ("replace", replace, "5000 to add, 0 to change, 0 to destroy"),
    ("rename", rename, "0 to add, 5000 to change, 0 to destroy"),
    ("update", update, "0 to add, 5000 to change, 0 to destroy"),
    ("forget", forget, "0 to add, 5000 to change, 0 to destroy"),
    ("import", import, "5000 to import, 0 to add, 0 to change, 0 to destroy"),
    ("resend", resend, "5000 to add, 0 to change, 0 to destroy"),
    ("abandon", abandon, "0 to add, 5000 to change, 0 to destroy"),
    ("gone", gone, "5000 to add, 0 to change, 0 to destroy"),
    ("unchanged", unchanged, "no changes"),
    ("stranger", stranger, "no changes"),
];

#[test]
fn five_thousand_of_each_kind_fit_into_a_comment_that_says_so() {
    for (kind, add, verdict) in KINDS {
        let plan = many(add).plan();
        let comment = markdown(&plan);
        assert!(comment.len() <= 65_536, "{kind}: {}", comment.len());
        let first = comment.lines().nth(1).unwrap();
        assert!(first.starts_with(&format!("### hookwright plan: {verdict}")), "{kind}: {first}");
        let cut = ["Cut to fit", "not named here", "4990 lines", "and 49"].iter().any(|told| comment.contains(told));
        assert!(cut, "{kind}: {}", &comment[..2_000]);
        // Before the names, which nobody reads to the end.
        if let Some(names) = comment.find("by name</summary>") {
            assert!(comment.find("Cut to fit").is_some_and(|cut| cut < names), "{kind}");
        }
        assert!(comment.ends_with(&format!("Plan id: `{}`\n", plan.id)), "{kind}");
        let verdict = verdict.trim_end_matches(" (refused");
        let summary = if plan.is_empty() { "No changes.".to_owned() } else { format!("Plan: {verdict}.") };
        assert!(text(&plan, Colour::Never).contains(&summary), "{kind}");
    }
}

#[test]
fn what_ends_is_named_before_what_begins_is_drawn() {
    let parts = many(|parts, n| {
        unchanged(parts, n);
        create(parts, n);
        if n < 50 {
            replace(parts, n);
        }
    });
    let comment = markdown(&parts.plan());
    assert!(comment.len() <= 65_536);
    let drawn = |what: &str| comment.matches(what).count();
    assert_eq!((drawn("<code>render-"), drawn("<code>made-"), drawn("`same-")), (50, 0, 0));
    assert!(drawn("`made-") > 500, "{}", drawn("`made-"));
    let cut = comment.lines().find(|line| line.contains("Cut to fit")).unwrap();
    assert!(
        cut.contains("of 5000 endpoints to create, import or change: ") && cut.contains("not named at all"),
        "{cut}"
    );
}

#[test]
fn one_monstrous_value_pushes_nobody_out() {
    let mut parts = Parts::new();
    (0..10).for_each(|n| create(&mut parts, n));
    replace(&mut parts, 0);
    let monster = parts.desired.webhooks.get_mut(&name("render-0000")).unwrap();
    monster.wanted.spec.description = Some("`x".repeat(500_000));
    let comment = markdown(&parts.plan());
    assert!(comment.len() <= 65_536);
    assert_eq!(comment.matches("<details><summary><code>").count(), 11);
    assert!(comment.contains("more bytes cut)"));
}

/// `cargo test --release --lib five_thousand_changes -- --ignored --nocapture`
#[test]
#[ignore = "a budget for a release build on a quiet machine"]
fn five_thousand_changes_render_in_a_third_of_a_second() {
    let formats: [(&str, Format); 5] = [
        ("text", |plan| text(plan, Colour::Never)),
        ("coloured text", |plan| text(plan, Colour::Always)),
        ("json", json),
        ("markdown", markdown),
        ("terraform-json", terraform_json),
    ];
    for (kind, add, _) in KINDS {
        let plan = many(add).plan();
        for (format, render) in formats {
            let start = Instant::now();
            let size = render(&plan).len();
            let took = start.elapsed();
            println!("{kind} as {format}: {took:?}, {size} bytes");
            assert!(took.as_millis() < 300, "{kind} as {format} took {took:?}");
        }
    }
}

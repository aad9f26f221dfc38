//! Five thousand changes of each kind: the comment stays within its limit, and says what was cut.

use std::time::Instant;

use super::super::{Colour, json, markdown, terraform_json, text};
use super::world::{Parts, at, entry, managed, name};
use crate::config::Entry;
use crate::plan::Plan;

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
    let written = Entry { events_as_written: vec!["tool_execution.*".into()], ..entry(at(&format!("u/{n}"))) };
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

#[test]
fn five_thousand_of_each_kind_fit_into_a_comment() {
    let kinds: [(&str, Add); 9] = [
        ("create", create),
        ("delete", delete),
        ("replace", replace),
        ("rename", rename),
        ("update", update),
        ("forget", forget),
        ("gone", gone),
        ("unchanged", unchanged),
        ("stranger", stranger),
    ];
    for (kind, add) in kinds {
        let comment = markdown(&many(add).plan());
        assert!(comment.len() <= 65_536, "{kind}: {}", comment.len());
        let told = comment.contains("Cut to fit") || comment.contains("not named here") || comment.contains("and 49");
        assert!(told, "{kind}: {}", &comment[..2_000]);
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
    assert!(drawn("`made-") > 1_000, "{}", drawn("`made-"));
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
    monster.spec.description = Some("`x".repeat(500_000));
    let comment = markdown(&parts.plan());
    assert!(comment.len() <= 65_536);
    assert_eq!(comment.matches("<details><summary>").count(), 11);
    assert!(comment.contains("more bytes cut)"));
}

/// `cargo test --release --lib five_thousand_changes -- --ignored --nocapture`
#[test]
#[ignore = "a budget for a release build on a quiet machine"]
fn five_thousand_changes_render_in_a_third_of_a_second() {
    let kinds: [(&str, Add); 4] = [("create", create), ("replace", replace), ("delete", delete), ("gone", gone)];
    let formats: [(&str, Format); 5] = [
        ("text", |plan| text(plan, Colour::Never)),
        ("coloured text", |plan| text(plan, Colour::Always)),
        ("json", json),
        ("markdown", markdown),
        ("terraform-json", terraform_json),
    ];
    for (kind, add) in kinds {
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

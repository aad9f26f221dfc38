//! Rate limits, credits, keys that are taken away, outages, and listings that deceive.

use std::time::{Duration, SystemTime};

use insta::assert_snapshot;
use regex::Regex;

use crate::support::World;
use crate::watch::{many, posts, requests};

const ONE_BY_ONE: &[&str] = &["apply", "--auto-approve", "--parallelism", "1"];

/// The moments at which the API said "later".
fn limited(world: &World) -> Vec<SystemTime> {
    requests(world).iter().filter(|request| request.status == Some(429)).map(|request| request.at).collect()
}

#[test]
fn not_one_request_goes_out_before_the_time_told_in_any_form() {
    for form in ["seconds", "date", "none"] {
        let mut world = World::with_sandbox(&["--rate-limit", "5/1s", "--retry-after", form]);
        world.config(&many(8));
        let run = world.run(&["apply", "--auto-approve", "--parallelism", "4"]);
        assert_eq!(run.code, Some(0), "{form}\n{}", run.stderr);
        assert!(run.stderr.contains("the API limits the rate: waiting"), "{form}\n{}", run.stderr);
        let limited = limited(&world);
        assert!(!limited.is_empty(), "{form}");
        for later in limited {
            // What was in flight when the answer went out is let by; a told second is a whole one.
            let early = requests(&world).into_iter().find(|request| {
                let after = request.at.duration_since(later).unwrap_or_default();
                after > Duration::from_millis(250) && after < Duration::from_millis(990)
            });
            assert!(early.is_none(), "{form}: {early:?} came before {later:?} was over");
        }
        world.stop_sandbox();
        assert_eq!(world.live().len(), 8, "{form}: nothing was made twice");
    }
}

#[test]
fn one_worker_sends_nothing_at_all_before_the_time_told() {
    for form in ["seconds", "date", "none"] {
        let world = World::with_sandbox(&["--fault", "429@2", "--retry-after", form]);
        world.config(&many(3));
        world.ok(ONE_BY_ONE);
        let log = requests(&world);
        let at = log.iter().position(|request| request.status == Some(429)).unwrap();
        let waited = log[at + 1].at.duration_since(log[at].at).unwrap();
        assert!(waited >= Duration::from_millis(999), "{form}: {waited:?}");
        assert_eq!(log[at + 1].body, log[at].body, "{form}: the same create is sent again");
    }
}

#[test]
fn past_the_longest_wait_it_stops_and_goes_on_later() {
    let mut world = World::with_sandbox(&["--rate-limit", "3/1h"]);
    world.config(&many(4));
    let run = world.run(&["apply", "--auto-approve", "--parallelism", "1", "--max-wait", "0s"]);
    let said = Regex::new(r"\d+m \d+s|1h").unwrap().replace_all(&run.snapshot(&world), "[TIME]").into_owned();
    assert_snapshot!(said.split_once("Apply").unwrap().1, @"
     stopped part-way. Resources: 2 added, 0 changed, 0 destroyed; 1 failed, 0 of unknown outcome, 1 not begun.
    --- stderr
    h0: create done ([ENDPOINT 1])
    h1: create done ([ENDPOINT 2])
    h2: create failed: POST /v1/webhooks/endpoints: the API asks to wait [TIME]; all waits of this run together would exceed --max-wait
      hint: run it again later, or raise --max-wait
    warning: stopped: the API answered what every other request would get too: POST /v1/webhooks/endpoints: the API asks to wait [TIME]; all waits of this run together would exceed --max-wait; 1 change not begun
    hint: run it again later, or raise --max-wait
    hint: everything that happened is recorded; run it again to do the rest
    --- exit 3
    ");
    assert_eq!(limited(&world).len(), 1);
    world.start_sandbox(&[]);
    world.ok(ONE_BY_ONE);
    world.stop_sandbox();
    assert_eq!(world.live().len(), 4);
}

fn listings(world: &World) -> usize {
    requests(world).iter().filter(|request| request.method == "GET" && request.path.contains("endpoints")).count()
}

/// What is said of an apply of four entries whose second create meets the fault.
fn stopped_by(fault: &str) -> String {
    let mut world = World::with_sandbox(&["--fault", fault]);
    world.config(&many(4));
    let run = world.run(ONE_BY_ONE);
    assert_eq!(posts(&world), 2, "{fault}: nothing new is sent");
    assert_eq!(world.state()["endpoints"].as_object().unwrap().len(), 1, "{fault}: what was made is kept");
    assert_eq!(world.state()["pending"], serde_json::json!([]), "{fault}: a refused create made nothing");
    let said = run.snapshot(&world).split_once("Apply").unwrap().1.to_owned();
    world.start_sandbox(&[]);
    world.ok(ONE_BY_ONE);
    said
}

#[test]
fn credits_that_ran_out_stop_it_at_once() {
    assert_snapshot!(stopped_by("402-credits@2"), @r#"
     stopped part-way. Resources: 1 added, 0 changed, 0 destroyed; 1 failed, 0 of unknown outcome, 2 not begun.
    --- stderr
    h0: create done ([ENDPOINT 1])
    h1: create failed: POST /v1/webhooks/endpoints: status 429, code "insufficient_credits": "The team has no credits left." (request id [REQUEST])
      hint: waiting does not help: the account has no credits left
    warning: stopped: the API answered what every other request would get too: POST /v1/webhooks/endpoints: status 429, code "insufficient_credits": "The team has no credits left." (request id [REQUEST]); 2 changes not begun
    hint: waiting does not help: the account has no credits left
    hint: everything that happened is recorded; run it again to do the rest
    --- exit 3
    "#);
}

#[test]
fn a_key_that_is_taken_away_stops_it_at_once() {
    assert_snapshot!(stopped_by("401@2"), @r#"
     stopped part-way. Resources: 1 added, 0 changed, 0 destroyed; 1 failed, 0 of unknown outcome, 2 not begun.
    --- stderr
    h0: create done ([ENDPOINT 1])
    h1: create failed: POST /v1/webhooks/endpoints: status 401, code "invalid_api_key": "The API key is not valid." (request id [REQUEST])
      hint: the API does not accept this key: check VIDEOGEN_API_KEY, or what api_key_env names
    warning: stopped: the API answered what every other request would get too: POST /v1/webhooks/endpoints: status 401, code "invalid_api_key": "The API key is not valid." (request id [REQUEST]); 2 changes not begun
    hint: the API does not accept this key: check VIDEOGEN_API_KEY, or what api_key_env names
    hint: everything that happened is recorded; run it again to do the rest
    --- exit 3
    "#);
}

#[test]
fn a_requirement_of_a_better_plan_stops_it_at_once() {
    assert_snapshot!(stopped_by("403@2"), @r#"
     stopped part-way. Resources: 1 added, 0 changed, 0 destroyed; 1 failed, 0 of unknown outcome, 2 not begun.
    --- stderr
    h0: create done ([ENDPOINT 1])
    h1: create failed: POST /v1/webhooks/endpoints: status 403, code "not_authorized": "Webhooks are not part of this plan.", requirement "{\"details\":{\"plan\":\"business\"},\"type\":\"upgrade_plan\"}" (request id [REQUEST])
      hint: the key or its plan does not allow this; the requirement says what is missing
    warning: stopped: the API answered what every other request would get too: POST /v1/webhooks/endpoints: status 403, code "not_authorized": "Webhooks are not part of this plan.", requirement "{\"details\":{\"plan\":\"business\"},\"type\":\"upgrade_plan\"}" (request id [REQUEST]); 2 changes not begun
    hint: the key or its plan does not allow this; the requirement says what is missing
    hint: everything that happened is recorded; run it again to do the rest
    --- exit 3
    "#);
}

#[test]
fn an_outage_in_the_middle_costs_a_handful_of_requests() {
    let from_the_fifth: Vec<String> = (5..400).map(|n| n.to_string()).collect();
    let outage = format!("outage@{}", from_the_fifth.join(","));
    let mut world = World::with_sandbox(&["--fault", &outage]);
    world.config(&many(60));
    let run = world.run(&["apply", "--auto-approve", "--parallelism", "4"]);
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    let after = requests(&world).iter().filter(|request| request.status == Some(503)).count();
    assert!(after <= 24, "{after} requests into an outage");
    world.start_sandbox(&[]);
    world.ok(&["apply", "--auto-approve"]);
    world.stop_sandbox();
    assert_eq!(world.live().len(), 60);
}

#[test]
fn an_outage_from_the_start_costs_a_handful_of_requests_and_is_exit_1() {
    let world = World::with_sandbox(&["--fault", "outage=1"]);
    world.config(&many(3));
    for args in [&["plan"][..], ONE_BY_ONE] {
        let run = world.run(args);
        assert_eq!(run.code, Some(1), "{}", run.stdout);
    }
    let asked = requests(&world).len();
    assert!(asked <= 24 && posts(&world) == 0, "{asked} requests");
}

#[test]
fn a_listing_that_does_not_end_is_an_error_and_never_a_hang() {
    for fault in ["list-stuck=1", "list-endless=1"] {
        let world = World::with_sandbox(&["--fault", fault]);
        world.config(&many(1));
        let run = world.run(&["plan"]);
        assert_eq!(run.code, Some(1), "{fault}: {}", run.stdout);
        assert!(run.stderr.contains("the listing does not end"), "{fault}: {}", run.stderr);
        assert!(requests(&world).len() < 1_100, "{fault}");
    }
}

#[test]
fn a_date_to_retry_after_is_judged_by_the_clock_that_told_it() {
    for skew in ["1h", "-1h"] {
        let world = World::with_sandbox(&["--fault", "429@2", "--retry-after", "date", "--clock-skew", skew]);
        world.config(&many(3));
        world.ok(ONE_BY_ONE);
        let log = requests(&world);
        let at = log.iter().position(|request| request.status == Some(429)).unwrap();
        let waited = log[at + 1].at.duration_since(log[at].at).unwrap();
        assert!(waited >= Duration::from_millis(999), "{skew}: {waited:?} is early");
    }
}

#[test]
fn a_listing_that_shifts_makes_nothing_look_gone() {
    let world = World::with_sandbox(&["--fault", "list-shift@2"]);
    world.config(&many(3));
    world.ok(ONE_BY_ONE);
    assert_eq!(listings(&world), 1);
    let plan = world.run(&["plan", "--detailed-exitcode"]);
    assert_eq!((plan.code, listings(&world)), (Some(0), 3), "{}", plan.stdout);
}

#[test]
fn a_live_endpoint_that_listings_leave_out_is_not_deleted_and_its_deletion_is_reviewed_when_it_turns_up() {
    let mut world = World::with_sandbox(&[]);
    world.config(&many(2));
    world.ok(ONE_BY_ONE);
    let old = world.state()["endpoints"]["h0"]["endpoint_id"].as_str().unwrap().to_owned();
    // Both listings lack it, though it is live: its successor is made, and nothing is sent to find out.
    world.start_sandbox(&["--fault", "list-shift=1"]);
    world.ok(ONE_BY_ONE);
    assert!(!world.read("requests.jsonl").contains("\"DELETE\""));
    let remembered = &world.state()["endpoints"]["h0"]["deposed"][0];
    assert_eq!((remembered["endpoint_id"].as_str(), remembered["ended"].as_str()), (Some(&*old), Some("gone")));
    world.start_sandbox(&[]);
    let plan = world.run(&["plan", "--detailed-exitcode"]);
    assert!(plan.code == Some(2) && plan.stdout.contains("it was gone, has a successor"), "{}", plan.stdout);
    world.ok(ONE_BY_ONE);
    assert_eq!(world.run(&["plan", "--detailed-exitcode"]).code, Some(0));
    world.stop_sandbox();
    let live = world.live();
    assert!(live.len() == 2 && live.iter().all(|live| live.endpoint_id != old), "none stands twice: {live:?}");
}

//! Creates whose answer is lost in one way: the same error again and again, or a kill right after it was read.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use crate::support::{World, finish};
use crate::watch::{many, requests};

#[test]
fn a_key_that_keeps_answering_the_same_error_is_given_up_for_a_fresh_one() {
    // A 5xx is given up in the same run. Another error may mean that the first request is still under way: never
    // before it cannot be any more.
    for (fault, ends) in [("500-after@1", [0, 0]), ("408-after@1", [3, 0]), ("409-before@1", [3, 0])] {
        let mut world = World::with_sandbox(&["--idempotency", "honour-errors", "--fault", fault]);
        world.config(&many(1));
        for (later, end) in [Duration::ZERO, Duration::from_secs(660)].into_iter().zip(ends) {
            let mut apply = world.command(&["apply", "--auto-approve"]);
            // What is ours is told by the time of its creation, too: the sandbox has the real one.
            apply.env("HOOKWRIGHT_NOW", humantime::format_rfc3339_seconds(SystemTime::now() + later).to_string());
            let run = finish(apply);
            assert_eq!(run.code, Some(end), "{fault}, {later:?} later\n{}\n{}", run.stdout, run.stderr);
            let outstanding = world.state()["pending"].as_array().is_some_and(|pending| !pending.is_empty());
            assert_eq!(run.stderr.contains("may still be under way"), outstanding, "{fault}\n{}", run.stderr);
        }
        let keys: BTreeSet<String> = requests(&world).into_iter().filter_map(|request| request.key).collect();
        assert_eq!(keys.len(), 2, "{fault}: the key and a fresh one");
        world.stop_sandbox();
        let live = world.live();
        assert_eq!(live.len(), 1, "{fault}: {live:?}");
        assert_eq!(world.state()["endpoints"]["h0"]["endpoint_id"], live[0].endpoint_id.as_str(), "{fault}");
    }
}

#[test]
fn a_receipt_outlives_a_kill_before_it_was_synced() {
    let mut world = World::with_sandbox(&[]);
    world.config(&many(1));
    let mut apply = world.command(&["apply", "--auto-approve"]);
    apply.env("HOOKWRIGHT_CRASH_AT", "receipt-written");
    assert_eq!(finish(apply).code, None, "it is killed");
    assert!(world.ok(&["plan"]).contains("No changes."), "nothing is to be recovered");
    let secret = world.ok(&["secret", "show", "h0", "--identity", "identity.txt"]);
    world.stop_sandbox();
    assert_eq!(secret.trim(), world.live()[0].signing_secret);
}

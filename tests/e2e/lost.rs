//! Creates whose own key is answered with the same error again and again.

use crate::support::{World, finish};
use crate::watch::many;

#[test]
fn a_key_that_keeps_answering_the_same_error_is_given_up_for_a_fresh_one() {
    for fault in ["408-after@1", "409-before@1", "500-after@1"] {
        let mut world = World::with_sandbox(&["--idempotency", "honour-errors", "--fault", fault]);
        world.config(&many(1));
        let mut apply = world.command(&["apply", "--auto-approve"]);
        // What is ours is told by the time of its creation, too: the sandbox has the real one.
        apply.env_remove("HOOKWRIGHT_NOW");
        let run = finish(apply);
        assert_eq!(run.code, Some(0), "{fault}\n{}\n{}", run.stdout, run.stderr);
        world.stop_sandbox();
        let live = world.live();
        assert_eq!(live.len(), 1, "{fault}: {live:?}");
        assert_eq!(world.state()["endpoints"]["h0"]["endpoint_id"], live[0].endpoint_id.as_str(), "{fault}");
    }
}

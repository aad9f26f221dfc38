//! The planner over small worlds: a file, a state made from it and a listing made from the state agree; one thing is
//! changed, and the plan is told in a compact form.

mod drift;
mod entries;
mod names;
mod orphans;
mod overlaps;
mod properties;
mod recoveries;
mod refusals;
mod told;
mod vectors;
/// Other rooms' tests start from such worlds too.
pub(crate) mod world;

use overlaps::rotated;
use told::told;
use world::World;

/// Two entries: one plain, one with an event group.
const TWO: &str = r#"
[webhooks.render]
url = "https://hooks.example.com/render"
events = ["tool_execution.failed"]
description = "Renders"

[webhooks.uploads]
url = "https://hooks.example.com/uploads"
events = ["file.upload.*"]
"#;

//! Which comes first, and what a failure cancels.

use std::time::Duration;

use super::{Sound, Stage, entries, reads_soundly, refused};
use crate::endpoint::{EndpointId, Spec};
use crate::plan::tests::world::World;
use crate::videogen::{ApiError, ApiWriter, Created};

const THREE: [&str; 3] = ["a", "b", "c"];

/// Entries that all get another event: each is replaced.
fn replaced(more: &str) -> Stage {
    let text = entries(&THREE, more);
    Stage::of(World::applied(&text).edit("file.upload.failed", "file.upload.completed"))
}

/// Takes longer over each create than over the one before.
struct Slow(Sound);
reads_soundly!(Slow);
impl ApiWriter for Slow {
    async fn create(&self, spec: &Spec, key: &str) -> Created {
        tokio::time::sleep(Duration::from_secs(10 * self.0.told().len() as u64)).await;
        self.0.create(spec, key).await
    }
    async fn delete(&self, id: &EndpointId) -> Result<(), ApiError> {
        self.0.delete(id).await
    }
}

#[tokio::test(start_paused = true)]
async fn every_create_ends_before_the_first_delete_begins() {
    let text = entries(&THREE, "lifecycle = { overlap = \"0s\" }\n") + &entries(&["old"], "");
    let world = World::applied(&text).without("old").edit("file.upload.failed", "file.upload.completed");
    let mut stage = Stage::of(world);
    stage.parallelism = 2;
    let ended = stage.apply(Slow(stage.api.clone())).await;
    assert!(ended.outcome.is_complete(), "{:?}", ended.statuses);
    let told = stage.api.told();
    let made = told.iter().rposition(|what| what.starts_with("made ")).unwrap();
    let deleted = told.iter().position(|what| what.starts_with("delete ")).unwrap();
    assert!(made < deleted, "{told:?}");
    assert_eq!(told.iter().filter(|what| what.starts_with("delete ")).count(), 4, "{told:?}");
}

#[tokio::test]
async fn where_the_old_one_goes_first_it_is_deleted_right_before_its_own_create() {
    let stage = replaced("lifecycle = { replace = \"destroy_before_create\" }\n");
    stage.apply(stage.api.clone()).await;
    let each = THREE.map(|name| [format!("delete ep_{name}"), format!("create {name}"), format!("made {name}")]);
    assert_eq!(stage.api.told(), each.concat());
}

/// Refuses the create of one entry.
struct Refuses(Sound, &'static str);
reads_soundly!(Refuses);
impl ApiWriter for Refuses {
    async fn create(&self, spec: &Spec, key: &str) -> Created {
        let is_refused = spec.url.ends_with(self.1);
        if is_refused { Created::Nothing(refused(400, None)) } else { self.0.create(spec, key).await }
    }
    async fn delete(&self, id: &EndpointId) -> Result<(), ApiError> {
        self.0.delete(id).await
    }
}

#[tokio::test]
async fn a_create_that_fails_cancels_the_delete_of_its_own_predecessor_alone() {
    let stage = replaced("lifecycle = { overlap = \"0s\" }\n");
    let ended = stage.apply(Refuses(stage.api.clone(), "/b")).await;
    assert_eq!(ended.statuses, ["a: done", "b: failed", "c: done"]);
    assert!(ended.outcome.halt.is_none(), "a refusal of one entry stops no other");
    let live = stage.api.live();
    assert_eq!((live.len(), live.contains(&"ep_b".to_owned())), (3, true), "{live:?}");
    assert!(stage.state().pending.is_empty(), "a refused create leaves nothing to recover");
}

/// Refuses to delete one endpoint.
struct Keeps(Sound, &'static str);
reads_soundly!(Keeps);
impl ApiWriter for Keeps {
    async fn create(&self, spec: &Spec, key: &str) -> Created {
        self.0.create(spec, key).await
    }
    async fn delete(&self, id: &EndpointId) -> Result<(), ApiError> {
        if id.as_str() == self.1 { Err(refused(409, None)) } else { self.0.delete(id).await }
    }
}

#[tokio::test]
async fn where_the_old_one_goes_first_and_stays_nothing_is_made_in_its_place() {
    let stage = replaced("lifecycle = { replace = \"destroy_before_create\" }\n");
    let ended = stage.apply(Keeps(stage.api.clone(), "ep_b")).await;
    assert_eq!(ended.statuses, ["a: done", "b: failed", "c: done"]);
    assert_eq!(stage.api.creates(), ["create a", "create c"]);
}

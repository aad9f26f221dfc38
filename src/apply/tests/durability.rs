//! What is on the disk before each request goes, and before a change counts as done.

use super::{Sound, Stage, entries, lost, reads_soundly, refused};
use crate::endpoint::{EndpointId, Name, Observed, Spec};
use crate::plan::tests::world::World;
use crate::secrets::SecretEncryptor;
use crate::videogen::{ApiError, ApiWriter, Created, Made};

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

/// Two entries, the first of which gets another event: a replacement, its old endpoint deleted in the same run.
fn replaced() -> Stage {
    let text = entries(&["render", "uploads"], "lifecycle = { overlap = \"0s\" }\n");
    let events = |word: &str| format!("/render\"\nevents = [\"file.upload.{word}\"]");
    Stage::of(World::applied(&text).edit(&events("failed"), &events("completed")))
}

#[tokio::test]
async fn the_intent_and_the_send_are_durable_before_a_create_goes() {
    let stage = Stage::untouched(&entries(&["render"], ""));
    stage.apply(stage.api.clone()).await;
    let pending = stage.api.call("create render").disk.pending;
    assert_eq!((pending.len(), pending[0].unanswered, pending[0].name.clone()), (1, 1, name("render")));
}

#[tokio::test]
async fn a_receipt_is_durable_before_the_delete_that_depends_on_it() {
    let stage = replaced();
    let ended = stage.apply(stage.api.clone()).await;
    assert!(ended.outcome.is_complete(), "{:?}", ended.statuses);
    let disk = stage.api.call("delete ep_render").disk;
    let current = disk.current(&name("render")).expect("the successor is in the state");
    assert!(current.endpoint_id.as_str().starts_with("ep_new_") && current.secret.is_some(), "{current:?}");
    assert!(disk.deleting.contains_key(&EndpointId::new("ep_render")), "and the deletion is noted");
}

/// Refuses to delete, or loses the answer.
struct DeletesNothing(Sound, fn() -> ApiError);
reads_soundly!(DeletesNothing);
impl ApiWriter for DeletesNothing {
    async fn create(&self, spec: &Spec, key: &str) -> Created {
        self.0.create(spec, key).await
    }
    async fn delete(&self, _: &EndpointId) -> Result<(), ApiError> {
        Err(self.1())
    }
}

#[tokio::test]
async fn a_deletion_stays_noted_where_it_may_still_arrive_and_lapses_where_it_was_refused() {
    for (error, noted) in [(lost as fn() -> ApiError, true), (|| refused(400, None), false)] {
        let stage = replaced();
        let ended = stage.apply(DeletesNothing(stage.api.clone(), error)).await;
        assert_eq!(ended.statuses, ["render: failed"], "{noted}");
        let state = stage.state();
        assert_eq!(state.deleting.contains_key(&EndpointId::new("ep_render")), noted);
        assert!(state.all().any(|(_, managed)| managed.endpoint_id.as_str() == "ep_render"), "it is not forgotten");
    }
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_cannot_be_encrypted_is_never_done() {
    let mut stage = Stage::untouched(&entries(&["render"], ""));
    stage.encryptor = SecretEncryptor::none();
    let ended = stage.apply(stage.api.clone()).await;
    assert_eq!(ended.statuses, ["render: unknown"]);
    let state = stage.state();
    assert!(state.current(&name("render")).is_none() && ended.outcome.outstanding > 0, "its intent is kept");
}

/// Answers every create with an endpoint that the state has.
struct AnswersWhatIsOurs(Sound);
reads_soundly!(AnswersWhatIsOurs);
impl ApiWriter for AnswersWhatIsOurs {
    async fn create(&self, spec: &Spec, _: &str) -> Created {
        let Made { observed, secret } = self.0.make(spec);
        Created::Made(Made { observed: Observed { id: EndpointId::new("ep_uploads"), ..observed }, secret })
    }
    async fn delete(&self, id: &EndpointId) -> Result<(), ApiError> {
        self.0.delete(id).await
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_names_an_endpoint_of_the_state_is_no_success() {
    let stage = replaced();
    let ended = stage.apply(AnswersWhatIsOurs(stage.api.clone())).await;
    assert_eq!(ended.statuses, ["render: unknown"]);
    let state = stage.state();
    assert_eq!(state.current(&name("render")).unwrap().endpoint_id.as_str(), "ep_render", "nothing took its place");
    assert_eq!(state.current(&name("uploads")).unwrap().endpoint_id.as_str(), "ep_uploads");
    assert!(!stage.api.told().iter().any(|what| what == "delete ep_render" || what == "delete ep_uploads"));
}

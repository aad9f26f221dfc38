//! Whether the outcome of a create is known, from the socket up; and what counts as deleted.

use super::{Outcome, Scripted, answer, cut, lost, not_sent, patient, spec};
use crate::endpoint::EndpointId;
use crate::videogen::{ApiWriter, Cause, Created, HttpWriter};

const BORN: &str = r#"{"endpointId":"ep_1","signingSecret":"whsec_c2VjcmV0"}"#;

async fn created(outcome: fn() -> Outcome) -> Created {
    Scripted::new(move |_, _| outcome()).writer().create(&spec(), "key").await
}

#[tokio::test]
async fn a_request_that_never_left_made_nothing_and_a_lost_one_may_have() {
    assert!(matches!(created(not_sent).await, Created::Nothing(error) if error.was_not_sent()));
    assert!(matches!(created(lost).await, Created::Unknown { named: None, .. }));
}

#[tokio::test]
async fn a_secret_that_arrived_is_kept_though_the_answer_ends_after_it() {
    assert!(matches!(created(|| cut(201, BORN)).await, Created::Made(made) if made.observed.id.as_str() == "ep_1"));
    let Created::Unknown { error, named } = created(|| cut(201, &BORN[..20])).await else { panic!("no secret came") };
    assert_eq!((named, error.cause), (Some(EndpointId::new("ep_1")), Cause::Lost("connection reset".to_owned())));
}

#[tokio::test]
async fn a_create_of_a_run_that_is_ending_is_not_sent() {
    let throttle = patient();
    throttle.stop();
    let api = Scripted::new(|_, _| answer(201, BORN));
    let created = HttpWriter::new(api.transport(&throttle)).create(&spec(), "key").await;
    assert!(matches!(created, Created::Nothing(error) if error.cause == Cause::Stopped));
    assert!(api.requests().is_empty());
}

#[tokio::test]
async fn what_is_not_there_counts_as_deleted_and_what_is_refused_does_not() {
    for (status, deleted) in [(200, true), (204, true), (404, true), (403, false), (409, false)] {
        let api = Scripted::new(move |_, _| answer(status, "{}"));
        assert_eq!(api.writer().delete(&EndpointId::new("ep/1")).await.is_ok(), deleted, "{status}");
        assert_eq!(api.requests(), ["DELETE /v1/webhooks/endpoints/ep%2F1"]);
    }
}

#[tokio::test]
async fn an_id_that_cannot_be_part_of_a_url_is_never_sent_nor_taken_for_deleted() {
    for id in [".", "..", ""] {
        let api = Scripted::new(|_, _| answer(204, ""));
        let error = api.writer().delete(&EndpointId::new(id)).await.unwrap_err();
        assert!(error.to_string().contains("cannot be part of a URL") && error.hint().is_some(), "{error}");
        assert!(error.was_not_sent() && api.requests().is_empty(), "{id:?}");
    }
}

//! What is sent again, how often, and when.

use std::time::Duration;

use tokio::time::Instant;

use super::{Outcome, Scripted, answer, cut, limited, lost, not_sent, patient, spec};
use crate::endpoint::EndpointId;
use crate::videogen::{ApiReader, ApiWriter, Cause, HttpReader, HttpWriter, Throttle};

const CREDITS: &str = r#"{"message":"no credits","code":"insufficient_credits"}"#;

#[tokio::test(start_paused = true)]
async fn a_get_and_a_delete_are_repeated_three_times_after_what_may_pass() {
    let passing: [fn() -> Outcome; 5] = [lost, not_sent, || answer(500, ""), || answer(503, "{}"), || cut(200, "{")];
    for (number, passing) in passing.into_iter().enumerate() {
        let api = Scripted::new(move |_, _| passing());
        api.reader().team().await.unwrap_err();
        assert_eq!(api.requests(), ["GET /v1/me"; 4], "{number}");
        let api = Scripted::new(move |_, _| passing());
        api.writer().delete(&EndpointId::new("ep_1")).await.unwrap_err();
        assert_eq!(api.requests(), ["DELETE /v1/webhooks/endpoints/ep_1"; 4], "{number}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_does_not_pass_is_not_repeated() {
    for (status, body) in [(400, "{}"), (401, "{}"), (403, "{}"), (409, "{}"), (302, ""), (429, CREDITS)] {
        let api = Scripted::new(move |_, _| answer(status, body));
        assert_eq!(api.reader().team().await.unwrap_err().status(), Some(status));
        assert_eq!(api.requests().len(), 1, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_post_is_sent_once_whatever_comes_of_it() {
    let answers: [fn() -> Outcome; 8] = [
        lost,
        not_sent,
        || answer(500, ""),
        || cut(201, "{"),
        || answer(409, "{}"),
        || answer(429, CREDITS),
        || limited(Duration::from_secs(1)),
        || answer(200, "{}"),
    ];
    for (number, answer) in answers.into_iter().enumerate() {
        let api = Scripted::new(move |_, _| answer());
        api.writer().create(&spec(), "key").await;
        assert_eq!(api.requests(), ["POST /v1/webhooks/endpoints"], "{number}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_429_is_waited_for_as_long_as_it_says_and_does_not_count_as_a_repeat() {
    let api = Scripted::new(|number, _| match number {
        0..9 => limited(Duration::from_secs(60)),
        _ => answer(200, r#"{"teamId":"vg_team_a"}"#),
    });
    let begun = Instant::now();
    assert_eq!(api.reader().team().await.unwrap(), "vg_team_a");
    assert!(begun.elapsed() >= Duration::from_secs(9 * 60), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_429_holds_back_every_other_request_of_the_run() {
    let throttle = patient();
    let api = Scripted::new(|number, _| match number {
        0 => limited(Duration::from_secs(60)),
        _ => answer(204, ""),
    });
    let writer = HttpWriter::new(api.transport(&throttle));
    let begun = Instant::now();
    writer.create(&spec(), "key").await;
    assert_eq!(begun.elapsed(), Duration::ZERO, "the create itself does not wait: it is not repeated");
    writer.delete(&EndpointId::new("ep_1")).await.unwrap();
    assert!(begun.elapsed() >= Duration::from_secs(60), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_is_longer_than_the_run_may_wait_is_not_waited() {
    let api = Scripted::new(|_, _| limited(Duration::from_secs(3600)));
    let reader = HttpReader::new(api.transport(&Throttle::new(Duration::from_secs(60))));
    let begun = Instant::now();
    let error = reader.team().await.unwrap_err();
    assert!(matches!(error.cause, Cause::WaitTooLong(_)) && error.stops_everything(), "{error}");
    assert!(error.to_string().contains("all waits of this run together would exceed --max-wait"), "{error}");
    assert_eq!((begun.elapsed(), api.requests().len()), (Duration::ZERO, 1));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_ending_sends_nothing_new_and_repeats_nothing() {
    let throttle = patient();
    let stopping = throttle.clone();
    let api = Scripted::new(move |_, _| {
        stopping.stop();
        answer(500, "")
    });
    let writer = HttpWriter::new(api.transport(&throttle));
    assert_eq!(writer.team().await.unwrap_err().status(), Some(500));
    assert_eq!(writer.list().await.unwrap_err().cause, Cause::Stopped);
    assert_eq!(writer.delete(&EndpointId::new("ep_1")).await.unwrap_err().cause, Cause::Stopped);
    assert_eq!(api.requests().len(), 1);
}

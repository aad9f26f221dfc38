//! What the network answered to the last request of a call. `object_store` tells its callers less than they need: no date,
//! no request id, and one error for a key that is not there and a bucket that is not there.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use crate::timestamp::Timestamp;

/// What was heard during a call.
#[derive(Debug, Clone, Default)]
pub(super) struct Heard {
    /// What became of the last request; nothing where none was sent.
    pub last: Option<Outcome>,
    /// The store's clock as it answered the first request.
    pub date: Option<Timestamp>,
}

/// What became of a request.
#[derive(Debug, Clone)]
pub(super) enum Outcome {
    /// It is on its way.
    Sent,
    /// There is an answer.
    Answered(Answered),
    /// No connection was made: the request never left.
    Unsent(String),
    /// It may have left, and there is no answer.
    Lost(String),
}

/// The answer to a request, without what a success brings.
#[derive(Debug, Clone, Default)]
pub(super) struct Answered {
    pub status: u16,
    pub request_id: Option<String>,
    /// The region that the bucket is in, where the store says so.
    pub region: Option<String>,
    /// The body, of an error alone.
    pub body: String,
}

tokio::task_local! {
    static HEARD: Arc<Mutex<Heard>>;
}

/// Awaits a call, and tells what was heard during it.
pub(super) async fn during<T>(call: impl Future<Output = T>) -> (T, Heard) {
    let heard = Arc::new(Mutex::new(Heard::default()));
    let result = HEARD.scope(heard.clone(), call).await;
    let heard = heard.lock().unwrap_or_else(PoisonError::into_inner).clone();
    (result, heard)
}

/// Notes what became of a request of the call that this task is in.
pub(super) fn note(outcome: Outcome, date: Option<Timestamp>) {
    // Outside of a call nobody asks.
    let _ = HEARD.try_with(|heard| {
        let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.last = Some(outcome);
        heard.date = heard.date.or(date);
    });
}

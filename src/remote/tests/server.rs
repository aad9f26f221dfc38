//! The contract against a real server. `tests/conformance/remote/s3.py` starts one and runs these.

use std::sync::Arc;

use super::bucket;
use crate::remote::S3;
use crate::state::objects_suite::{Store, objects_contract};
use crate::state::{BackendError, Created, FailureKind, Objects};

/// A folder of the server's bucket. Its keys are no secrets.
struct Server {
    folder: String,
}

/// Of the server that the script started.
fn endpoint() -> String {
    std::env::var("HOOKWRIGHT_TEST_S3").expect("tests/conformance/remote/s3.py sets HOOKWRIGHT_TEST_S3")
}

fn of_bucket(name: &str, id: &str, secret: &str) -> S3 {
    bucket(&format!("s3://{name}/k?endpoint={}", endpoint()), id, secret)
}

impl Server {
    fn fresh() -> Self {
        Self { folder: format!("suite/{}", uuid::Uuid::new_v4()) }
    }
}

impl Store for Server {
    fn handle(&self) -> Arc<dyn Objects> {
        Arc::new(of_bucket("hookwright", "writer", "writers-secret"))
    }

    fn folder(&self) -> &str {
        &self.folder
    }
}

objects_contract!([#[ignore = "needs a server: tests/conformance/remote/s3.py"]] Server::fresh());

/// What kind of failure a call ends in.
fn kind<T>(answer: Result<T, BackendError>) -> FailureKind {
    match answer {
        Err(BackendError::Store(failure)) => failure.kind,
        other => panic!("{:?}", other.map(drop)),
    }
}

#[tokio::test]
#[ignore = "needs a server: tests/conformance/remote/s3.py"]
async fn whoever_has_no_right_is_denied_and_sees_no_empty_store() {
    for id in ["writer", "nobody"] {
        let stranger = of_bucket("hookwright", id, "another-secret");
        assert_eq!(kind(stranger.read("k").await), FailureKind::Denied);
        assert_eq!(kind(stranger.tag("k").await), FailureKind::Denied);
        assert_eq!(kind(stranger.list("k").await), FailureKind::Denied);
        assert_eq!(kind(stranger.create("k", b"bytes".to_vec()).await), FailureKind::Denied);
    }
}

#[tokio::test]
#[ignore = "needs a server: tests/conformance/remote/s3.py"]
async fn a_bucket_that_is_not_there_is_no_empty_store() {
    let nowhere = of_bucket("hookwright-nowhere", "writer", "writers-secret");
    assert_eq!(kind(nowhere.read("k").await), FailureKind::NoBucket);
    assert_eq!(kind(nowhere.tag("k").await), FailureKind::NoBucket);
}

#[tokio::test]
#[ignore = "needs a server: tests/conformance/remote/s3.py"]
async fn whoever_may_only_read_writes_nothing() {
    let store = Server::fresh();
    let key = format!("{}/k", store.folder());
    let reader = of_bucket("hookwright", "reader", "readers-secret");
    let refused = reader.create(&key, b"bytes".to_vec()).await.unwrap_err();
    assert!(matches!(refused, BackendError::Store(why) if why.kind == FailureKind::Denied));
    assert_eq!(reader.read(&key).await.unwrap(), None);
    assert_eq!(store.handle().create(&key, b"bytes".to_vec()).await.unwrap(), Created::Done);
    assert_eq!(reader.read(&key).await.unwrap().unwrap().bytes, b"bytes");
}

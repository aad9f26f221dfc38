//! Credentials that somebody else gives us.

use super::bucket_for;
use super::fake::{Answer, Fake};
use crate::mask;
use crate::remote::{Credentials, S3};
use crate::state::{BackendError, FailureKind, Objects, Replaced};

/// A bucket for whoever an agent says that we are: the same server, which answers as both.
async fn of_a_pod(answers: Vec<Answer>, folder: &tempfile::TempDir) -> (Fake, S3) {
    let token_file = folder.path().join("token");
    std::fs::write(&token_file, "the-token-of-this-pod").unwrap();
    let fake = Fake::with(answers).await;
    let token_file = token_file.to_str().unwrap().to_owned();
    let bucket = bucket_for(&fake.place(), Credentials::Pod { uri: format!("{}/agent", fake.url()), token_file });
    (fake, bucket)
}

fn given() -> Answer {
    let text = r#"{"AccessKeyId": "ASIAPOD", "SecretAccessKey": "a-secret-that-was-given",
        "Token": "a-session-that-was-given", "Expiration": "2099-01-01T00:00:00Z"}"#;
    Answer::Status(200, "", text.to_owned())
}

#[tokio::test]
async fn given_credentials_sign_all_requests_and_are_masked() {
    let folder = tempfile::tempdir().unwrap();
    let written = Answer::Status(200, "etag: \"e\"\r\n", String::new());
    let (fake, bucket) = of_a_pod(vec![given(), written], &folder).await;
    for key in ["k", "l"] {
        assert!(matches!(bucket.replace(key, None, Vec::new()).await.unwrap(), Replaced::Done(_)));
    }
    let requests = fake.requests();
    assert_eq!(requests.len(), 3, "they are asked for once");
    assert!(requests[0].starts_with("GET /agent ") && requests[0].contains("authorization: the-token-of-this-pod\r\n"));
    for request in &requests[1..] {
        assert!(
            request.contains("Credential=ASIAPOD/")
                && request.contains("x-amz-security-token: a-session-that-was-given")
        );
    }
    assert_eq!(mask::hide("a-secret-that-was-given a-session-that-was-given"), "*".repeat(23) + " " + &"*".repeat(24));
}

#[tokio::test]
async fn without_credentials_nothing_is_asked_of_the_store() {
    let folder = tempfile::tempdir().unwrap();
    for answer in [Answer::Status(403, "", String::new()), Answer::Status(500, "", String::new()), Answer::Broken] {
        let (fake, bucket) = of_a_pod(vec![answer], &folder).await;
        let failed = bucket.replace("k", None, Vec::new()).await.unwrap_err();
        let BackendError::Store(why) = failed else { panic!("{failed}") };
        assert_eq!(why.kind, FailureKind::NoCredentials, "{why}");
        assert!(why.to_string().starts_with("could not get credentials for s3://bucket: there are none: "), "{why}");
        assert!(why.hint().contains("aws configure export-credentials --format env"));
        assert!(fake.requests().iter().all(|request| request.starts_with("GET /agent ")));
    }
}

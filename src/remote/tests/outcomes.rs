//! What the answers of a store come to, and how often it is asked.

use super::bucket;
use super::fake::{Answer, Fake};
use crate::remote::S3;
use crate::state::{BackendError, FailureKind, Objects, Replaced, Tag};

const DATE: &str = "date: Sat, 28 Nov 2026 12:00:00 GMT\r\nx-amz-request-id: R1\r\n";

fn error(status: u16, code: &str) -> Answer {
    Answer::Status(status, DATE, format!("<Error><Code>{code}</Code><Message>It says so.</Message></Error>"))
}

async fn store(answers: Vec<Answer>) -> (Fake, S3) {
    let fake = Fake::with(answers).await;
    let bucket = bucket(&fake.place(), "AKIA", "a-secret-of-this-test");
    (fake, bucket)
}

/// What comes of creating a key, and how many requests there were.
async fn create(answer: Answer) -> (Result<Replaced, BackendError>, usize) {
    let (fake, bucket) = store(vec![answer]).await;
    let result = bucket.replace("k", None, b"bytes".to_vec()).await;
    (result, fake.requests().len())
}

#[tokio::test]
async fn a_write_is_sent_once_and_its_answer_is_believed_only_where_it_is_certain() {
    let ok = Answer::Status(200, "etag: \"e1\"\r\n", String::new());
    assert_eq!(create(ok).await.0.unwrap(), Replaced::Done(Tag::new("\"e1\"".to_owned())));
    assert_eq!(create(error(412, "PreconditionFailed")).await.0.unwrap(), Replaced::Lost);
    for unclear in [
        error(500, "InternalError"),
        error(503, "SlowDown"),
        error(408, "RequestTimeout"),
        Answer::Broken,
        Answer::Status(200, "", String::new()),
    ] {
        let (result, requests) = create(unclear.clone()).await;
        assert!(matches!(result, Err(BackendError::Unknown { cause: Some(_), .. })), "{unclear:?}: {result:?}");
        assert_eq!(requests, 1, "{unclear:?}");
    }
    for (certain, kind) in [
        (error(403, "AccessDenied"), FailureKind::Denied),
        (error(404, "NoSuchBucket"), FailureKind::NoBucket),
        (error(404, "NoSuchKey"), FailureKind::Refused),
        (error(409, "ConditionalRequestConflict"), FailureKind::Down),
        (error(429, "SlowDown"), FailureKind::Down),
        (error(501, "NotImplemented"), FailureKind::Refused),
        (Answer::Status(307, "location: http://127.0.0.1:9/\r\n", String::new()), FailureKind::Refused),
    ] {
        let (result, requests) = create(certain.clone()).await;
        assert!(
            matches!(&result, Err(BackendError::Store(failure)) if failure.kind == kind),
            "{certain:?}: {result:?}"
        );
        assert_eq!(requests, 1, "{certain:?}");
    }
}

#[tokio::test]
async fn a_write_to_where_nobody_listens_certainly_did_not_happen() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let bucket = bucket(&format!("s3://bucket/k?endpoint=http://127.0.0.1:{port}"), "AKIA", "secret");
    let failed = bucket.replace("k", None, Vec::new()).await.unwrap_err();
    assert!(
        matches!(failed, BackendError::Store(failure) if failure.kind == FailureKind::Down && failure.status.is_none())
    );
}

#[tokio::test]
async fn a_write_carries_its_condition() {
    let (fake, bucket) = store(vec![Answer::Status(200, "etag: \"e2\"\r\n", String::new())]).await;
    bucket.replace("k", None, b"one".to_vec()).await.unwrap();
    bucket.replace("k", Some(&Tag::new("\"e1\"".to_owned())), b"two".to_vec()).await.unwrap();
    let requests = fake.requests();
    assert!(
        requests[0].starts_with("PUT /bucket/k ") && requests[0].contains("if-none-match: *\r\n"),
        "{}",
        requests[0]
    );
    assert!(requests[1].contains("if-match: \"e1\"\r\n") && requests[1].ends_with("\r\n\r\ntwo"), "{}", requests[1]);
    assert!(requests.iter().all(|request| !request.contains("a-secret-of-this-test")));
}

#[tokio::test]
async fn what_is_asked_of_the_store_is_what_its_place_says() {
    let fake = Fake::with(vec![Answer::Status(200, "etag: \"e\"\r\n", String::new())]).await;
    let options = "region=eu-central-1&sse=aws:kms&kms_key_id=alias%2Fk&checksum=sha256";
    let bucket = bucket(&format!("{}&{options}", fake.place()), "AKIA", "secret");
    bucket.replace("k", None, b"one".to_vec()).await.unwrap();
    let request = fake.requests().remove(0);
    for header in [
        "x-amz-server-side-encryption: aws:kms\r\n",
        "x-amz-server-side-encryption-aws-kms-key-id: alias/k\r\n",
        "x-amz-checksum-sha256: dpLDrTVAu4A8Ags67mbNiIcSMjTqDG5xQ8Ct1z/0Me0=\r\n",
        "/eu-central-1/s3/aws4_request",
    ] {
        assert!(request.contains(header), "{header}: {request}");
    }
}

#[tokio::test]
async fn nothing_is_there_only_where_the_store_says_so_of_the_key() {
    let (_fake, bucket) = store(vec![error(404, "NoSuchKey")]).await;
    assert_eq!((bucket.read("k").await.unwrap(), bucket.tag("k").await.unwrap()), (None, None));
    for (answer, kind) in [
        (error(404, "NoSuchBucket"), FailureKind::NoBucket),
        (Answer::Status(404, "", "<html>not here</html>".to_owned()), FailureKind::Refused),
        (error(403, "AccessDenied"), FailureKind::Denied),
        (Answer::Status(302, "location: http://127.0.0.1:9/\r\n", String::new()), FailureKind::Refused),
        (error(500, "InternalError"), FailureKind::Down),
    ] {
        let (_fake, bucket) = self::store(vec![answer.clone()]).await;
        for failed in [bucket.read("k").await.err(), bucket.tag("k").await.err(), bucket.list("k").await.err()] {
            assert!(matches!(&failed, Some(BackendError::Store(why)) if why.kind == kind), "{answer:?}: {failed:?}");
        }
    }
}

#[tokio::test]
async fn a_read_is_repeated_while_the_store_is_down() {
    let found =
        Answer::Status(200, "etag: \"e1\"\r\nlast-modified: Sat, 28 Nov 2026 12:00:00 GMT\r\n", "bytes".to_owned());
    let (fake, bucket) = store(vec![error(503, "SlowDown"), Answer::Broken, found]).await;
    assert_eq!(bucket.read("k").await.unwrap().unwrap().bytes, b"bytes");
    assert_eq!(fake.requests().len(), 3);
    let (fake, bucket) = store(vec![error(503, "SlowDown")]).await;
    let failed = bucket.read("k").await.unwrap_err().to_string();
    assert_eq!(
        failed,
        "could not read s3://bucket/k: the server is down or busy: It says so. (status 503, SlowDown, request R1)"
    );
    assert_eq!(fake.requests().len(), 4);
}

#[tokio::test]
async fn a_removal_whose_answer_is_lost_is_unknown() {
    let (fake, bucket) = store(vec![Answer::Broken]).await;
    assert!(matches!(bucket.remove("k").await.unwrap_err(), BackendError::Unknown { cause: Some(_), .. }));
    assert_eq!(fake.requests().len(), 4);
    let (fake, bucket) = store(vec![Answer::Status(204, "", String::new())]).await;
    bucket.remove("k").await.unwrap();
    assert!(fake.requests()[0].starts_with("DELETE /bucket/k HTTP/1.1\r\n"), "{:?}", fake.requests());
    let (_fake, bucket) = store(vec![error(404, "NoSuchKey")]).await;
    bucket.remove("k").await.unwrap();
}

#[tokio::test]
async fn a_listing_has_what_lies_below_the_folder_and_the_stores_time() {
    let object = |key: &str| {
        format!("<Contents><Key>{key}</Key><Size>3</Size><LastModified>2026-11-28T11:58:30Z</LastModified></Contents>")
    };
    let objects = ["k.journal/", "k.journal/l/1/2", "k.journal/l/1/1"].map(object).concat();
    let body = format!("<ListBucketResult>{objects}</ListBucketResult>");
    let (fake, bucket) = store(vec![Answer::Status(200, DATE, body)]).await;
    let listing = bucket.list("k.journal").await.unwrap();
    let keys: Vec<&str> = listing.objects.iter().map(|object| object.key.as_str()).collect();
    assert_eq!(keys, ["k.journal/l/1/1", "k.journal/l/1/2"]);
    assert_eq!(listing.now.unwrap().since(listing.objects[0].modified).as_secs(), 90);
    assert!(fake.requests()[0].contains("prefix=k.journal%2F"), "{:?}", fake.requests());
}

#[tokio::test]
async fn what_is_no_key_is_asked_of_nobody() {
    let (fake, bucket) = store(vec![error(500, "InternalError")]).await;
    assert!(matches!(bucket.read("a/../b").await.unwrap_err(), BackendError::Store(_)));
    assert!(matches!(bucket.replace("", None, Vec::new()).await.unwrap_err(), BackendError::Store(_)));
    assert_eq!(fake.requests().len(), 0);
}

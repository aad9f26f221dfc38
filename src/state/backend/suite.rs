//! The contract of a backend, as tests that each of them passes.

use std::sync::Arc;
use std::time::Duration;

use super::memory::Memory;
use super::{Backend, Base, Created, Local, LockError, Log, Replaced, Rescue, Tag, Urgency};
use crate::state::holder::Holder;

/// A place that nobody used before.
trait Place {
    fn fresh() -> Self;

    /// Another handle of it, as another process has one.
    fn handle(&self) -> Arc<dyn Backend>;
}

struct Files(tempfile::TempDir);

impl Place for Files {
    fn fresh() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn handle(&self) -> Arc<dyn Backend> {
        Arc::new(Local::at(&self.0.path().join("s.state.json")))
    }
}

impl Place for Memory {
    fn fresh() -> Self {
        Self::default()
    }

    fn handle(&self) -> Arc<dyn Backend> {
        Arc::new(self.clone())
    }
}

/// Every check below, for every backend.
macro_rules! contract {
    ($($check:ident),* $(,)?) => {
        mod files {
            $(#[tokio::test] async fn $check() { super::$check(super::Files::fresh()).await; })*
            use super::Place;
        }
        mod memory {
            $(#[tokio::test] async fn $check() { super::$check(super::Memory::fresh()).await; })*
            use super::Place;
        }
    };
}

contract!(
    a_document_is_made_once,
    a_document_is_replaced_by_whoever_has_its_tag,
    a_probe_changes_nothing,
    objects_are_read_back_in_their_order,
    a_number_is_given_once,
    an_object_outlives_the_answer_that_nobody_awaits,
    a_removed_log_is_gone,
    one_holder_has_the_lease,
    a_rescue_keeps_the_one_before,
);

async fn read(place: &impl Place) -> Option<Vec<u8>> {
    place.handle().document().read().await.unwrap().map(|stored| stored.bytes)
}

async fn replaced(place: &dyn Backend, expected: Option<&Tag>, text: &str) -> Option<Tag> {
    match place.document().replace(expected, text.as_bytes()).await.unwrap() {
        Replaced::Done(tag) => Some(tag),
        Replaced::Lost => None,
    }
}

async fn a_document_is_made_once(place: impl Place) {
    let handle = place.handle();
    assert_eq!(handle.document().read().await.unwrap(), None);
    assert_eq!(handle.document().tag().await.unwrap(), None);
    assert_eq!(replaced(&*handle, Some(&Tag::new("1".to_owned())), "{}\n").await, None, "there is nothing to replace");
    assert!(replaced(&*handle, None, "{}\n").await.is_some());
    assert_eq!(replaced(&*place.handle(), None, "{\"a\":1}\n").await, None, "it is there");
    assert_eq!(read(&place).await.unwrap(), b"{}\n");
}

async fn a_document_is_replaced_by_whoever_has_its_tag(place: impl Place) {
    let (one, other) = (place.handle(), place.handle());
    let first = replaced(&*one, None, "{\"first\":1}\n").await.unwrap();
    let seen = other.document().read().await.unwrap().unwrap();
    assert_eq!((&seen.tag, other.document().tag().await.unwrap().as_ref()), (&first, Some(&first)));
    let second = replaced(&*other, Some(&seen.tag), "{\"second\":2}\n").await.unwrap();
    assert_ne!(first, second);
    assert_eq!(replaced(&*one, Some(&first), "{\"late\":3}\n").await, None);
    assert_eq!(read(&place).await.unwrap(), b"{\"second\":2}\n");
    assert!(replaced(&*one, Some(&second), "{\"third\":3}\n").await.is_some());
}

async fn a_probe_changes_nothing(place: impl Place) {
    let handle = place.handle();
    handle.document().probe().await.unwrap();
    assert_eq!(read(&place).await, None);
    let tag = replaced(&*handle, None, "{}\n").await;
    handle.document().probe().await.unwrap();
    assert_eq!((handle.document().tag().await.unwrap(), read(&place).await), (tag, Some(b"{}\n".to_vec())));
}

fn base() -> Base {
    Base { lineage: "l".to_owned(), serial: 3 }
}

/// The log of a new journal with these objects.
async fn log(place: &impl Place, objects: &[&str]) -> Arc<dyn Log> {
    let log = place.handle().log(&base());
    log.reserve(4096).await.unwrap();
    for (number, object) in (1..).zip(objects) {
        assert_eq!(create(&*log, number, object).await, Created::Done);
    }
    log
}

async fn create(log: &dyn Log, number: u64, object: &str) -> Created {
    log.create(number, object.as_bytes().to_vec(), Urgency::Awaited).await.unwrap()
}

/// All of a log, as a reader joins it.
async fn joined(place: &impl Place) -> String {
    let log = place.handle().log(&base());
    let (mut text, mut number) = (String::new(), 1);
    while let Some(object) = log.read(number).await.unwrap() {
        text.push_str(str::from_utf8(&object).unwrap());
        number += 1;
    }
    text
}

async fn objects_are_read_back_in_their_order(place: impl Place) {
    let objects = ["head\n", "one\ntwo\n", "three\n"];
    let log = log(&place, &objects).await;
    for (number, object) in (1..).zip(objects) {
        assert_eq!(log.read(number).await.unwrap().as_deref(), Some(object.as_bytes()));
    }
    assert_eq!((log.read(4).await.unwrap(), log.read(0).await.unwrap()), (None, None));
    assert_eq!(joined(&place).await, objects.concat());
}

async fn a_number_is_given_once(place: impl Place) {
    let mine = log(&place, &["mine\n"]).await;
    assert_eq!(create(&*place.handle().log(&base()), 1, "theirs\n").await, Created::Exists);
    assert_eq!(create(&*mine, 1, "again\n").await, Created::Exists);
    assert_eq!(create(&*mine, 2, "more\n").await, Created::Done);
    assert_eq!(create(&*mine, 2, "again\n").await, Created::Exists);
    assert_eq!(create(&*place.handle().log(&base()), 2, "theirs\n").await, Created::Exists);
    assert_eq!(joined(&place).await, "mine\nmore\n");
}

async fn an_object_outlives_the_answer_that_nobody_awaits(place: impl Place) {
    let log = log(&place, &["head\n"]).await;
    drop(log.create(2, b"receipt\n".to_vec(), Urgency::MayWait));
    assert_eq!(create(&*log, 3, "send\n").await, Created::Done);
    assert_eq!(joined(&place).await, "head\nreceipt\nsend\n");
    let last = log.create(4, b"receipt\n".to_vec(), Urgency::MayWait);
    assert_eq!(last.await.unwrap(), Created::Done, "it waits for company, and not for ever");
}

async fn a_removed_log_is_gone(place: impl Place) {
    let nothing = place.handle().log(&base());
    nothing.remove(1..=1).await.unwrap();
    let log = log(&place, &["head\n", "one\n"]).await;
    log.remove(1..=2).await.unwrap();
    assert_eq!(log.read(1).await.unwrap(), None);
    assert_eq!(joined(&place).await, "");
    // What another handle left, found as it is joined.
    drop(self::log(&place, &["head\n", "one\n"]).await);
    let left = place.handle().log(&base());
    let mut last = 0;
    while left.read(last + 1).await.unwrap().is_some() {
        last += 1;
    }
    left.remove(1..=last).await.unwrap();
    assert_eq!(joined(&place).await, "");
}

async fn one_holder_has_the_lease(place: impl Place) {
    let who =
        |who: &str| Holder { who: who.to_owned(), pid: 7, since: "now".into(), command: "apply".into(), run: None };
    let lease = place.handle().lease(&who("a@b"), Duration::ZERO).await.unwrap();
    let other = place.handle();
    let refused = other.lease(&who("c@d"), Duration::ZERO).await.unwrap_err();
    assert!(matches!(refused, LockError::Held { holder: Some(holder) } if holder == who("a@b")));
    let (patient, second) = (who("c@d"), place.handle());
    let waits = tokio::spawn(async move { second.lease(&patient, Duration::from_secs(60)).await.is_ok() });
    drop(lease);
    assert!(waits.await.unwrap());
}

async fn a_rescue_keeps_the_one_before(place: impl Place) {
    let kept = |rescue: Rescue| match rescue {
        Rescue::Store(name) => panic!("a file or a text, and no object: {name}"),
        Rescue::File(path) => (std::fs::read_to_string(&path).unwrap(), Some(path)),
        Rescue::Text(text) => (text, None),
    };
    let (first, path) = kept(place.handle().rescue(b"first\n"));
    assert_eq!(first, "first\n");
    assert_eq!(kept(place.handle().rescue(b"second\n")).0, "second\n");
    if let Some(path) = path {
        assert_eq!(std::fs::read_to_string(path).unwrap(), "first\n");
    }
}

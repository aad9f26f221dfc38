//! The contract of [`Objects`](super::Objects), as tests that every store passes.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Created, Objects, Replaced, Tag};

/// A store, and a folder in it that nobody used before.
pub(crate) trait Store {
    /// Another handle of the store, as another process has one.
    fn handle(&self) -> Arc<dyn Objects>;

    /// The folder.
    fn folder(&self) -> &str;
}

/// Every check below as a test with these attributes, of the store that an expression makes anew.
macro_rules! objects_contract {
    ($attributes:tt $store:expr) => {
        $crate::state::objects_suite::each_check! { $attributes $store;
            a_key_is_created_once,
            one_of_many_writers_creates_a_key,
            an_object_is_replaced_by_whoever_has_its_tag,
            one_of_many_writers_replaces_a_version,
            what_is_not_there_is_none_and_is_not_replaced,
            an_object_is_read_back_byte_by_byte,
            a_removed_object_is_gone_and_its_key_is_free,
            a_listing_shows_what_lies_below_a_folder,
            a_listing_is_whole_however_long_it_is,
        }
    };
}
pub(crate) use objects_contract;

macro_rules! each_check {
    ($attributes:tt $store:expr; $($check:ident),* $(,)?) => {
        $($crate::state::objects_suite::check! { $attributes $store; $check })*
    };
}
pub(crate) use each_check;

macro_rules! check {
    ([$(#[$attribute:meta])*] $store:expr; $check:ident) => {
        $(#[$attribute])*
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $check() {
            $crate::state::objects_suite::$check(&$store).await;
        }
    };
}
pub(crate) use check;

fn key(store: &impl Store, name: &str) -> String {
    format!("{}/{name}", store.folder())
}

async fn replaced(objects: &dyn Objects, key: &str, expected: Option<&Tag>, text: &str) -> Option<Tag> {
    match objects.replace(key, expected, text.as_bytes().to_vec()).await.unwrap() {
        Replaced::Done(tag) => Some(tag),
        Replaced::Lost => None,
    }
}

async fn created(objects: &dyn Objects, key: &str, text: &str) -> Created {
    objects.create(key, text.as_bytes().to_vec()).await.unwrap()
}

async fn text(objects: &dyn Objects, key: &str) -> Option<String> {
    objects.read(key).await.unwrap().map(|stored| String::from_utf8(stored.bytes).unwrap())
}

pub(crate) async fn a_key_is_created_once(store: &impl Store) {
    let (one, other, key) = (store.handle(), store.handle(), key(store, "k.journal/l-1/3/1"));
    assert_eq!(created(&*one, &key, "one").await, Created::Done);
    assert_eq!(created(&*other, &key, "other").await, Created::Exists);
    assert_eq!(created(&*one, &key, "one").await, Created::Exists, "not even by the same bytes");
    assert_eq!(text(&*other, &key).await.as_deref(), Some("one"));
}

/// What each of many writers at once comes to.
async fn race(store: &impl Store, key: &str, expected: Option<&Tag>) -> Vec<Option<Tag>> {
    let mut writers = tokio::task::JoinSet::new();
    for n in 0..16 {
        let (objects, key, expected) = (store.handle(), key.to_owned(), expected.cloned());
        writers.spawn(async move { (n, replaced(&*objects, &key, expected.as_ref(), &format!("writer {n}")).await) });
    }
    let mut results = writers.join_all().await;
    results.sort_by_key(|(n, _)| *n);
    results.into_iter().map(|(_, tag)| tag).collect()
}

async fn one_won(store: &impl Store, key: &str, results: &[Option<Tag>]) {
    let winners: Vec<usize> = (0..results.len()).filter(|n| results[*n].is_some()).collect();
    assert_eq!(winners.len(), 1, "{winners:?}");
    let stored = store.handle().read(key).await.unwrap().unwrap();
    assert_eq!(String::from_utf8(stored.bytes).unwrap(), format!("writer {}", winners[0]));
    assert_eq!(Some(stored.tag), results[winners[0]]);
}

pub(crate) async fn one_of_many_writers_creates_a_key(store: &impl Store) {
    for round in 0..8 {
        let key = key(store, &format!("race/{round}"));
        one_won(store, &key, &race(store, &key, None).await).await;
    }
}

pub(crate) async fn an_object_is_replaced_by_whoever_has_its_tag(store: &impl Store) {
    let (one, other, key) = (store.handle(), store.handle(), key(store, "k"));
    let first = replaced(&*one, &key, None, "first").await.unwrap();
    let seen = other.read(&key).await.unwrap().unwrap();
    assert_eq!((&seen.tag, other.tag(&key).await.unwrap().as_ref()), (&first, Some(&first)));
    let second = replaced(&*other, &key, Some(&seen.tag), "second").await.unwrap();
    assert_ne!(first, second);
    assert_eq!(replaced(&*one, &key, Some(&first), "late").await, None);
    assert_eq!(text(&*one, &key).await.as_deref(), Some("second"));
    assert!(replaced(&*one, &key, Some(&second), "third").await.is_some());
}

pub(crate) async fn one_of_many_writers_replaces_a_version(store: &impl Store) {
    let key = key(store, "k");
    let mut seen = replaced(&*store.handle(), &key, None, "first").await.unwrap();
    for _ in 0..8 {
        let results = race(store, &key, Some(&seen)).await;
        one_won(store, &key, &results).await;
        // Other bytes than any writer of the next round writes, so that no two versions are alike.
        let won = results.into_iter().flatten().next();
        seen = replaced(&*store.handle(), &key, won.as_ref(), "between").await.unwrap();
    }
}

pub(crate) async fn what_is_not_there_is_none_and_is_not_replaced(store: &impl Store) {
    let (objects, key, other) = (store.handle(), key(store, "k"), key(store, "other"));
    assert_eq!((objects.read(&key).await.unwrap(), objects.tag(&key).await.unwrap()), (None, None));
    let tag = replaced(&*objects, &other, None, "other").await.unwrap();
    assert_eq!(replaced(&*objects, &key, Some(&tag), "mine").await, None);
    assert_eq!(objects.read(&key).await.unwrap(), None);
}

pub(crate) async fn an_object_is_read_back_byte_by_byte(store: &impl Store) {
    let objects = store.handle();
    let large: Vec<u8> = (0..9_000_000_u32).map(|n| u8::try_from(n % 251).unwrap()).collect();
    for (name, bytes) in [("empty", Vec::new()), ("bytes", (0..=255).collect()), ("large", large)] {
        let key = key(store, name);
        assert_eq!(objects.create(&key, bytes.clone()).await.unwrap(), Created::Done, "{name}");
        assert!(objects.read(&key).await.unwrap().unwrap().bytes == bytes, "{name}");
    }
}

pub(crate) async fn a_removed_object_is_gone_and_its_key_is_free(store: &impl Store) {
    let (objects, key) = (store.handle(), key(store, "a/k"));
    objects.remove(&key).await.unwrap();
    let first = replaced(&*objects, &key, None, "first").await.unwrap();
    objects.remove(&key).await.unwrap();
    assert_eq!((objects.read(&key).await.unwrap(), objects.tag(&key).await.unwrap()), (None, None));
    assert_eq!(replaced(&*objects, &key, Some(&first), "late").await, None);
    objects.remove(&key).await.unwrap();
    assert_eq!(created(&*objects, &key, "second").await, Created::Done);
    assert_eq!(text(&*objects, &key).await.as_deref(), Some("second"));
}

pub(crate) async fn a_listing_shows_what_lies_below_a_folder(store: &impl Store) {
    let objects = store.handle();
    let folder = key(store, "k.journal");
    assert_eq!(objects.list(&folder).await.unwrap().objects, []);
    let names = ["l-1/3/1", "l-1/3/10", "l-1/3/2", "l-2/1/1"];
    for name in names.iter().rev() {
        created(&*objects, &format!("{folder}/{name}"), name).await;
    }
    created(&*objects, &key(store, "k.journals/l-1/3/3"), "a neighbour").await;
    created(&*objects, &key(store, "k"), "the document").await;
    let listing = objects.list(&folder).await.unwrap();
    let listed: Vec<(&str, u64)> = listing.objects.iter().map(|one| (one.key.as_str(), one.size)).collect();
    let expected: Vec<(String, u64)> =
        names.iter().map(|name| (format!("{folder}/{name}"), name.len() as u64)).collect();
    assert_eq!(listed, expected.iter().map(|(key, size)| (key.as_str(), *size)).collect::<Vec<_>>());
    let now = listing.now.expect("the store tells the time");
    for one in &listing.objects {
        let age = now.since(one.modified).max(one.modified.since(now));
        assert!(age.as_secs() < 120, "{one:?} is {age:?} from {now}");
    }
}

pub(crate) async fn a_listing_is_whole_however_long_it_is(store: &impl Store) {
    let folder = key(store, "many");
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..8 {
        let (objects, folder) = (store.handle(), folder.clone());
        writers.spawn(async move {
            for n in (writer..1100).step_by(8) {
                assert_eq!(created(&*objects, &format!("{folder}/{n}"), "").await, Created::Done);
            }
        });
    }
    writers.join_all().await;
    let listing = store.handle().list(&folder).await.unwrap();
    let keys: BTreeSet<&str> = listing.objects.iter().map(|one| one.key.as_str()).collect();
    assert_eq!((listing.objects.len(), keys.len()), (1100, 1100));
}

struct InMemory(super::objects_memory::MemoryObjects);

impl Store for InMemory {
    fn handle(&self) -> Arc<dyn Objects> {
        Arc::new(self.0.clone())
    }

    fn folder(&self) -> &'static str {
        "folder"
    }
}

mod memory {
    super::objects_contract!([] super::InMemory(super::super::objects_memory::MemoryObjects::default()));
}

//! A store that is gone with the process, for tests. Its clock stands still until a test moves it on.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::answer::Answer;
use super::document::{Replaced, Stored, Tag};
use super::objects::{Listed, Listing, Objects, is_key};
use crate::timestamp::Timestamp;

/// A store in memory; a clone is another handle of the same one.
#[derive(Debug, Clone, Default)]
pub(crate) struct MemoryObjects(Arc<Mutex<Shared>>);

#[derive(Debug, Default)]
struct Shared {
    objects: BTreeMap<String, (Stored, Timestamp)>,
    passed: Duration,
}

impl Shared {
    fn now(&self) -> Timestamp {
        Timestamp(1_780_000_000).after(self.passed)
    }
}

impl MemoryObjects {
    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets time pass by the store's clock.
    pub(crate) fn pass(&self, span: Duration) {
        self.shared().passed += span;
    }

    /// The keys of all objects.
    pub(crate) fn keys(&self) -> Vec<String> {
        self.shared().objects.keys().cloned().collect()
    }
}

impl Objects for MemoryObjects {
    fn name(&self, key: &str) -> String {
        format!("memory://{key}")
    }

    fn read(&self, key: &str) -> Answer<'static, Option<Stored>> {
        let (place, key) = (self.clone(), key.to_owned());
        Box::pin(async move { Ok(place.shared().objects.get(&key).map(|(stored, _)| stored.clone())) })
    }

    fn tag(&self, key: &str) -> Answer<'static, Option<Tag>> {
        let read = self.read(key);
        Box::pin(async { Ok(read.await?.map(|stored| stored.tag)) })
    }

    fn replace(&self, key: &str, expected: Option<&Tag>, bytes: Vec<u8>) -> Answer<'static, Replaced> {
        assert!(is_key(key), "{key:?} is no key");
        let (place, key, expected) = (self.clone(), key.to_owned(), expected.cloned());
        Box::pin(async move {
            let mut shared = place.shared();
            if shared.objects.get(&key).map(|(stored, _)| &stored.tag) != expected.as_ref() {
                return Ok(Replaced::Lost);
            }
            // Of the bytes alone, as S3 makes one.
            let tag = Tag::new(format!("{:x?}", Sha256::digest(&bytes)));
            let now = shared.now();
            shared.objects.insert(key, (Stored { bytes, tag: tag.clone() }, now));
            Ok(Replaced::Done(tag))
        })
    }

    fn remove(&self, key: &str) -> Answer<'static, ()> {
        let (place, key) = (self.clone(), key.to_owned());
        Box::pin(async move {
            place.shared().objects.remove(&key);
            Ok(())
        })
    }

    fn list(&self, folder: &str) -> Answer<'static, Listing> {
        let (place, below) = (self.clone(), format!("{folder}/"));
        Box::pin(async move {
            let shared = place.shared();
            let listed = |(key, (stored, modified)): (&String, &(Stored, Timestamp))| Listed {
                key: key.clone(),
                size: stored.bytes.len() as u64,
                modified: *modified,
            };
            let objects = shared.objects.iter().filter(|(key, _)| key.starts_with(&below)).map(listed).collect();
            Ok(Listing { objects, now: Some(shared.now()) })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_object_ages_by_the_clock_of_its_store() {
        let memory = MemoryObjects::default();
        memory.create("a/k", Vec::new()).await.unwrap();
        memory.pass(Duration::from_secs(90));
        let listing = memory.list("a").await.unwrap();
        assert_eq!(listing.now.unwrap().since(listing.objects[0].modified).as_secs(), 90);
    }
}

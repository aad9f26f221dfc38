//! The objects of a bucket of S3, or of a store that speaks its protocol.

use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use futures_util::TryStreamExt;
use object_store::aws::AmazonS3;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt, PutMode, PutOptions, UpdateVersion};

use super::client::client;
use super::failure::{Verdict, judge};
use super::heard::{Heard, during};
use super::settings::{BadSettings, Settings};
use crate::mask;
use crate::place::S3Place;
use crate::state::{
    Answer, BackendError, FailureKind, Listed, Listing, Objects, Replaced, StoreFailure, Stored, Tag, is_key,
};
use crate::timestamp::Timestamp;

/// The most bytes of an object that are read.
const LARGEST: u64 = 1 << 30;

/// How often a read, a listing or a removal is repeated while the store is down.
const REPEATS: usize = 3;

/// The bucket of a place; clones share one pool of connections and one set of credentials.
#[derive(Debug, Clone)]
pub(crate) struct S3(Arc<Bucket>);

#[derive(Debug)]
struct Bucket {
    name: String,
    store: AmazonS3,
    /// The id of the key whose secrets are masked.
    masked: Mutex<String>,
}

impl S3 {
    /// The bucket of this place. Asks nobody yet.
    pub(crate) fn new(place: &S3Place, settings: &Settings) -> Result<Self, BadSettings> {
        let store = client(place, settings)?.build().map_err(|e| BadSettings::Client(innermost(&e)))?;
        Ok(Self(Arc::new(Bucket { name: place.bucket().to_owned(), store, masked: Mutex::default() })))
    }
}

fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    crate::quote::escaped(&mask::hide(&cause.to_string()))
}

impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}", self.name)
    }
}

impl Bucket {
    /// The key as the store's library has it.
    fn path(&self, verb: &str, key: &str) -> Result<Path, BackendError> {
        let path = Some(key).filter(|key| is_key(key)).and_then(|key| Path::parse(key).ok());
        let failed =
            || self.refused(format!("{verb} {self}/{}", crate::quote::escaped(key)), "no store takes this key");
        path.ok_or_else(|| failed().into())
    }

    fn refused(&self, what: String, message: &str) -> StoreFailure {
        let message = message.to_owned();
        StoreFailure { what, kind: FailureKind::Refused, status: None, code: None, message, request_id: None }
    }

    /// Gets credentials, unless those of before are still good: a failure of this is no failure of what needs them.
    async fn authenticate(&self) -> Result<(), StoreFailure> {
        let (result, heard) = during(self.store.credentials().get_credential()).await;
        let credential = match result {
            Ok(credential) => credential,
            Err(error) => {
                let what = format!("get credentials for {self}");
                let failure = match judge(what.clone(), &heard, &innermost(&error)) {
                    Verdict::Failed(failure) | Verdict::Unclear(failure) => failure,
                    Verdict::NoObject | Verdict::Condition => self.refused(what, &innermost(&error)),
                };
                // Whoever gave us some before may give us some again.
                let had_some = !self.masked.lock().unwrap_or_else(PoisonError::into_inner).is_empty();
                let kind = if had_some { failure.kind } else { FailureKind::NoCredentials };
                return Err(StoreFailure { kind, ..failure });
            }
        };
        let mut masked = self.masked.lock().unwrap_or_else(PoisonError::into_inner);
        if *masked != credential.key_id {
            masked.clone_from(&credential.key_id);
            mask::learn(&credential.secret_key);
            credential.token.iter().for_each(|token| mask::learn(token));
        }
        Ok(())
    }

    /// One call that changes nothing, or nothing more when it is repeated: again, a few times, while the store is down.
    async fn repeatable<T, F>(&self, what: &str, call: impl Fn() -> F) -> Result<(T, Heard), Verdict>
    where
        F: Future<Output = object_store::Result<T>>,
    {
        let backoff = ExponentialBuilder::default().with_jitter().with_min_delay(Duration::from_millis(100));
        let mut delays = backoff.with_max_times(REPEATS).build();
        loop {
            let verdict = match self.once(what, call()).await {
                Ok(done) => return Ok(done),
                Err(verdict) => verdict,
            };
            let may_pass = match &verdict {
                Verdict::Failed(failure) | Verdict::Unclear(failure) => failure.may_pass(),
                Verdict::NoObject | Verdict::Condition => false,
            };
            match delays.next().filter(|_| may_pass) {
                Some(delay) => tokio::time::sleep(delay).await,
                None => return Err(verdict),
            }
        }
    }

    async fn once<T>(
        &self,
        what: &str,
        call: impl Future<Output = object_store::Result<T>>,
    ) -> Result<(T, Heard), Verdict> {
        self.authenticate().await.map_err(Verdict::Failed)?;
        let (result, heard) = during(call).await;
        match result {
            Ok(value) => Ok((value, heard)),
            Err(error) => Err(judge(what.to_owned(), &heard, &innermost(&error))),
        }
    }

    async fn read(&self, key: &str) -> Result<Option<Stored>, BackendError> {
        let (path, what) = (self.path("read", key)?, format!("read {self}/{key}"));
        let read = || async {
            let found = self.store.get(&path).await?;
            let tag = tag_of(&found.meta)?;
            if found.meta.size > LARGEST {
                let source = format!("it has {} bytes, and no object of a state has so many", found.meta.size).into();
                return Err(object_store::Error::Generic { store: "S3", source });
            }
            Ok(Stored { bytes: found.bytes().await?.into(), tag })
        };
        self.found(self.repeatable(&what, read).await, &what)
    }

    async fn tag(&self, key: &str) -> Result<Option<Tag>, BackendError> {
        let (path, what) = (self.path("read", key)?, format!("read {self}/{key}"));
        let head = || async { tag_of(&self.store.head(&path).await?) };
        match self.repeatable(&what, head).await {
            Ok((tag, _)) => Ok(Some(tag)),
            // An answer to HEAD has no body that tells a missing key from a missing bucket.
            Err(Verdict::Failed(failure)) if failure.status == Some(404) => {
                Ok(self.read(key).await?.map(|stored| stored.tag))
            }
            failed => self.found(failed, &what),
        }
    }

    fn found<T>(&self, read: Result<(T, Heard), Verdict>, what: &str) -> Result<Option<T>, BackendError> {
        match read {
            Ok((value, _)) => Ok(Some(value)),
            Err(Verdict::NoObject) => Ok(None),
            Err(Verdict::Condition) => {
                Err(self.refused(what.to_owned(), "it answers to a condition that it was not told").into())
            }
            Err(Verdict::Failed(failure) | Verdict::Unclear(failure)) => Err(failure.into()),
        }
    }

    async fn replace(&self, key: &str, expected: Option<Tag>, bytes: Vec<u8>) -> Result<Replaced, BackendError> {
        let (path, what) = (self.path("write", key)?, format!("write {self}/{key}"));
        let is_update = expected.is_some();
        let mode = match expected {
            None => PutMode::Create,
            Some(tag) => PutMode::Update(UpdateVersion { e_tag: Some(tag.as_str().to_owned()), version: None }),
        };
        match self.once(&what, self.store.put_opts(&path, bytes.into(), PutOptions::from(mode))).await {
            Ok((put, _)) => match put.e_tag {
                Some(tag) => Ok(Replaced::Done(Tag::new(tag))),
                None => Err(self.unknown(key, self.refused(what, "its answer has no ETag"))),
            },
            Err(Verdict::Condition) => Ok(Replaced::Lost),
            Err(Verdict::NoObject) if is_update => Ok(Replaced::Lost),
            Err(Verdict::NoObject) => Err(self.refused(what, "it says that there is no such key").into()),
            Err(Verdict::Failed(failure)) => Err(failure.into()),
            Err(Verdict::Unclear(failure)) => Err(self.unknown(key, failure)),
        }
    }

    fn unknown(&self, key: &str, cause: StoreFailure) -> BackendError {
        BackendError::Unknown { what: format!("{self}/{key}"), cause: Some(Arc::new(cause)) }
    }

    async fn remove(&self, key: &str) -> Result<(), BackendError> {
        let (path, what) = (self.path("remove", key)?, format!("remove {self}/{key}"));
        match self.repeatable(&what, || self.store.delete(&path)).await {
            Ok(_) | Err(Verdict::NoObject) => Ok(()),
            Err(Verdict::Condition) => Err(self.refused(what, "it answers to a condition that it was not told").into()),
            Err(Verdict::Failed(failure)) => Err(failure.into()),
            Err(Verdict::Unclear(failure)) => Err(self.unknown(key, failure)),
        }
    }

    async fn list(&self, folder: &str) -> Result<Listing, BackendError> {
        let (path, what) = (self.path("list", folder)?, format!("list {self}/{folder}/"));
        let list = || self.store.list(Some(&path)).map_ok(listed).try_collect::<Vec<_>>();
        let (mut objects, heard) = match self.repeatable(&what, list).await {
            Ok(found) => found,
            Err(Verdict::Failed(failure) | Verdict::Unclear(failure)) => return Err(failure.into()),
            Err(Verdict::NoObject | Verdict::Condition) => {
                return Err(self.refused(what, "its answer is none to a listing").into());
            }
        };
        // Consoles make an object for a folder itself.
        objects.retain(|object| object.key.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')));
        objects.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(Listing { objects, now: heard.date })
    }
}

fn tag_of(meta: &ObjectMeta) -> object_store::Result<Tag> {
    let missing = || object_store::Error::Generic { store: "S3", source: "its answer has no ETag".into() };
    meta.e_tag.clone().map(Tag::new).ok_or_else(missing)
}

fn listed(meta: ObjectMeta) -> Listed {
    Listed { key: meta.location.into(), size: meta.size, modified: Timestamp(meta.last_modified.timestamp()) }
}

impl Objects for S3 {
    fn name(&self, key: &str) -> String {
        format!("{}/{key}", self.0)
    }

    fn read(&self, key: &str) -> Answer<'static, Option<Stored>> {
        let (bucket, key) = (self.0.clone(), key.to_owned());
        Box::pin(async move { bucket.read(&key).await })
    }

    fn tag(&self, key: &str) -> Answer<'static, Option<Tag>> {
        let (bucket, key) = (self.0.clone(), key.to_owned());
        Box::pin(async move { bucket.tag(&key).await })
    }

    fn replace(&self, key: &str, expected: Option<&Tag>, bytes: Vec<u8>) -> Answer<'static, Replaced> {
        let (bucket, key, expected) = (self.0.clone(), key.to_owned(), expected.cloned());
        Box::pin(async move { bucket.replace(&key, expected, bytes).await })
    }

    fn remove(&self, key: &str) -> Answer<'static, ()> {
        let (bucket, key) = (self.0.clone(), key.to_owned());
        Box::pin(async move { bucket.remove(&key).await })
    }

    fn list(&self, folder: &str) -> Answer<'static, Listing> {
        let (bucket, folder) = (self.0.clone(), folder.to_owned());
        Box::pin(async move { bucket.list(&folder).await })
    }
}

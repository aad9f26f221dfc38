//! The objects of a store: what every engine of a remote state can do, a bucket foremost. Document, log and late receipts
//! are made of nothing else.

use super::answer::Answer;
use super::document::{Replaced, Stored, Tag};
use super::log::Created;
use crate::timestamp::Timestamp;

/// An object as a listing shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    /// Its whole key.
    pub key: String,
    /// How many bytes it has.
    pub size: u64,
    /// When it was written last, by the store's clock.
    pub modified: Timestamp,
}

/// What a store says lies below a folder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Listing {
    /// The objects in the order of their keys, byte by byte: `10` stands before `2`.
    pub objects: Vec<Listed>,
    /// What the store's clock said as it began to answer, where it told: an object's age is the time from `modified` to
    /// this, whatever our own clock says.
    pub now: Option<Timestamp>,
}

/// The objects of one store, by their keys.
///
/// A key is made of segments with `/` between them; see [`is_key`].
///
/// Implementers: an object is written whole or not at all, and a write that is acknowledged is durable and seen by every
/// later read of its key, by whomever. Of two writers who create one key, or replace one version of it, at most one is
/// told that it did. A write is sent once: whoever cannot tell what came of it says so, with
/// [`BackendError::Unknown`](super::BackendError::Unknown), and does not try again on its own.
/// [`BackendError::Store`](super::BackendError::Store) for a write means that it certainly did not happen and never will. Reads, listings and removals may be repeated. `None` means that the store said that there is no such
/// object: a refusal, a missing bucket and an answer that nobody understands are errors.
///
/// Callers: after an unknown outcome, and after `Exists` or `Lost`, the key is read back and compared (the other writer may
/// be this one, by a request whose answer was lost), so the bytes tell who wrote them. No version has the bytes
/// of an earlier one of its key: many stores make a tag of the bytes alone. A listing is a hint: it may be
/// of a moment ago. A request whose answer is dropped may still be carried out, now or later.
pub(crate) trait Objects: std::fmt::Debug + Send + Sync {
    /// How people name an object, `s3://bucket/key` say. No credentials are in it.
    fn name(&self, key: &str) -> String;

    /// An object and its tag, or `None` where there certainly is none.
    fn read(&self, key: &str) -> Answer<'static, Option<Stored>>;

    /// Its tag alone.
    fn tag(&self, key: &str) -> Answer<'static, Option<Tag>>;

    /// Writes an object where the tag is `expected`, or where there is none yet if that is `None`. `Lost` means that the
    /// store has another version, or none, and that nothing was written.
    fn replace(&self, key: &str, expected: Option<&Tag>, bytes: Vec<u8>) -> Answer<'static, Replaced>;

    /// Creates an object, once: [`Objects::replace`] where there is none yet.
    fn create(&self, key: &str, bytes: Vec<u8>) -> Answer<'static, Created> {
        let replaced = self.replace(key, None, bytes);
        Box::pin(async move {
            Ok(match replaced.await? {
                Replaced::Done(_) => Created::Done,
                Replaced::Lost => Created::Exists,
            })
        })
    }

    /// Removes an object; one that is not there is no error.
    fn remove(&self, key: &str) -> Answer<'static, ()>;

    /// All that lies below a folder, which is a key without a `/` at its end: for `a/b` the objects `a/b/…`, at any depth,
    /// and neither `a/b` itself nor `a/bc`.
    fn list(&self, folder: &str) -> Answer<'static, Listing>;
}

/// Whether a text is a key that every store takes as it is: segments of ASCII letters, digits and `-_.=+,`, none of them
/// empty, `.` or `..`, at most 900 bytes in all.
pub(crate) fn is_key(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.=+,".contains(&byte);
    let is_segment = |segment: &str| !matches!(segment, "" | "." | "..") && segment.bytes().all(is_plain);
    text.len() <= 900 && text.split('/').all(is_segment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_of_plain_segments() {
        for key in ["a", "prod/webhooks.state.json", "a.journal/6f9c-1/12/3", "env=prod/a+c,d_e"] {
            assert!(is_key(key), "{key}");
        }
        let long = "a".repeat(901);
        for text in
            ["", "/a", "a/", "a//b", "a/../b", ".", "a/./b", "a b", "a%2Fb", "a\\b", "a\nb", "ä", "a~", "a@b", &long]
        {
            assert!(!is_key(text), "{text:?}");
        }
    }
}

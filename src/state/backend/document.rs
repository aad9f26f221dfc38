//! The document: one value that is replaced whole, and only by whoever saw the one before.

use super::answer::Answer;

/// The version of a document: equal as long as nobody replaced it. What it is made of is the backend's own business (an
/// `ETag`, a generation, a commit, a file's inode and time).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag(String);

impl Tag {
    /// The tag with this text.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// Its text, as the backend gave it.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A document as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// All of it.
    pub bytes: Vec<u8>,
    /// Its version.
    pub tag: Tag,
}

/// What came of a replacement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replaced {
    /// The document is the new one, durably, with this tag.
    Done(Tag),
    /// It is not the version that was expected, and nothing was written.
    Lost,
}

/// The one document of a state.
///
/// Implementers: a reader sees an old version or a new one, never a mixture, and never an empty one for one that it
/// may not read. A tag is never that of a later version than the bytes that come with it. `Done` means durable.
/// Whoever cannot tell whether a replacement happened says so, with [`BackendError::Unknown`](super::BackendError), and
/// does not try again on its own.
///
/// Callers: after an unknown outcome the document is read again before it is replaced again. Reading the document and
/// the log is no snapshot: whoever reads both asks for the tag once more afterwards, and starts over where it changed.
pub trait Document: std::fmt::Debug + Send + Sync {
    /// How people name it: a path, a URL. No credentials are in it.
    fn name(&self) -> &str;

    /// The document, or `None` where there certainly is none.
    fn read(&self) -> Answer<'_, Option<Stored>>;

    /// Its tag alone.
    fn tag(&self) -> Answer<'_, Option<Tag>>;

    /// Tries all of a replacement that can be tried without changing the document, so that what would stop the last step
    /// of an apply stops it before the first. The caller holds the lease.
    fn probe(&self) -> Answer<'_, ()>;

    /// Replaces the version `expected`, `None` where there is to be none yet. The caller holds the lease.
    fn replace<'a>(&'a self, expected: Option<&'a Tag>, bytes: &'a [u8]) -> Answer<'a, Replaced>;
}

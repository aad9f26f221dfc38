//! The document as an object of a store.

use std::sync::Arc;

use super::answer::Answer;
use super::document::{Document, Replaced, Stored, Tag};
use super::objects::Objects;

/// One object that is replaced whole.
#[derive(Debug)]
pub(crate) struct ObjectDocument {
    objects: Arc<dyn Objects>,
    key: String,
    name: String,
}

impl ObjectDocument {
    /// The object with this key.
    pub(crate) fn new(objects: Arc<dyn Objects>, key: &str) -> Self {
        let name = objects.name(key);
        Self { objects, key: key.to_owned(), name }
    }
}

impl Document for ObjectDocument {
    fn name(&self) -> &str {
        &self.name
    }

    fn read(&self) -> Answer<'_, Option<Stored>> {
        self.objects.read(&self.key)
    }

    fn tag(&self) -> Answer<'_, Option<Tag>> {
        self.objects.tag(&self.key)
    }

    /// Nothing of a replacement can be tried without one: this asks whether the store is there and lets us in.
    fn probe(&self) -> Answer<'_, ()> {
        let tag = self.objects.tag(&self.key);
        Box::pin(async { tag.await.map(drop) })
    }

    fn replace<'a>(&'a self, expected: Option<&'a Tag>, bytes: &'a [u8]) -> Answer<'a, Replaced> {
        self.objects.replace(&self.key, expected, bytes.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::super::objects_memory::MemoryObjects;
    use super::*;

    #[tokio::test]
    async fn a_document_is_the_object_with_its_key() {
        let memory = MemoryObjects::default();
        let document = ObjectDocument::new(Arc::new(memory.clone()), "prod/s.json");
        assert_eq!(document.name(), "memory://prod/s.json");
        document.probe().await.unwrap();
        assert_eq!(document.read().await.unwrap(), None);
        let Replaced::Done(tag) = document.replace(None, b"{}").await.unwrap() else { panic!("it is there") };
        assert_eq!(document.replace(None, b"{1}").await.unwrap(), Replaced::Lost);
        let stored = Stored { bytes: b"{}".to_vec(), tag };
        assert_eq!(
            (document.tag().await.unwrap(), document.read().await.unwrap()),
            (Some(stored.tag.clone()), Some(stored))
        );
        assert_eq!(memory.keys(), ["prod/s.json"]);
    }
}

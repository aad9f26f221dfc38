//! Values that many endpoints share: their events, the words that these were written as, the readers of their secrets.

use std::collections::{BTreeSet, HashSet};
use std::hash::Hash;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The events of an endpoint, a set: order and repeats mean nothing.
pub(crate) type Events = Shared<BTreeSet<String>>;

/// A list of words in its order.
pub(crate) type Words = Shared<Vec<String>>;

/// A value whose copy costs nothing: thousands of endpoints that have the same share one, and a change of one copies it.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shared<T>(Arc<T>);

impl<T: Clone + Eq + Hash> Shared<T> {
    /// Shares the value with an equal one of the pool, or adds it to the pool.
    pub fn share(&mut self, pool: &mut HashSet<Self>) {
        match pool.get(self) {
            Some(known) => *self = known.clone(),
            None => drop(pool.insert(self.clone())),
        }
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Clone> DerefMut for Shared<T> {
    fn deref_mut(&mut self) -> &mut T {
        Arc::make_mut(&mut self.0)
    }
}

impl<T> From<T> for Shared<T> {
    fn from(value: T) -> Self {
        Self(Arc::new(value))
    }
}

impl<const N: usize> From<[String; N]> for Events {
    fn from(events: [String; N]) -> Self {
        BTreeSet::from(events).into()
    }
}

impl<A, T: FromIterator<A>> FromIterator<A> for Shared<T> {
    fn from_iter<I: IntoIterator<Item = A>>(values: I) -> Self {
        T::from_iter(values).into()
    }
}

impl<T: Serialize> Serialize for Shared<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Shared<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::from)
    }
}

//! A set of events that many endpoints share.

use std::collections::{BTreeSet, HashSet};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The events of an endpoint, a set: order and repeats mean nothing.
///
/// A copy costs nothing: thousands of endpoints that receive the same share one set, and a change of one copies it.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(from = "BTreeSet<String>")]
pub struct Events(Arc<BTreeSet<String>>);

impl Events {
    /// Shares the set with an equal one of the pool, or adds it to the pool.
    pub fn share(&mut self, pool: &mut HashSet<Self>) {
        match pool.get(self) {
            Some(known) => *self = known.clone(),
            None => drop(pool.insert(self.clone())),
        }
    }
}

impl Deref for Events {
    type Target = BTreeSet<String>;
    fn deref(&self) -> &BTreeSet<String> {
        &self.0
    }
}

impl DerefMut for Events {
    fn deref_mut(&mut self) -> &mut BTreeSet<String> {
        Arc::make_mut(&mut self.0)
    }
}

impl From<BTreeSet<String>> for Events {
    fn from(events: BTreeSet<String>) -> Self {
        Self(Arc::new(events))
    }
}

impl<const N: usize> From<[String; N]> for Events {
    fn from(events: [String; N]) -> Self {
        BTreeSet::from(events).into()
    }
}

impl FromIterator<String> for Events {
    fn from_iter<I: IntoIterator<Item = String>>(events: I) -> Self {
        BTreeSet::from_iter(events).into()
    }
}

impl Serialize for Events {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

//! Where a state lives. Two things are asked of a place, which files, buckets and git all can do: a [`Document`] that is
//! replaced by compare-and-swap, and a [`Log`] of numbered objects that are each created once. `suite` is the contract
//! of both as tests, which every backend passes; nothing above this folder knows which backend it has.

mod answer;
mod contract;
mod document;
mod failure;
#[cfg(test)]
pub(crate) mod faulty;
mod lease;
mod local;
mod log;
#[cfg(test)]
pub(crate) mod memory;
mod objects;
#[cfg(test)]
pub(crate) mod objects_faulty;
#[cfg(test)]
pub(crate) mod objects_memory;
#[cfg(test)]
pub(crate) mod objects_suite;
mod rescue;
#[cfg(test)]
mod suite;

pub(crate) use answer::{Answer, BackendError};
pub(crate) use contract::Backend;
pub(crate) use document::{Document, Replaced, Stored, Tag};
pub(crate) use failure::{FailureKind, StoreFailure};
pub(crate) use lease::{Lease, Leased, LockError};
pub(crate) use local::{Local, Stamp};
pub(crate) use log::{Base, Created, Log, Urgency};
pub(crate) use objects::{Listed, Listing, Objects, is_key};
pub(crate) use rescue::{Rescue, rescue_beside};

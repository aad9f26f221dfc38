//! Where a state lives. Two things are asked of a place, which files, buckets and git all can do: a [`Document`] that is
//! replaced by compare-and-swap, and a [`Log`] of numbered objects that are each created once. `suite` is the contract
//! of both as tests, which every backend passes; nothing above this folder knows which backend it has.

mod answer;
mod contract;
mod document;
#[allow(dead_code, reason = "the engines of a remote state follow")]
mod failure;
#[cfg(test)]
pub(crate) mod faulty;
mod lease;
mod local;
mod log;
#[cfg(test)]
pub(crate) mod memory;
#[allow(dead_code, reason = "the engines of a remote state follow")]
mod objects;
#[allow(dead_code, reason = "the engines of a remote state follow")]
mod objects_document;
#[cfg(test)]
pub(crate) mod objects_faulty;
#[allow(dead_code, reason = "the engines of a remote state follow")]
mod objects_layout;
#[allow(dead_code, reason = "the engines of a remote state follow")]
mod objects_log;
#[cfg(test)]
pub(crate) mod objects_memory;
#[cfg(test)]
pub(crate) mod objects_suite;
#[cfg(test)]
mod suite;

pub(crate) use answer::{Answer, BackendError};
pub(crate) use contract::{Backend, Rescue};
pub(crate) use document::{Document, Replaced, Stored, Tag};
#[allow(unused_imports, reason = "the engines of a remote state follow")]
pub(crate) use failure::{FailureKind, StoreFailure};
pub(crate) use lease::{Holder, Lease, Leased, LockError};
pub(crate) use local::{Local, Stamp};
pub(crate) use log::{Base, Created, Log, Urgency};
#[allow(unused_imports, reason = "the engines of a remote state follow")]
pub(crate) use objects::{Listed, Listing, Objects, is_key};
#[allow(unused_imports, reason = "the engines of a remote state follow")]
pub(crate) use {
    objects_document::ObjectDocument,
    objects_layout::{Late, Layout, Segment},
    objects_log::ObjectLog,
};

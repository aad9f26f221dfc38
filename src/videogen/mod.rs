//! The VideoGen API: a reader and a writer of different types, so that what plans cannot change anything.
//! The one user of the HTTP crate. Nothing here repeats a POST.
//!
//! [`ApiReader`] and [`ApiWriter`] are what the other rooms know. Their HTTP side is made in layers: whatever carries one
//! request and its answer; [`Transport`] around it, which waits and repeats; the reader and the writer, which know
//! pages and outcomes.
//!
//! Facts come from the vendor's reference page, its guides, and its two published Python clients; where these
//! disagree, both forms are taken.

mod api;
mod carry;
mod client;
mod clock;
mod error;
mod http;
mod obstacle;
mod outcome;
mod paging;
mod settings;
#[cfg(test)]
mod tests;
mod throttle;
mod transport;
mod wire;

use std::time::Duration;

pub(crate) use api::{ApiReader, ApiWriter, Created};
pub(crate) use client::{HttpReader, HttpWriter};
pub(crate) use clock::steady;
#[cfg(test)]
pub(crate) use error::Refusal;
pub(crate) use error::{ApiError, Cause};
#[cfg(test)]
pub(crate) use obstacle::Obstacle;
pub(crate) use settings::{Exchange, Proxy, Settings};
pub(crate) use throttle::{Throttle, Waiting};
pub(crate) use transport::Transport;
pub(crate) use wire::Made;

const ENDPOINTS: &str = "/v1/webhooks/endpoints";

/// The pauses before the listings that look for what one lacks: a new endpoint may be listed late.
pub(crate) const LISTING_LAG: [Duration; 3] = [Duration::ZERO, Duration::from_millis(500), Duration::from_millis(1500)];

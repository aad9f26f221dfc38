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

pub use api::{ApiReader, ApiWriter, Created};
pub use client::{HttpReader, HttpWriter};
pub use clock::ApiClock;
pub use error::{ApiError, Cause, Refusal};
pub use obstacle::Obstacle;
pub use settings::{Exchange, Proxy, Settings};
pub use throttle::{Throttle, Waiting};
pub use transport::Transport;
pub use wire::Made;

const ENDPOINTS: &str = "/v1/webhooks/endpoints";

/// The pauses before the listings that look for what one lacks: a new endpoint may be listed late.
pub const LISTING_LAG: [Duration; 3] = [Duration::ZERO, Duration::from_millis(500), Duration::from_millis(1500)];

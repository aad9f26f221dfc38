//! Deliveries by Standard Webhooks, as `ping` sends one and `verify` checks one. It has an HTTP client of its own:
//! where it sends is a consumer's endpoint, never the API, and no API key is near.

mod send;
mod signature;

pub(crate) use send::{Answer, NotSent, send};
pub(crate) use signature::{Captured, Invalid, Signed, check, sign};

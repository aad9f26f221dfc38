//! Deliveries by Standard Webhooks, as `ping` sends one and `verify` checks one. It has an HTTP client of its own:
//! where it sends is a consumer's endpoint, never the API, and no API key is near.

mod send;
mod signature;

pub use send::{Answer, NotSent, send};
pub use signature::{BadSecret, Captured, Invalid, Signed, TOLERANCE, check, sign};

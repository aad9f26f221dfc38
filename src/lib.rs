//! hookwright provisions VideoGen webhook endpoints from a reviewed TOML file and keeps their one-time signing
//! secrets in a state file, encrypted with age.
//!
//! The map of the house, from the ground up; imports run downward only (`tests/rooms.rs` keeps that true):
//!
//! | room | what lives there |
//! | --- | --- |
//! | [`quote`] | foreign text made safe to print |
//! | [`endpoint`] | the vocabulary: name, id, events, spec, what the API lists |
//! | [`diagnostic`] | a fault of a file: place, cause, help |
//! | [`secrets`] | plain and sealed secrets, recipients, identities; the one user of `age` |
//! | [`config`] | text → desired, or every fault found |
//! | [`delivery`] | one delivery by Standard Webhooks: signed, sent to a consumer, checked; its own HTTP client, since no API key may be near |

pub mod apply;
pub mod cli;
pub mod config;
pub mod crash;
pub mod delivery;
pub mod diagnostic;
pub mod endpoint;
pub mod plan;
pub mod quote;
pub mod render;
pub mod sandbox;
pub mod secrets;
pub mod state;
pub mod timestamp;
pub mod videogen;

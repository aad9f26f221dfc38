//! hookwright provisions VideoGen webhook endpoints from a reviewed TOML file and keeps their one-time signing
//! secrets in a state file, encrypted with age.
//!
//! The map of the house, from the ground up. A room imports the rooms named in its last column and no other, so
//! imports run downward only; `tests/e2e/rooms/` reads this table and keeps that true.
//!
//! | room | what lives there | imports |
//! | --- | --- | --- |
//! | [`crash`] | points at which a test can end the process | |
//! | [`mark`] | the tag of an intent at the end of a description | |
//! | [`mask`] | the secrets of this run, recognised and masked in any encoding | |
//! | [`quote`] | untrusted text made safe to print | mask |
//! | [`disk`] | files opened where no link leads elsewhere, and replaced durably | crash, quote |
//! | [`stopwatch`] | how long ago something was, by two clocks of this machine; reads none itself | |
//! | [`timestamp`] | moments and durations, to the second; reads no clock | |
//! | [`sandbox`] | the embedded API server: a second, independent reading of the API | disk |
//! | [`diagnostic`] | an error of a file: place, cause, hint | mask, quote |
//! | [`endpoint`] | the vocabulary: name, id, events, spec, what the API lists | quote |
//! | [`place`] | where a remote state lives, as one string and as a value; pins; purely | endpoint, quote |
//! | [`secrets`] | plain and encrypted secrets, recipients, identities; the one user of `age` | endpoint, quote |
//! | [`config`] | text → desired, or every error found; gets text, never paths | diagnostic, endpoint, mark, place, quote, secrets |
//! | [`state`] | the model and its transitions; the format; sessions that record; where a state lives, as a document and a log | crash, disk, endpoint, mark, quote, secrets, stopwatch, timestamp |
//! | [`remote`] | the engines of a remote state: objects over S3, credentials; the one user of `object_store` | mask, place, quote, secrets, state, timestamp |
//! | [`videogen`] | the API: reader and writer apart, as traits, and their HTTP side; errors say whether the outcome is known | endpoint, mark, mask, quote, secrets, timestamp |
//! | [`delivery`] | one delivery by Standard Webhooks: signed, sent to a consumer, checked; its own HTTP client, since no API key may be near | endpoint, quote, secrets, timestamp |
//! | [`plan`] | desired × state × live × now → a plan, purely: no clock, network or disk | config, endpoint, secrets, state, timestamp |
//! | [`refresh`] | what the API says before a plan: account, listings, what counts as gone; can change nothing | endpoint, plan, quote, state, timestamp, videogen |
//! | [`apply`] | a plan → effects, concurrently, in the safe order; decides and prints nothing | crash, endpoint, mark, plan, secrets, state, stopwatch, timestamp, videogen |
//! | [`render`] | plan, state, outcome → text, markdown, JSON; returns strings | apply, endpoint, mask, plan, quote, state, timestamp |
//! | [`cli`] | arguments, a file a command, the exit codes; the only reader of environment, clock and folder | all |
//! | [`surface`] | what the tests and the benchmark outside the library drive; no other room but `cli` is public | all |

// The documentation is built with private items.
#![allow(rustdoc::private_intra_doc_links)]
#![warn(unreachable_pub, clippy::missing_docs_in_private_items)]

mod apply;
pub mod cli;
mod config;
mod crash;
mod delivery;
mod diagnostic;
mod disk;
mod endpoint;
mod mark;
mod mask;
#[allow(dead_code, unused_imports, reason = "remote states follow")]
mod place;
mod plan;
mod quote;
mod refresh;
#[allow(dead_code, unused_imports, reason = "remote states follow")]
mod remote;
mod render;
mod sandbox;
mod secrets;
mod state;
mod stopwatch;
pub mod surface;
mod timestamp;
mod videogen;

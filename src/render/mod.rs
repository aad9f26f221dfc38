//! A plan or a state → text for people and documents for machines. One flattening (`row`), one count (`tally`), one
//! door for untrusted words (`untrusted`); then a file a format. Returns strings; prints nothing, reads no environment
//! and no clock, and sees no secret.

mod block;
mod events;
mod field;
mod generated;
mod gitlab;
mod guard;
mod json;
mod markdown;
mod outcome;
mod paint;
mod place;
mod row;
mod secrets;
mod sentence;
mod state;
mod table;
mod tally;
mod terraform;
#[cfg(test)]
mod tests;
mod text;
mod untrusted;
mod words;

pub(crate) use events::{event, outcome_json, plan_event, waiting_event};
pub(crate) use generated::{Existing, generated};
pub use gitlab::gitlab_report;
pub use json::json;
pub use markdown::markdown;
pub(crate) use markdown::markdown_at;
pub(crate) use outcome::outcome;
pub use paint::Colour;
pub(crate) use place::Place;
pub(crate) use secrets::{secret_list, secret_list_json};
pub(crate) use state::{show, show_json, state_list, state_list_json};
pub use terraform::terraform_json;
pub use text::text;
pub(crate) use text::{text_at, text_in_brief};
pub(crate) use words::differences;

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
mod tally;
mod terraform;
#[cfg(test)]
mod tests;
mod text;
mod untrusted;
mod words;

pub use events::{event, outcome_json, plan_event, waiting_event};
pub use generated::{Existing, generated};
pub use gitlab::gitlab_report;
pub use json::json;
pub use markdown::{markdown, markdown_at};
pub use outcome::outcome;
pub use paint::Colour;
pub use place::Place;
pub use secrets::{secret_list, secret_list_json};
pub use state::{show, show_json, state_list, state_list_json};
pub use terraform::terraform_json;
pub use text::{text, text_at, text_in_brief};
pub use words::differences;

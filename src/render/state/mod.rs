//! The state for people and for machines: what is remembered, and never a secret, not even its ciphertext.

mod json;
mod text;

pub(crate) use json::{show_json, state_list_json};
pub(crate) use text::{show, state_list};

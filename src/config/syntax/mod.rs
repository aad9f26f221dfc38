//! Text → tree: the tree and its typed items, broken syntax repaired, and the list that errors are gathered in.

pub(in crate::config) mod duplicate_keys;
pub(in crate::config) mod errors;
pub(in crate::config) mod lines;
pub(in crate::config) mod read;
pub(in crate::config) mod repair;
pub(in crate::config) mod tree;

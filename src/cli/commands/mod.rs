//! The commands: a file for each, a folder for a group of them.

pub mod apply;
pub mod completions;
pub mod import;
pub mod init;
pub mod man;
pub mod ping;
pub mod plan;
pub mod sandbox;
pub mod schema;
pub mod secret;
pub mod show;
pub mod state;
pub mod validate;
pub mod verify;

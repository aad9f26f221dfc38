//! One rich world through every format, hostile words through every format, readers of Terraform's text and of its
//! plan JSON, and sizes.

mod comment;
mod hostile;
mod policy;
mod readers;
mod rich;
mod schema;
mod sizes;
mod terraform;
mod words;
mod world;

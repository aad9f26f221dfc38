//! The binary: `cli::run` and its exit code.
fn main() {}

//! The built binary, driven end to end against the sandbox: environment cleared, loopback only, ports by the kernel.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod canary;
mod faults;
mod first_run;
mod keys;
mod ping;
mod rekey;
mod rotate;
mod secrets;
mod support;

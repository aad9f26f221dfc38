//! The built binary, driven end to end against the sandbox: environment cleared, loopback only, ports by the kernel.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod adoption;
mod canary;
mod environments;
mod examples;
mod faults;
mod first_run;
mod keys;
mod picture;
mod ping;
mod readme;
mod rekey;
mod review;
mod rooms;
mod rotate;
mod secrets;
mod support;

//! The built binary, driven end to end against the sandbox: environment cleared, loopback only, ports by the kernel.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod adoption;
mod around;
mod canary;
mod confined;
mod damaged;
mod disks;
mod environments;
mod examples;
mod faults;
mod first_run;
mod guides;
mod habits;
mod keys;
mod limits;
mod locks;
mod lost;
mod picture;
mod ping;
mod planning;
mod readme;
mod refused;
mod rekey;
mod review;
mod rooms;
mod rotate;
mod secrets;
mod signals;
mod support;
mod watch;

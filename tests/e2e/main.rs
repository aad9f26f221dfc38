//! The built binary, driven end to end against the sandbox: environment cleared, loopback only, ports by the kernel.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod adoption;
mod around;
mod confined;
mod damaged;
mod disks;
mod examples;
mod faults;
mod first_run;
mod limits;
mod locks;
mod picture;
mod planning;
mod readme;
mod refused;
mod review;
mod rooms;
mod signals;
mod support;
mod watch;

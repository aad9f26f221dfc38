//! The built binary, driven end to end against the sandbox: environment cleared, loopback only, ports by the kernel.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod adoption;
mod around;
mod canary;
mod commands;
mod confined;
mod connections;
mod damaged;
mod disks;
mod environments;
mod examples;
mod first_run;
mod fixture;
mod fixtures;
mod guides;
mod habits;
mod hints;
mod hostile;
mod keys;
mod limits;
mod locks;
mod lost;
mod masked;
mod overlap;
mod owners;
mod picture;
mod ping;
mod pins;
mod places;
mod planning;
mod readme;
mod recovery;
mod refused;
mod rekey;
mod review;
mod rooms;
mod rotate;
mod scripted;
mod secrets;
mod signals;
mod support;
mod watch;
mod words;
mod worlds;

//! What the desired file may say, and what its author is told where it may not: the snapshots are the specification.

mod good;
mod properties;
mod refused;
mod refused_guards;
mod refused_values;
mod several;

use crate::config::{BaseUrl, Desired, parse};
use crate::diagnostic::draw;

/// A recipient.
const KEY: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

/// An entry with no fault.
const SOUND: &str = "[webhooks.sound]\nurl = \"https://sound.example/\"\nevents = [\"file.*\"]\n";

/// The desired state of a text with no fault.
#[track_caller]
fn sound(text: &str) -> Desired {
    parse(text, None).unwrap_or_else(|faults| panic!("{}", draw("webhooks.toml", text, &faults, false)))
}

/// The faults of a text as a user sees them.
#[track_caller]
fn refused(text: &str) -> String {
    refused_under(text, None)
}

/// As [`refused`], with a base url from the environment.
#[track_caller]
fn refused_under(text: &str, base_url: Option<&BaseUrl>) -> String {
    draw("webhooks.toml", text, &parse(text, base_url).expect_err("a fault"), false)
}

//! What the desired file may say, and what its author is told where it may not: the snapshots are the specification.

mod environments;
mod good;
mod many_files;
mod properties;
mod refused;
mod refused_guards;
mod refused_values;
mod schema;
mod several;
mod variables;

use crate::config::{self, BaseUrl, Desired, Given, Giver, Inputs};
use crate::diagnostic::{FileError, Sources, draw};

/// A recipient.
const KEY: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

/// An entry with no error.
const SOUND: &str = "[webhooks.sound]\nurl = \"https://sound.example/\"\nevents = [\"file.*\"]\n";

/// One file, under a base URL from the environment or none.
fn parse(text: &str, base_url: Option<&BaseUrl>) -> Result<Desired, Vec<FileError>> {
    let inputs = Inputs { base_url: base_url.cloned(), ..Inputs::default() };
    config::parse(&Sources::one("webhooks.toml", text), &inputs)
}

/// Faults as a user sees them.
fn drawn(text: &str, errors: &[FileError]) -> String {
    draw(&Sources::one("webhooks.toml", text), errors, false)
}

/// One file in an environment, with values from flags.
fn parse_in(text: &str, environment: Option<&str>, values: &[(&str, &str)]) -> Result<Desired, Vec<FileError>> {
    let given = |(name, value): &(&str, &str)| Given {
        name: (*name).to_owned(),
        value: Ok((*value).to_owned()),
        origin: "`--var`".to_owned(),
        giver: Giver::Flag,
    };
    let values = values.iter().map(given).collect();
    let inputs = Inputs { environment: environment.map(str::to_owned), values, ..Inputs::default() };
    config::parse(&Sources::one("webhooks.toml", text), &inputs)
}

/// The errors of a file in an environment, with values from flags.
#[track_caller]
fn refused_in(text: &str, environment: Option<&str>, values: &[(&str, &str)]) -> String {
    drawn(text, &parse_in(text, environment, values).expect_err("an error"))
}

/// The desired state of a text with no error.
#[track_caller]
fn sound(text: &str) -> Desired {
    parse(text, None).unwrap_or_else(|errors| panic!("{}", drawn(text, &errors)))
}

/// The errors of a text as a user sees them.
#[track_caller]
fn refused(text: &str) -> String {
    refused_under(text, None)
}

/// As [`refused`], with a base URL from the environment.
#[track_caller]
fn refused_under(text: &str, base_url: Option<&BaseUrl>) -> String {
    drawn(text, &parse(text, base_url).expect_err("an error"))
}

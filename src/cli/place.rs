//! Where the state of this run is. A file of a branch could name a place that learns our credentials, so a remote place
//! counts only where `--state` or HOOKWRIGHT_STATE names it, or a folder above it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::failure::Failure;
use super::source::Source;
use super::{clock, credentials, shell};
use crate::config::{NamedPath, is_place};
use crate::place::{Pin, Place};
use crate::quote::{escaped, quoted};
use crate::remote::S3;
use crate::state::{Remote, Store};

/// The environment's variable that pins the place.
const PIN: &str = "HOOKWRIGHT_STATE";

/// What `--state` names: a file, or a place, which it pins.
pub(super) fn named(text: &Path) -> Result<Store, Failure> {
    match text.to_str().filter(|text| is_place(text)) {
        Some(text) => remote(&text.parse().map_err(|error| bad("--state", &error))?),
        None => Ok(Store::at(text)),
    }
}

/// The state that the configuration names, or the default one, where HOOKWRIGHT_STATE lets it be.
pub(super) fn of_file(
    source: &Source,
    in_file: Option<&NamedPath>,
    environment: Option<&str>,
) -> Result<Store, Failure> {
    let pin = std::env::var(PIN).ok().filter(|text| !text.is_empty());
    let pin: Option<Pin> = pin.map(|text| text.parse().map_err(|error| bad(PIN, &error))).transpose()?;
    match (in_file, pin) {
        (Some((url, span)), pin) if is_place(url) => {
            let place: Place = url.parse().map_err(|error| bad("[state] url", &error))?;
            match pin {
                Some(pin) if place.is_below(&pin) => remote(&place),
                Some(pin) => {
                    let label = format!("{PIN} is {}", quoted(&pin.to_string()));
                    let message = format!("the file keeps the state at {}, which this run does not trust", quoted(url));
                    Err(source.fault(message, span, &label, "name that place in HOOKWRIGHT_STATE if you mean it"))
                }
                None => {
                    let message = "a remote state counts only where the run names it too";
                    let hint = format!("set {PIN}={}, or a folder above it that ends in `/`", shell::quoted(url));
                    Err(source.fault(message, span, "a file cannot send credentials to a place by itself", &hint))
                }
            }
        }
        (Some((_, span)), Some(pin)) => {
            let message = format!("the file keeps the state in a file, and {PIN} names {}", quoted(&pin.to_string()));
            Err(source.fault(message, span, "one of the two", &format!("remove this line, or unset {PIN}")))
        }
        (None, Some(pin)) => {
            let default = source.state_path(None, environment)?;
            let name = default.file_name().unwrap_or_default().to_string_lossy().into_owned();
            remote(&pin.place(&name).map_err(|error| bad(PIN, &error))?)
        }
        (named, None) => Ok(Store::at(&source.state_path(named, environment)?)),
    }
}

fn remote(place: &Place) -> Result<Store, Failure> {
    let Place::S3(s3) = place;
    let objects =
        S3::new(s3, &credentials::settings()?).map_err(|error| Failure::new(error.to_string()).hint(error.hint()))?;
    let remote = Remote::new(Arc::new(objects), s3.key().to_owned(), clock::stopwatch(), PathBuf::new());
    Ok(Store::remote(remote))
}

fn bad(name: &str, error: &crate::place::PlaceError) -> Failure {
    Failure::new(format!("{name}: {}", escaped(&error.to_string()))).hint(error.hint())
}

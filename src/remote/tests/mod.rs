//! S3 against a fake that answers as it is told, and against a real server where there is one.

mod credentials;
mod fake;
mod outcomes;
mod server;

use std::time::Duration;

use super::{Credentials, S3, Settings};
use crate::place::Place;

/// The bucket of a place, for whoever has this secret.
fn bucket(place: &str, id: &str, secret: &str) -> S3 {
    bucket_for(place, Credentials::Keys { id: id.to_owned(), secret: secret.into(), token: None })
}

fn bucket_for(place: &str, credentials: Credentials) -> S3 {
    let settings = Settings { credentials, region: None, timeout: Duration::from_secs(20), proxy: None };
    let Place::S3(place) = place.parse().unwrap();
    S3::new(&place, &settings).unwrap()
}

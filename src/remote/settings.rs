//! How a store is reached: with what credentials, for how long, through which proxy.

use std::fmt;
use std::time::Duration;

use super::credentials::Credentials;

/// How to reach a store. Nothing else is read: neither the environment nor any file but those that credentials name.
#[derive(Clone)]
pub(crate) struct Settings {
    /// Who asks.
    pub credentials: Credentials,
    /// The region of a place that names none.
    pub region: Option<String>,
    /// For one request, all in.
    pub timeout: Duration,
    /// The proxy that the environment names for https, if any; a store on this machine is reached without it.
    pub proxy: Option<reqwest::Proxy>,
}

impl fmt::Debug for Settings {
    /// Without the proxy, whose URL may have a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { credentials, region, timeout, proxy: _ } = self;
        let mut shown = f.debug_struct("Settings");
        shown
            .field("credentials", credentials)
            .field("region", region)
            .field("timeout", timeout)
            .finish_non_exhaustive()
    }
}

/// Why no client of a store can be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BadSettings {
    /// Amazon's endpoints have a region in their names.
    #[error("the region of the bucket is not known")]
    NoRegion,
    /// The machine has no certificates, or the like.
    #[error("no client of the store could be made: {0}")]
    Client(String),
}

impl BadSettings {
    /// What to do about it.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            Self::NoRegion => "add `region=REGION` to the place, or set AWS_REGION",
            Self::Client(_) => "is there a bundle of CA certificates on this machine (Debian: ca-certificates)?",
        }
    }
}

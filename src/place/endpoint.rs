//! The endpoint of a store that is not Amazon's.

use std::fmt;

use url::Url;

use super::error::PlaceError;
use crate::endpoint::is_loopback;

/// The URL of a store: https, or http on this machine; no credentials, no query, no `/` at its end.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Endpoint {
    scheme: &'static str,
    /// Host and port as a URL has them.
    authority: String,
    /// Empty, or `/a/b`.
    path: String,
    local: bool,
}

impl Endpoint {
    pub(super) fn parse(text: &str) -> Result<Self, PlaceError> {
        if text.contains('@') {
            return Err(PlaceError::Userinfo);
        }
        // The parser mends what is no URL, and climbs by `..`: what it reads as something else is refused.
        let rest = text.split_once("://").ok_or(PlaceError::Endpoint)?.1;
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let path = path.strip_suffix('/').unwrap_or(path);
        if authority.is_empty() || text.contains(['\\', '?', '#', '%']) || super::parts::check_path(path).is_err() {
            return Err(PlaceError::Endpoint);
        }
        let url = Url::parse(text).map_err(|_| PlaceError::Endpoint)?;
        let host = url.host().ok_or(PlaceError::Endpoint)?;
        let local = is_loopback(&host);
        let scheme = match url.scheme() {
            "https" => "https",
            "http" if local => "http",
            "http" => return Err(PlaceError::Plain),
            _ => return Err(PlaceError::Endpoint),
        };
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let path = if path.is_empty() { String::new() } else { format!("/{path}") };
        Ok(Self { scheme, authority: format!("{host}{port}"), path, local })
    }

    /// Whether it is on this machine: then no proxy sees the requests.
    pub(crate) fn is_local(&self) -> bool {
        self.local
    }

    /// The URL of a bucket whose name is part of the host.
    pub(crate) fn with_bucket_as_host(&self, bucket: &str) -> String {
        format!("{}://{bucket}.{}{}", self.scheme, self.authority, self.path)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.authority, self.path)
    }
}

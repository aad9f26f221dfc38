//! Where the API is: what may be written for it, and what kind of place it names.

use std::fmt;

use url::{Host, Url};

use crate::config::BaseUrl;
use crate::endpoint::is_loopback;

impl BaseUrl {
    /// The API's own base URL.
    pub const DEFAULT: &str = "https://api.videogen.io";

    /// Whether it is on this machine: the sandbox, or a loopback host.
    pub fn is_local(&self) -> bool {
        match self {
            Self::Sandbox => true,
            Self::Url(_) => self.parsed().is_some_and(|url| url.host().is_some_and(|host| is_loopback(&host))),
        }
    }

    /// Whether its host is `*.videogen.io`, where `*` is exactly one label, so that the API key may go there.
    pub fn is_videogen(&self) -> bool {
        let Some(Host::Domain(name)) = self.host() else { return false };
        name.strip_suffix(".videogen.io").is_some_and(|label| !label.is_empty() && !label.contains('.'))
    }

    /// The host, where it is a URL.
    pub(in crate::config) fn host(&self) -> Option<Host<String>> {
        self.parsed()?.host().map(|host| host.to_owned())
    }

    fn parsed(&self) -> Option<Url> {
        match self {
            Self::Sandbox => None,
            Self::Url(text) => Url::parse(text).ok(),
        }
    }
}

impl Default for BaseUrl {
    fn default() -> Self {
        Self::Url(Self::DEFAULT.to_owned())
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sandbox => "sandbox",
            Self::Url(text) => text,
        })
    }
}

/// Reads a base URL: `sandbox`, an https URL, or an http URL of a loopback host. The error is what is wrong with it,
/// a lowercase phrase that quotes nothing of it.
pub(crate) fn parse_base_url(text: &str) -> Result<BaseUrl, String> {
    if text == "sandbox" {
        return Ok(BaseUrl::Sandbox);
    }
    if text.is_empty() {
        return Err("it is empty".into());
    }
    let url = Url::parse(text).map_err(|error| format!("it is no URL ({error})"))?;
    let loopback = url.host().is_some_and(|host| is_loopback(&host));
    if !matches!(url.scheme(), "https" | "http") {
        return Err("it is neither an https URL nor `sandbox`".into());
    }
    if url.scheme() == "http" && !loopback {
        return Err("`http://` is only for a loopback host".into());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it holds credentials".into());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("it has a query or a fragment".into());
    }
    Ok(BaseUrl::Url(url.as_str().trim_end_matches('/').to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> BaseUrl {
        parse_base_url(text).unwrap()
    }

    #[test]
    fn what_may_be_written() {
        assert_eq!(url("sandbox"), BaseUrl::Sandbox);
        assert_eq!(url("https://API.videogen.io/"), BaseUrl::default());
        assert_eq!(url("http://127.0.0.1:8080/x//").to_string(), "http://127.0.0.1:8080/x");
        assert_eq!(url("http://[::1]:1").to_string(), "http://[::1]:1");
    }

    #[test]
    fn what_may_not_is_said_without_quoting_it() {
        let wrong = |text| parse_base_url(text).unwrap_err();
        assert_eq!(wrong(""), "it is empty");
        assert_eq!(wrong("api.videogen.io"), "it is no URL (relative URL without a base)");
        assert_eq!(wrong("ftp://api.videogen.io"), "it is neither an https URL nor `sandbox`");
        assert_eq!(wrong("http://api.videogen.io"), "`http://` is only for a loopback host");
        assert_eq!(wrong("https://user:pw@api.videogen.io"), "it holds credentials");
        assert_eq!(wrong("https://api.videogen.io?a"), "it has a query or a fragment");
        assert_eq!(wrong("https://api.videogen.io#a"), "it has a query or a fragment");
    }

    #[test]
    fn which_hosts_are_videogens_and_which_are_local() {
        for (text, videogen, local) in [
            ("sandbox", false, true),
            ("https://eu.videogen.io:8443/v", true, false),
            ("https://videogen.io", false, false),
            ("https://.videogen.io", false, false),
            ("https://api.videogen.io.", false, false),
            ("https://eu.api.videogen.io", false, false),
            ("https://videogen.io.evil.example", false, false),
            ("https://evilvideogen.io", false, false),
            ("http://localhost:3000", false, true),
            ("https://127.9.9.9", false, true),
            ("https://10.0.0.1", false, false),
        ] {
            assert_eq!((url(text).is_videogen(), url(text).is_local()), (videogen, local), "{text}");
        }
    }
}

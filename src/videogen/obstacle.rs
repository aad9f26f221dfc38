//! Why no connection was made: each cause has its own words and its own way out.

use std::error::Error;
use std::fmt;
use std::io;

use rustls::CertificateError;

/// What stands between this machine and the API. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Obstacle {
    /// The host's name has no address.
    Name,
    /// Nobody listens on the port.
    Refused,
    /// No answer to the attempt in time.
    Silent,
    /// The certificate is not trusted, and why.
    Certificate(String),
    /// The proxy wants to know who asks.
    ProxyPassword,
    /// The proxy itself fails, in the words of the innermost cause.
    Proxy(String),
    /// Anything else, in the words of the innermost cause.
    Other(String),
}

impl Obstacle {
    /// What the causes of an error say.
    pub(super) fn of(error: &reqwest::Error) -> Self {
        let chain: Vec<_> =
            std::iter::successors(Some(error as &(dyn Error + 'static)), |error| inner(*error)).collect();
        let innermost = chain.last().map(ToString::to_string).unwrap_or_default();
        let says = |words: &[&str]| {
            chain.iter().any(|cause| {
                let said = cause.to_string();
                words.iter().any(|words| said.contains(words))
            })
        };
        let is = |kind| chain.iter().any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|io| io.kind() == kind));
        let certificate = chain.iter().find_map(|cause| match cause.downcast_ref::<rustls::Error>() {
            Some(rustls::Error::InvalidCertificate(error)) => Some(refused(error)),
            _ => None,
        });
        // hyper's own types for these are not public: their words are.
        if says(&["proxy authorization required"]) {
            Self::ProxyPassword
        } else if says(&["tunnel error", "socks", "SOCKS"]) {
            Self::Proxy(innermost)
        } else if let Some(certificate) = certificate {
            Self::Certificate(certificate)
        } else if error.is_dns() {
            Self::Name
        } else if is(io::ErrorKind::ConnectionRefused) {
            Self::Refused
        } else if error.is_timeout() || is(io::ErrorKind::TimedOut) {
            Self::Silent
        } else {
            Self::Other(innermost)
        }
    }

    /// What the reader can do about it.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            Self::Name => "check the host in `base_url` or VIDEOGEN_BASE_URL, and that names are looked up here",
            Self::Refused => "check `base_url` or VIDEOGEN_BASE_URL: nothing listens on that port",
            Self::Silent | Self::Other(_) => "check `base_url` or VIDEOGEN_BASE_URL, and the network",
            Self::Certificate(_) => {
                "where a company's own CA signs: add its certificate to this machine's, or name a bundle in SSL_CERT_FILE"
            }
            Self::ProxyPassword => "write them into HTTPS_PROXY: `USER:PASSWORD@` before the host",
            Self::Proxy(_) => "check HTTPS_PROXY and ALL_PROXY; what NO_PROXY names is reached without a proxy",
        }
    }
}

fn refused(error: &CertificateError) -> String {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "it has expired".to_owned(),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => "it is not valid yet".to_owned(),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "it is for another name".to_owned()
        }
        CertificateError::UnknownIssuer => "its issuer is not known".to_owned(),
        CertificateError::Other(other) => other.to_string(),
        other => other.to_string(),
    }
}

/// The next cause. An I/O error hands on the causes of what it wraps, and not that itself.
fn inner<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let escaped = crate::quote::escaped;
        match self {
            Self::Name => f.write_str("the name of its host has no address"),
            Self::Refused => f.write_str("connection refused"),
            Self::Silent => f.write_str("the host does not answer in time"),
            Self::Certificate(why) => write!(f, "its certificate is not trusted here: {}", escaped(why)),
            Self::ProxyPassword => f.write_str("the proxy wants a user and a password"),
            Self::Proxy(why) => write!(f, "the proxy failed: {}", escaped(why)),
            Self::Other(why) => f.write_str(&escaped(why)),
        }
    }
}

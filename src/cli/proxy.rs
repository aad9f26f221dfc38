//! What the environment says of the way to the API: the proxy, the hosts that need none, the CA certificates.

use std::fs::File;

use super::failure::Failure;
use super::terminal;
use crate::videogen::Proxy;

/// The schemes of proxies that can be used.
const SCHEMES: [&str; 6] = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];

/// The proxy for https: `HTTPS_PROXY`, else `ALL_PROXY`, in small letters too. It is never quoted: a password may be in it.
pub(super) fn proxy() -> Result<Option<Proxy>, Failure> {
    let names = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    let Some((name, url)) = names.into_iter().find_map(|name| Some((name, variable(name)?))) else { return Ok(None) };
    let scheme = url.split_once("://").map_or("http", |(scheme, _)| scheme).to_ascii_lowercase();
    if !SCHEMES.contains(&scheme.as_str()) {
        let scheme = crate::quote::quoted(&scheme);
        return Err(Failure::new(format!("the proxy of {name} cannot be used: {scheme} is no scheme of a proxy"))
            .hint(format!("a proxy's URL begins with one of {}", SCHEMES.join(", "))));
    }
    learn_password(&url);
    let except = variable("NO_PROXY").or_else(|| variable("no_proxy")).unwrap_or_default();
    Ok(Some(Proxy { url, except: exceptions(&except) }))
}

/// What a proxy answers is shown, and may repeat the password.
fn learn_password(url: &str) {
    let Some((userinfo, _)) = url.rsplit_once('@') else { return };
    let userinfo = userinfo.split_once("://").map_or(userinfo, |(_, rest)| rest);
    crate::mask::learn(userinfo.split_once(':').map_or(userinfo, |(_, password)| password));
}

/// `*.corp.example`, as curl and browsers write it, in the form that the HTTP client takes.
fn exceptions(list: &str) -> String {
    let one = |host: &str| host.trim().strip_prefix("*.").map_or(host.trim().to_owned(), |rest| format!(".{rest}"));
    list.split(',').map(one).collect::<Vec<_>>().join(",")
}

/// An error where `SSL_CERT_FILE` names what cannot be read: every certificate would be refused, and nobody would know why.
pub(super) fn certificates() -> Result<(), Failure> {
    let Some(path) = variable("SSL_CERT_FILE") else { return Ok(()) };
    let failed = |e| {
        let shown = terminal::path(path.as_ref());
        Failure::caused(format!("SSL_CERT_FILE names {shown}, which cannot be read"), &e)
            .hint("name a bundle of CA certificates there, or unset it to use this machine's")
    };
    File::open(&path).map(drop).map_err(failed)
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_is_understood_as_every_host_below() {
        assert_eq!(exceptions("*.corp.example, localhost,.x,10.0.0.0/8,*"), ".corp.example,localhost,.x,10.0.0.0/8,*");
    }
}

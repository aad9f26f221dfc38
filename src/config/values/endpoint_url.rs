//! The URL of an entry: what may be sent to the API, in the very serialisation that was checked.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use url::{Host, Url};

use crate::config::BaseUrl;
use crate::config::syntax::errors::{Errors, quoted_short};
use crate::config::values::fill::Filled;
use crate::config::values::hosts::{allows, labels};
use crate::diagnostic::FileError;
use crate::endpoint::is_loopback;

const MOST_BYTES: usize = 2048;

/// A value that would do.
pub(in crate::config) const EXAMPLE: &str = "\"https://hooks.example.com/videogen\"";

/// What the rest of the file says about urls.
pub(in crate::config) struct UrlRules<'a> {
    /// The base URL that will be used; `None` where it is wrong itself.
    pub(in crate::config) base_url: Option<&'a BaseUrl>,
    /// The patterns; `None` allows all.
    pub(in crate::config) allowed_hosts: Option<&'a BTreeSet<String>>,
}

/// Checks a URL and gives its serialisation.
pub(in crate::config) fn check(written: &Filled<'_>, rules: &UrlRules<'_>, errors: &mut Errors) -> Option<String> {
    match parse(&written.text, rules) {
        Ok(url) => Some(url.into()),
        Err(Wrong(message, hint)) => {
            errors.push(FileError::new(message, written.span.clone(), written.label()).hint(hint));
            None
        }
    }
}

/// What is wrong, and what to write instead; nothing of the URL is in it but its scheme or host.
struct Wrong(String, String);

fn wrong<T>(message: &str, hint: &str) -> Result<T, Wrong> {
    Err(Wrong(message.to_owned(), hint.to_owned()))
}

fn parse(text: &str, rules: &UrlRules<'_>) -> Result<Url, Wrong> {
    if text.is_empty() {
        return wrong("the URL is empty", &format!("write `url = {EXAMPLE}`"));
    }
    let url = match Url::parse(text) {
        Ok(url) => url,
        Err(error) => return wrong(&format!("this is no URL: {error}"), &format!("write one such as {EXAMPLE}")),
    };
    match url.scheme() {
        "https" => {}
        "http" => plain_http(&url, rules)?,
        scheme => {
            let message = format!("the scheme {} is not https", quoted_short(scheme));
            return wrong(&message, "write a URL that starts with `https://`");
        }
    }
    if !url.username().is_empty() || url.password().is_some() {
        let hint = "remove what stands before the `@`: reviewers and CI read this file; receivers check the signature";
        return wrong("the URL holds credentials", hint);
    }
    if url.fragment().is_some() {
        return wrong("the URL has a fragment", "remove the `#` and what follows: it is never sent to a server");
    }
    if url.as_str().len() > MOST_BYTES {
        let message = format!("the URL has {} bytes", url.as_str().len());
        return wrong(&message, &format!("write one of at most {MOST_BYTES}"));
    }
    host(&url, text, rules)?;
    Ok(url)
}

/// Checks the host: a parser of URLs makes one of nearly everything, and a variable may be empty, quoted or unset.
fn host(url: &Url, text: &str, rules: &UrlRules<'_>) -> Result<(), Wrong> {
    let rest = text.trim_start_matches(|c| c <= ' ').split_once(':').map_or("", |(_, rest)| rest);
    let authority = rest.strip_prefix("//").unwrap_or_default();
    let authority = authority.split(['/', '\\', '?', '#']).next().unwrap_or_default();
    if authority.is_empty() {
        return wrong("the URL has no host after `https://`", &format!("write one such as {EXAMPLE}"));
    }
    let is_listed = || rules.allowed_hosts.zip(url.host()).is_some_and(|(patterns, host)| allows(patterns, &host));
    let hint = format!("write a whole host name, as in {EXAMPLE}");
    match url.host() {
        Some(Host::Domain(name)) => {
            if let Err(reason) = labels(name) {
                return wrong(&format!("{} is no host: {reason}", quoted_short(name)), &hint);
            }
            let is_whole = name.trim_end_matches('.').contains('.') || is_loopback(&Host::Domain(name));
            if !is_whole && !is_listed() {
                let hint = format!("{hint}, or list it in `allowed_hosts` under `[safety]` if you mean it");
                return wrong(&format!("the host {} is a single word", quoted_short(name)), &hint);
            }
        }
        Some(Host::Ipv4(address)) if !written(authority, &address) => {
            let message = format!("the host {} would be the address {address}", quoted_short(authority));
            return wrong(&message, &format!("write all four numbers of an address; or {hint}"));
        }
        _ => {}
    }
    allowed(url, rules)
}

/// Whether an authority writes an address as all of its four numbers.
fn written(authority: &str, address: &Ipv4Addr) -> bool {
    authority.split(':').next().is_some_and(|host| host == address.to_string())
}

fn plain_http(url: &Url, rules: &UrlRules<'_>) -> Result<(), Wrong> {
    if !url.host().is_some_and(|host| is_loopback(&host)) {
        return wrong("the URL is not https", "write `https://`: deliveries cross the open network");
    }
    if !rules.base_url.is_none_or(BaseUrl::is_local) {
        let hint = "write `https://`, or set `base_url = \"sandbox\"`: VideoGen cannot reach a loopback host";
        return wrong("an `http://` url is only for a local base URL", hint);
    }
    Ok(())
}

fn allowed(url: &Url, rules: &UrlRules<'_>) -> Result<(), Wrong> {
    let (Some(patterns), Some(host)) = (rules.allowed_hosts, url.host()) else { return Ok(()) };
    if allows(patterns, &host) {
        return Ok(());
    }
    let host = quoted_short(&host.to_string());
    let hint = format!("add {host} to `allowed_hosts` under `[safety]`, or write a URL of a host that is there");
    wrong(&format!("the host {host} is not in `allowed_hosts`"), &hint)
}

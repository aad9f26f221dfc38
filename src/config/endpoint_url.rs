//! The url of an entry: what may be sent to the API, in the very serialisation that was checked.

use std::collections::BTreeSet;

use url::Url;

use crate::config::BaseUrl;
use crate::config::faults::{Faults, word};
use crate::config::hosts::allows;
use crate::config::tree::Text;
use crate::diagnostic::Fault;
use crate::endpoint::is_loopback;

const MOST_BYTES: usize = 2048;

/// A value that would do.
pub(super) const EXAMPLE: &str = "\"https://hooks.example.com/videogen\"";

/// What the rest of the file says about urls.
pub(super) struct UrlRules<'a> {
    /// The base url that will be used; `None` where it is at fault itself.
    pub(super) base_url: Option<&'a BaseUrl>,
    /// The patterns; `None` allows all.
    pub(super) allowed_hosts: Option<&'a BTreeSet<String>>,
}

/// Checks an url and gives its serialisation.
pub(super) fn check(written: &Text<'_>, rules: &UrlRules<'_>, faults: &mut Faults) -> Option<String> {
    match parse(written, rules) {
        Ok(url) => Some(url.into()),
        Err(fault) => {
            faults.push(fault);
            None
        }
    }
}

fn parse(written: &Text<'_>, rules: &UrlRules<'_>) -> Result<Url, Fault> {
    let fault = |message: &str, help: &str| Fault::new(message, written.span.clone(), "").help(help);
    if written.text.is_empty() {
        return Err(fault("the url is empty", &format!("write `url = {EXAMPLE}`")));
    }
    let url = Url::parse(written.text).map_err(|error| {
        fault(&format!("this is no url: {error}"), &format!("write a whole one, such as {EXAMPLE}"))
    })?;
    let scheme = word(url.scheme());
    match url.scheme() {
        "https" => {}
        "http" => plain_http(&url, rules).map_err(|(message, help)| fault(message, help))?,
        _ => {
            return Err(fault(
                &format!("the scheme {scheme} is not https"),
                "write an url that starts with `https://`",
            ));
        }
    }
    if !url.username().is_empty() || url.password().is_some() {
        let help =
            "remove what stands before the `@`: this file is read by reviewers and CI; receivers verify the signature";
        return Err(fault("the url holds credentials", help));
    }
    if url.fragment().is_some() {
        return Err(fault("the url has a fragment", "remove the `#` and what follows: it is never sent to a server"));
    }
    if url.as_str().len() > MOST_BYTES {
        let message = format!("the url has {} bytes", url.as_str().len());
        return Err(fault(&message, &format!("write one of at most {MOST_BYTES}")));
    }
    outside(&url, written, rules).map_or(Ok(url), Err)
}

fn plain_http(url: &Url, rules: &UrlRules<'_>) -> Result<(), (&'static str, &'static str)> {
    if !url.host().is_some_and(|host| is_loopback(&host)) {
        return Err(("the url is not https", "write `https://`: deliveries cross the open network"));
    }
    if !rules.base_url.is_none_or(BaseUrl::is_local) {
        let help = "write `https://`, or set `base_url = \"sandbox\"`: VideoGen cannot reach a loopback host";
        return Err(("an `http://` url is only for a local base url", help));
    }
    Ok(())
}

fn outside(url: &Url, written: &Text<'_>, rules: &UrlRules<'_>) -> Option<Fault> {
    let host = url.host()?;
    if allows(rules.allowed_hosts?, &host) {
        return None;
    }
    let host = word(&host.to_string());
    let fault = Fault::new(format!("the host {host} is not in `allowed_hosts`"), written.span.clone(), "");
    Some(fault.help(format!("add {host} to `allowed_hosts` under `[safety]`, or write an url of a host that is there")))
}

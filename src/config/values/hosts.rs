//! `allowed_hosts`: what a pattern may be, and which hosts it lets through.

use std::collections::BTreeSet;

use url::Host;

/// Reads one pattern: a host, or `*.` and a domain. Gives it in lower-case punycode; the error is what is wrong.
pub(in crate::config) fn parse_pattern(text: &str) -> Result<String, &'static str> {
    if text.is_empty() {
        return Err("an empty host");
    }
    if text.contains("://") {
        return Err("a host has no scheme");
    }
    if text.contains(['/', '\\', '?', '#', '@']) {
        return Err("a host has no path, query or user");
    }
    let (star, rest) = match text.strip_prefix("*.") {
        Some(rest) => ("*.", rest),
        None => ("", text),
    };
    if rest.contains('*') {
        return Err("`*` stands only for the first label, as in `*.example.com`");
    }
    match parse_host(rest)? {
        Host::Domain(name) => {
            labels(&name)?;
            Ok(format!("{star}{name}"))
        }
        _ if !star.is_empty() => Err("an address has no labels: `*.` cannot stand before it"),
        address => Ok(address.to_string()),
    }
}

fn parse_host(text: &str) -> Result<Host<String>, &'static str> {
    if let Ok(address) = text.parse() {
        return Ok(Host::Ipv6(address));
    }
    let has_port = text.rsplit_once(':').is_some_and(|(_, port)| port.chars().all(|c| c.is_ascii_digit()));
    if has_port && !text.ends_with(']') {
        return Err("a host has no port");
    }
    Host::parse(text).map_err(|_| "not a host")
}

/// Checks that a name can be a host's, label by label. The error is what is wrong: a variable without a value, or one
/// with quotes around it, must not become a host.
pub(in crate::config) fn labels(name: &str) -> Result<(), &'static str> {
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    for label in name.strip_suffix('.').unwrap_or(name).split('.') {
        if label.is_empty() {
            return Err("a label of the host is empty");
        }
        if label.len() > 63 || !label.chars().all(legal) || label.starts_with('-') || label.ends_with('-') {
            return Err("a label of a host is 1 to 63 of the characters a-z 0-9 - _, no `-` at either end");
        }
        if matches!(label, "null" | "undefined") {
            return Err("a variable that was not set, most likely");
        }
    }
    Ok(())
}

/// Whether a host is among the patterns.
pub(in crate::config) fn allows(patterns: &BTreeSet<String>, host: &Host<&str>) -> bool {
    if patterns.contains(&host.to_string()) {
        return true;
    }
    match host {
        Host::Domain(name) => name
            .split_once('.')
            .is_some_and(|(first, rest)| !first.is_empty() && patterns.contains(&format!("*.{rest}"))),
        Host::Ipv4(_) | Host::Ipv6(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_kept_in_lower_case_punycode() {
        let parsed = |text| parse_pattern(text).unwrap();
        assert_eq!(parsed("Hooks.Example.COM"), "hooks.example.com");
        assert_eq!(parsed("*.Bücher.example"), "*.xn--bcher-kva.example");
        assert_eq!(parsed("192.0.2.7"), "192.0.2.7");
        assert_eq!(parsed("[2001:DB8::1]"), "[2001:db8::1]");
        assert_eq!(parsed("2001:db8::1"), "[2001:db8::1]");
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for (text, wrong) in [
            ("", "an empty host"),
            ("https://h.example", "a host has no scheme"),
            ("h.example/x", "a host has no path, query or user"),
            ("h.example:8443", "a host has no port"),
            ("[::1]:80", "a host has no port"),
            ("*", "`*` stands only for the first label, as in `*.example.com`"),
            ("a.*.example", "`*` stands only for the first label, as in `*.example.com`"),
            ("*.*.example", "`*` stands only for the first label, as in `*.example.com`"),
            ("*.10.0.0.1", "an address has no labels: `*.` cannot stand before it"),
            ("*.", "not a host"),
            ("\"h.example\"", "a label of a host is 1 to 63 of the characters a-z 0-9 - _, no `-` at either end"),
            (".example", "a label of the host is empty"),
            ("a b", "not a host"),
        ] {
            assert_eq!(parse_pattern(text), Err(wrong), "{text}");
        }
    }

    #[test]
    fn a_star_is_exactly_one_label_and_an_address_needs_its_own_line() {
        let patterns = ["*.corp.example", "h.example", "192.0.2.7", "[::1]"].map(str::to_owned).into();
        for (url, allowed) in [
            ("https://a.corp.example/", true),
            ("https://A.CORP.example/", true),
            ("https://corp.example/", false),
            ("https://a.b.corp.example/", false),
            ("https://h.example:8443/", true),
            ("https://h.example.evil/", false),
            ("https://h.example./", false),
            ("https://3221225991/", true),
            ("https://192.0.2.8/", false),
            ("https://[::1]/", true),
            ("https://[::2]/", false),
        ] {
            let url = url::Url::parse(url).unwrap();
            assert_eq!(allows(&patterns, &url.host().unwrap()), allowed, "{url}");
        }
    }
}

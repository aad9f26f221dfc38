//! What went wrong with a request, and whether waiting, another key or nothing helps.

use std::fmt;
use std::time::Duration;

use serde::Deserialize;

use super::obstacle::Obstacle;
use crate::endpoint::EndpointId;
use crate::quote::{escaped, quoted};

/// A request that did not succeed. `Display` shows status, code, message and request id, all untrusted text escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiError {
    /// `GET /v1/me`
    pub request: String,
    /// What kind of failure.
    pub cause: Cause,
}

/// The kinds of failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cause {
    /// No connection was made: nothing reached the API.
    NotSent(Obstacle),
    /// The connection was made and then failed or timed out: the API may have acted.
    Lost(String),
    /// The API answered with a status that is no success.
    Refused(Box<Refusal>),
    /// The answer could not be read.
    Unreadable(Box<Refusal>),
    /// The API asks to wait longer than this run may.
    WaitTooLong(Duration),
    /// The endpoint's id cannot be part of a URL: nothing can be sent about it.
    NoPath(EndpointId),
    /// This run is ending: nothing more is sent.
    Stopped,
}

/// An answer that is no success.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Refusal {
    /// The HTTP status: the primary signal.
    pub status: u16,
    /// The API's code, where told.
    pub code: Option<String>,
    /// The API's message, or what stands in for one.
    pub message: String,
    /// What plan or add-on a 403 asks for, as compact JSON.
    pub requirement: Option<String>,
    /// `x-request-id`, where told.
    pub request_id: Option<String>,
}

impl ApiError {
    /// The answer's status, where there was an answer.
    pub(crate) fn status(&self) -> Option<u16> {
        match &self.cause {
            Cause::Refused(refusal) | Cause::Unreadable(refusal) => Some(refusal.status),
            _ => None,
        }
    }

    /// The API's code, where told.
    pub(crate) fn code(&self) -> Option<&str> {
        match &self.cause {
            Cause::Refused(refusal) | Cause::Unreadable(refusal) => refusal.code.as_deref(),
            _ => None,
        }
    }

    /// Whether the request certainly never left.
    pub(crate) fn was_not_sent(&self) -> bool {
        matches!(self.cause, Cause::NotSent(_) | Cause::WaitTooLong(_) | Cause::NoPath(_) | Cause::Stopped)
    }

    /// Whether the API certainly did nothing: it refused the request.
    pub(crate) fn did_nothing(&self) -> bool {
        self.status().is_some_and(|status| (400..500).contains(&status) && !matches!(status, 408 | 409 | 425 | 499))
    }

    /// Whether the API asks to come back later: waiting helps.
    pub(crate) fn is_rate_limit(&self) -> bool {
        self.status() == Some(429) && self.code() != Some("insufficient_credits")
    }

    /// Whether every other request of this run would fail alike, so that no new one is worth sending.
    pub(crate) fn stops_everything(&self) -> bool {
        matches!(self.status(), Some(401 | 403))
            || self.code() == Some("insufficient_credits")
            || matches!(self.cause, Cause::WaitTooLong(_) | Cause::Stopped)
    }

    /// What the reader can do about it, where that is known.
    pub(crate) fn hint(&self) -> Option<&'static str> {
        match (self.status(), self.code()) {
            (Some(401), _) => {
                Some("the API does not accept this key: check VIDEOGEN_API_KEY, or what api_key_env names")
            }
            (Some(403), _) => Some("the key or its plan does not allow this; the requirement says what is missing"),
            (_, Some("insufficient_credits")) => Some("waiting does not help: the account has no credits left"),
            (Some(429), _) => Some("limits are per hour: run it again later, or raise --max-wait"),
            (Some(404), _) => Some("check the base URL: it does not answer as the VideoGen API does"),
            _ => match &self.cause {
                Cause::NotSent(obstacle) => Some(obstacle.hint()),
                Cause::WaitTooLong(_) => Some("run it again later, or raise --max-wait"),
                Cause::NoPath(_) => {
                    Some("delete it by the vendor's own means, then run `hookwright state rm` with the entry's name")
                }
                _ => None,
            },
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.request)?;
        match &self.cause {
            Cause::NotSent(obstacle) => write!(f, "no connection to the API: {obstacle}"),
            Cause::Lost(reason) => write!(f, "no whole answer: {}", escaped(reason)),
            Cause::Refused(refusal) => refusal.fmt(f),
            Cause::Unreadable(refusal) => write!(f, "the answer could not be read: {refusal}"),
            Cause::WaitTooLong(wait) => {
                write!(
                    f,
                    "the API asks to wait {}; all waits of this run together would exceed --max-wait",
                    crate::timestamp::words(*wait)
                )
            }
            Cause::NoPath(id) => write!(f, "the id {} cannot be part of a URL", quoted(id.as_str())),
            Cause::Stopped => f.write_str("not sent: this run is ending"),
        }
    }
}

impl std::error::Error for ApiError {}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "status {}", self.status)?;
        if let Some(code) = &self.code {
            write!(f, ", code {}", quoted(code))?;
        }
        write!(f, ": {}", quoted(&self.message))?;
        if let Some(requirement) = &self.requirement {
            write!(f, ", requirement {}", quoted(requirement))?;
        }
        match &self.request_id {
            Some(id) => write!(f, " (request id {})", quoted(id)),
            None => f.write_str(" (no request id)"),
        }
    }
}

/// The API's error body; a proxy in front may answer anything else.
#[derive(Deserialize)]
struct Body {
    message: String,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    requirement: Option<serde_json::Value>,
}

impl Refusal {
    /// Reads an answer that is no success, secrets masked. What is not in the API's own form is named, and not shown,
    /// but for the title of a page.
    pub(crate) fn read(status: u16, request_id: Option<String>, body: &[u8]) -> Self {
        let request_id = request_id.as_deref().map(short);
        if let Ok(Body { message, code, requirement }) = serde_json::from_slice(body) {
            let requirement = requirement.filter(|r| !r.is_null()).map(|r| short(&r.to_string()));
            return Self {
                status,
                code: code.as_deref().map(short),
                message: short(&message),
                requirement,
                request_id,
            };
        }
        let text = String::from_utf8_lossy(&body[..body.len().min(4096)]);
        let text = text.trim_start();
        let message = if text.is_empty() {
            "an empty answer".to_owned()
        } else if text.starts_with('<') {
            format!("an HTML answer, not the API's: {}", short(&title(text)))
        } else {
            // It may hold a secret in whatever form.
            format!("{}, not in the API's form and not shown", crate::quote::count(body.len(), "byte"))
        };
        Self { status, message, request_id, ..Self::default() }
    }
}

fn short(text: &str) -> String {
    // Of credentials too much is masked rather than too little: nothing depends on these words.
    let masked = crate::mask::credentials(&crate::quote::hidden(&crate::mask::hide(text)), &[]);
    let mut short: String = masked.chars().take(200).collect();
    if short.len() < masked.len() {
        short.push('…');
    }
    short
}

/// An HTML answer's title, or its text without tags.
fn title(html: &str) -> String {
    let lower = html.to_ascii_lowercase();
    let inner = lower.find("<title>").and_then(|start| {
        let start = start + "<title>".len();
        lower[start..].find("</title>").map(|end| html[start..start + end].to_owned())
    });
    inner.unwrap_or_else(|| {
        let mut inside = false;
        let text = html.chars().filter(|c| {
            inside = (inside || *c == '<') && *c != '>';
            !inside && *c != '>'
        });
        text.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(status: u16, id: Option<&str>, body: &str) -> String {
        let refusal = Refusal::read(status, id.map(Into::into), body.as_bytes());
        ApiError { request: "POST /x".into(), cause: Cause::Refused(Box::new(refusal)) }.to_string()
    }

    #[test]
    fn an_error_shows_status_code_message_and_request_id() {
        let body = r#"{"message":"Bad\u001b[2J url","code":"invalid_parameters","more":1}"#;
        assert_eq!(
            shown(400, Some("req_1"), body),
            r#"POST /x: status 400, code "invalid_parameters": "Bad\u001b[2J url" (request id "req_1")"#
        );
    }

    #[test]
    fn html_and_nothing_are_shown_as_such() {
        let html = "<html><head><TITLE>502 Bad Gateway</TITLE></head><body>…</body></html>";
        assert_eq!(
            shown(502, None, html),
            "POST /x: status 502: \"an HTML answer, not the API's: 502 Bad Gateway\" (no request id)"
        );
        assert_eq!(shown(500, None, ""), "POST /x: status 500: \"an empty answer\" (no request id)");
    }

    #[test]
    fn what_is_not_in_the_apis_form_is_counted_and_not_shown() {
        for body in ["plain words", r#"{"signingSecret":"whsec_a\/b"}"#, "[1]"] {
            let told = format!("{} bytes, not in the API's form and not shown", body.len());
            assert_eq!(shown(302, None, body), format!("POST /x: status 302: \"{told}\" (no request id)"));
        }
    }

    #[test]
    fn a_secret_is_masked_in_every_field() {
        crate::mask::learn("a-key-without-a-prefix/1");
        let leaks = [
            "a-key-without-a-prefix/1",
            r"a-key-without-a-prefix\u002f1",
            "a-key-without-a-prefix%2F1",
            "whsec_prefix",
        ];
        for leak in leaks {
            let body = format!(r#"{{"message":"x {leak}","code":"{leak}","requirement":{{"{leak}":"{leak}"}}}}"#);
            let text = shown(403, Some(leak), &body) + &shown(502, None, &format!("<title>{leak}</title>"));
            assert!(!text.contains("prefix") && text.contains("request id"), "{leak}: {text}");
        }
    }

    #[test]
    fn a_url_in_a_message_is_shown_without_its_credentials() {
        for url in ["https://u:hunter2@h/x", "redis://u:hunter2@h", "https%3A%2F%2Fu%3Ahunter2%40h%2F", "u:hunter2@h"] {
            let body = format!(r#"{{"message":"cannot reach {url} now","code":"{url}"}}"#);
            let text = shown(400, Some(url), &body) + &shown(502, None, &format!("<title>{url}</title>"));
            assert!(!text.contains("hunter2") && text.contains("cannot reach"), "{url}: {text}");
        }
    }

    #[test]
    fn a_requirement_is_told_and_a_secret_in_a_message_is_not() {
        let body = r#"{"message":"whsec_leak1234","code":null,"requirement":{"plan":"pro"}}"#;
        let text = shown(403, None, body);
        assert!(text.contains(r#"requirement "{\"plan\":\"pro\"}""#), "{text}");
        assert!(!text.contains("leak"), "{text}");
    }
}

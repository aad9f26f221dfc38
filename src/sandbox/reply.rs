//! Answers as values: status, body, headers, and how the sending of it ends.

use std::time::SystemTime;

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, DATE, LOCATION, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

/// What is in an answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    Json(Value),
    Html(&'static str),
    Nothing,
}

/// How the sending of an answer ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Whole,
    /// Half of the body, then the connection closes.
    Torn,
    /// The connection closes without an answer.
    Closed,
    /// The connection stays open, without an answer.
    Silent,
}

/// One answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reply {
    pub status: u16,
    pub content: Content,
    pub retry_after: Option<String>,
    pub location: Option<&'static str>,
    pub ending: Ending,
}

impl Reply {
    pub(super) fn json(status: u16, body: Value) -> Self {
        Self { status, content: Content::Json(body), retry_after: None, location: None, ending: Ending::Whole }
    }

    pub(super) fn nothing(status: u16) -> Self {
        Self { content: Content::Nothing, ..Self::json(status, Value::Null) }
    }

    /// An error in the API's own form.
    pub(super) fn error(status: u16, code: &str, message: impl Into<String>) -> Self {
        let message: String = message.into();
        Self::json(status, json!({"message": message, "code": code, "requirement": null}))
    }

    /// A fault of the server itself; there is no `code` then, but a number for the support.
    pub(super) fn broken(status: u16) -> Self {
        let message = if status == 503 { "Service unavailable." } else { "Internal server error." };
        let internal = format!("sandbox_{status}");
        Self::json(status, json!({"message": message, "code": null, "internalErrorCode": internal}))
    }

    /// What a proxy in front says when the server does not answer it.
    pub(super) fn bad_gateway() -> Self {
        let page =
            "<html>\n<head><title>502 Bad Gateway</title></head>\n<body><h1>502 Bad Gateway</h1></body>\n</html>\n";
        Self { content: Content::Html(page), ..Self::nothing(502) }
    }

    pub(super) fn rate_limited(retry_after: Option<String>) -> Self {
        Self { retry_after, ..Self::error(429, "rate_limited", "Too many requests for this API key.") }
    }

    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::error(404, "not_found", message)
    }

    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::error(400, "invalid_parameters", message)
    }

    /// The status that the client will read, if it reads one.
    pub(super) fn told(&self) -> Option<u16> {
        matches!(self.ending, Ending::Whole | Ending::Torn).then_some(self.status)
    }

    /// The bytes of the body.
    pub(super) fn body(&self) -> Vec<u8> {
        match &self.content {
            Content::Json(value) => value.to_string().into_bytes(),
            Content::Html(page) => page.as_bytes().to_vec(),
            Content::Nothing => Vec::new(),
        }
    }

    pub(super) fn into_response(self, request_id: &str, now: SystemTime) -> Response {
        let mut response = Response::new(Body::from(self.body()));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        let kind = match self.content {
            Content::Json(_) => Some("application/json; charset=utf-8"),
            Content::Html(_) => Some("text/html"),
            Content::Nothing => None,
        };
        let date = httpdate::fmt_http_date(now);
        let texts = [
            (DATE, Some(date.as_str())),
            (CONTENT_TYPE, kind),
            (RETRY_AFTER, self.retry_after.as_deref()),
            (LOCATION, self.location),
            (axum::http::HeaderName::from_static("x-request-id"), Some(request_id)),
        ];
        for (name, text) in texts {
            if let Some(value) = text.and_then(|text| HeaderValue::from_str(text).ok()) {
                headers.insert(name, value);
            }
        }
        response
    }
}

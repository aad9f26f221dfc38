//! What an answer of a store means, by its status and its code.

use super::heard::{Answered, Heard, Outcome};
use crate::state::{FailureKind, StoreFailure};
use crate::{mask, quote};

/// What became of a request that was not carried out, or of which that is not known.
#[derive(Debug)]
pub(super) enum Verdict {
    /// The store says that there is no such object.
    NoObject,
    /// The store says that the condition of the write does not hold.
    Condition,
    /// It was not carried out, and never will be.
    Failed(StoreFailure),
    /// It may have been carried out, or will be.
    Unclear(StoreFailure),
}

/// Judges a call that brought an error: `what` it asks for, what was heard, and the library's own words, for the case
/// that it failed by itself.
pub(super) fn judge(what: String, heard: &Heard, own_words: &dyn std::fmt::Display) -> Verdict {
    let failure = |kind, message: &str| StoreFailure {
        what,
        kind,
        status: None,
        code: None,
        message: shown(message),
        request_id: None,
    };
    match &heard.last {
        // It broke off, or is none that the library knows.
        Some(Outcome::Answered(Answered { status: 200..300, .. })) => {
            Verdict::Unclear(failure(FailureKind::Down, &format!("its answer cannot be read: {own_words}")))
        }
        Some(Outcome::Answered(answered)) => judge_answer(answered, failure(FailureKind::Refused, "")),
        Some(Outcome::Unsent(reason)) => Verdict::Failed(failure(FailureKind::Down, reason)),
        Some(Outcome::Lost(reason)) => Verdict::Unclear(failure(FailureKind::Down, reason)),
        Some(Outcome::Sent) => Verdict::Unclear(failure(FailureKind::Down, &own_words.to_string())),
        None => Verdict::Failed(failure(FailureKind::Refused, &own_words.to_string())),
    }
}

fn judge_answer(answered: &Answered, failure: StoreFailure) -> Verdict {
    let code = element(&answered.body, "Code");
    let failed = |kind| {
        let message = message(answered, code);
        let request_id = answered.request_id.as_deref().or_else(|| element(&answered.body, "RequestId"));
        StoreFailure {
            kind,
            status: Some(answered.status),
            code: code.map(shown),
            message,
            request_id: request_id.map(shown),
            ..failure.clone()
        }
    };
    match (answered.status, code) {
        (404, Some("NoSuchKey")) => Verdict::NoObject,
        (404, Some("NoSuchBucket")) => Verdict::Failed(failed(FailureKind::NoBucket)),
        (304 | 412, _) => Verdict::Condition,
        // Two writes met; this one was not carried out, and the other may not have been either.
        (409 | 425 | 429, _) | (400, Some("RequestTimeout")) => Verdict::Failed(failed(FailureKind::Down)),
        (401 | 403 | 407, _) | (400, Some("ExpiredToken" | "InvalidToken" | "TokenRefreshRequired")) => {
            Verdict::Failed(failed(FailureKind::Denied))
        }
        (300..=407 | 410..=499 | 501, _) => Verdict::Failed(failed(FailureKind::Refused)),
        _ => Verdict::Unclear(failed(FailureKind::Down)),
    }
}

/// The store's sentence, or ours where it has none.
fn message(answered: &Answered, code: Option<&str>) -> String {
    let region = answered.region.as_deref().or_else(|| element(&answered.body, "Region"));
    if let (301 | 307 | 308 | 400, Some(region)) = (answered.status, region) {
        return format!("the bucket is in the region {}", quote::quoted(region));
    }
    match element(&answered.body, "Message") {
        Some(message) => shown(message),
        None if answered.status == 501 => "it does not know how to do this".to_owned(),
        None => code.map_or_else(|| "it gave no reason".to_owned(), shown),
    }
}

/// The text of the first element of this name in an XML document.
fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once(&format!("</{name}>"))?;
    Some(text.trim()).filter(|text| !text.is_empty())
}

/// Untrusted text as it may be shown: without secrets, on one line, not for ever.
fn shown(text: &str) -> String {
    let text = mask::hide(text);
    quote::escaped(&text[..text.floor_char_boundary(300)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, body: &str) -> Heard {
        let last = Outcome::Answered(Answered { status, body: body.to_owned(), ..Answered::default() });
        Heard { last: Some(last), date: None }
    }

    fn verdict(heard: &Heard) -> String {
        match judge("write s3://b/k".to_owned(), heard, &"own words") {
            Verdict::NoObject => "no object".to_owned(),
            Verdict::Condition => "condition".to_owned(),
            Verdict::Failed(failure) => format!("failed: {failure}"),
            Verdict::Unclear(failure) => format!("unclear: {failure}"),
        }
    }

    #[test]
    fn an_answer_means_what_its_status_and_code_say() {
        let code = |code: &str| format!("<Error><Code>{code}</Code><Message>It says so.</Message></Error>");
        for (status, body, expected) in [
            (404, code("NoSuchKey"), "no object"),
            (
                404,
                code("NoSuchBucket"),
                "failed: could not write s3://b/k: there is no such bucket: It says so. (status 404, NoSuchBucket)",
            ),
            (
                404,
                "<html>not here</html>".to_owned(),
                "failed: could not write s3://b/k: the server refuses it: it gave no reason (status 404)",
            ),
            (412, code("PreconditionFailed"), "condition"),
            (304, String::new(), "condition"),
            (
                403,
                code("AccessDenied"),
                "failed: could not write s3://b/k: the server does not allow it: It says so. (status 403, AccessDenied)",
            ),
            (
                400,
                code("ExpiredToken"),
                "failed: could not write s3://b/k: the server does not allow it: It says so. (status 400, ExpiredToken)",
            ),
            (
                400,
                code("InvalidArgument"),
                "failed: could not write s3://b/k: the server refuses it: It says so. (status 400, InvalidArgument)",
            ),
            (
                409,
                code("ConditionalRequestConflict"),
                "failed: could not write s3://b/k: the server is down or busy: It says so. (status 409, ConditionalRequestConflict)",
            ),
            (
                301,
                "<Region>eu-west-1</Region>".to_owned(),
                "failed: could not write s3://b/k: the server refuses it: the bucket is in the region \"eu-west-1\" (status 301)",
            ),
            (
                501,
                String::new(),
                "failed: could not write s3://b/k: the server refuses it: it does not know how to do this (status 501)",
            ),
            (
                500,
                code("InternalError"),
                "unclear: could not write s3://b/k: the server is down or busy: It says so. (status 500, InternalError)",
            ),
            (
                503,
                code("SlowDown"),
                "unclear: could not write s3://b/k: the server is down or busy: It says so. (status 503, SlowDown)",
            ),
            (
                408,
                String::new(),
                "unclear: could not write s3://b/k: the server is down or busy: it gave no reason (status 408)",
            ),
            (
                200,
                String::new(),
                "unclear: could not write s3://b/k: the server is down or busy: its answer cannot be read: own words",
            ),
        ] {
            assert_eq!(verdict(&answered(status, &body)), expected);
        }
    }

    #[test]
    fn a_request_that_never_left_was_not_carried_out_and_one_that_may_have_left_may_have_been() {
        let heard = |last| Heard { last, date: None };
        for (last, expected) in [
            (None, "failed: could not write s3://b/k: the server refuses it: own words"),
            (
                Some(Outcome::Unsent("refused".into())),
                "failed: could not write s3://b/k: the server is down or busy: refused",
            ),
            (
                Some(Outcome::Lost("timed out".into())),
                "unclear: could not write s3://b/k: the server is down or busy: timed out",
            ),
            (Some(Outcome::Sent), "unclear: could not write s3://b/k: the server is down or busy: own words"),
        ] {
            assert_eq!(verdict(&heard(last)), expected);
        }
    }

    #[test]
    fn what_a_store_says_is_shown_without_secrets_on_one_line_and_not_for_ever() {
        mask::learn("a-session-token-of-a-run");
        let body = format!("<Message>a-session-token-of-a-run\n\u{1b}[31m{}</Message>", "x".repeat(1000));
        let said = verdict(&answered(403, &body));
        assert!(said.contains("************************\\n\\u001b[31mxxx") && said.len() < 500, "{said}");
    }
}

//! `POST /v1/webhooks/endpoints`: what is refused, what is made, what is answered again, and how faults spoil it.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use url::{Host, Url};

use super::account::{Account, Given, Millis, Shape, Wanted};
use super::fault::{Kind, Struck};
use super::reply::{Content, Ending, Reply};
use super::{EVENTS, Idempotency};

/// What the outside adds to a create.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting {
    pub now: Millis,
    /// How much later a late commit commits.
    pub late: Millis,
    pub idempotency: Idempotency,
    pub shape: Shape,
    pub seed: Option<u64>,
}

/// An answer and the id of the endpoint it is about.
pub(super) type Outcome = (Reply, Option<String>);

/// Answers one create.
pub(super) fn create(account: &mut Account, key: Option<&str>, body: &[u8], struck: Struck, at: Setting) -> Outcome {
    let key = key.filter(|_| at.idempotency != Idempotency::Ignore);
    let digest = BASE64_STANDARD.encode(Sha256::digest(body));
    if let Some(refusal) = struck.spoiler.and_then(refusal) {
        if let (Some(key), Idempotency::HonourErrors, Content::Json(answer), 409 | 500..) =
            (key, at.idempotency, &refusal.content, refusal.status)
        {
            let (status, answer) = (refusal.status, answer.clone());
            let given = Given { body_sha256: digest, status, answer, endpoint_id: None, since_ms: at.now };
            account.given.entry(key.to_owned()).or_insert(given);
        }
        return (refusal, None);
    }
    let wanted = match wanted(body) {
        Ok(wanted) => wanted,
        Err(refusal) => return (refusal, None),
    };
    match key.and_then(|key| account.given(key, at.now)) {
        Some(given) if given.body_sha256 != digest => {
            (Reply::error(409, "idempotency_conflict", "This idempotency key was used with another body."), None)
        }
        Some(given) => {
            let mut reply = Reply::json(given.status, given.answer.clone());
            if let (Idempotency::WithoutSecret, Content::Json(Value::Object(answer))) =
                (at.idempotency, &mut reply.content)
            {
                answer.remove("signingSecret");
            }
            (spoil(struck.spoiler, reply), given.endpoint_id.clone())
        }
        None => make(account, key, wanted, &digest, struck, at),
    }
}

/// Makes the endpoint, remembers the answer under the key, and spoils what is sent.
fn make(
    account: &mut Account,
    key: Option<&str>,
    wanted: Wanted,
    digest: &str,
    struck: Struck,
    at: Setting,
) -> Outcome {
    let made_ms = at.now + if struck.spoiler == Some(Kind::LateCommit) { at.late } else { 0 };
    if let Some(key) = key {
        account.roll_back(key, at.now);
    }
    if struck.twin {
        account.make(by_somebody_else(wanted.clone()), made_ms, at.seed);
    }
    let endpoint = account.make(wanted, made_ms, at.seed);
    let good = Reply::json(201, endpoint.created(at.shape));
    let reply = spoil(struck.spoiler, good.clone());
    if let Some(key) = key {
        let kept = if at.idempotency == Idempotency::HonourErrors { &reply } else { &good };
        // A proxy's page is not the server's answer.
        let kept = if matches!(kept.content, Content::Json(_)) { kept } else { &good };
        let Reply { status, content: Content::Json(answer), .. } = kept.clone() else { return (reply, None) };
        let endpoint_id = Some(endpoint.endpoint_id.clone());
        let given = Given { body_sha256: digest.to_owned(), status, answer, endpoint_id, since_ms: made_ms };
        account.given.insert(key.to_owned(), given);
    }
    (reply, Some(endpoint.endpoint_id))
}

/// The same words from somebody who knows no tags: whoever marks an endpoint marks no other.
fn by_somebody_else(mut wanted: Wanted) -> Wanted {
    let own = wanted.description.as_deref().and_then(|text| text.rfind("[hw:").map(|at| text[..at].trim_end()));
    if let Some(own) = own {
        wanted.description = Some(own.to_owned()).filter(|text| !text.is_empty());
    }
    wanted
}

/// The answer of a fault that makes nothing.
fn refusal(kind: Kind) -> Option<Reply> {
    Some(match kind {
        Kind::LostBefore => Reply { ending: Ending::Closed, ..Reply::nothing(500) },
        Kind::Error500Before => Reply::broken(500),
        Kind::Error503Before => Reply::broken(503),
        Kind::Html502Before => Reply::bad_gateway(),
        Kind::Conflict409Before => Reply::error(409, "conflict", "The endpoint is being changed by another request."),
        Kind::Redirect302Before => Reply { location: Some("/v1/webhooks/endpoints/elsewhere"), ..Reply::nothing(302) },
        Kind::Credits402 => Reply::error(429, "insufficient_credits", "The team has no credits left."),
        Kind::Unauthorized401 => Reply::error(401, "invalid_api_key", "The API key is not valid."),
        Kind::Forbidden403 => forbidden(),
        _ => return None,
    })
}

fn forbidden() -> Reply {
    let requirement = json!({"type": "upgrade_plan", "details": {"plan": "business"}});
    let mut body = json!({"message": "Webhooks are not part of this plan.", "code": "not_authorized"});
    body["requirement"] = requirement;
    Reply::json(403, body)
}

/// The answer of a fault that comes after the endpoint was made.
fn spoil(kind: Option<Kind>, mut reply: Reply) -> Reply {
    match kind {
        Some(Kind::LostAfter | Kind::LateCommit) => Reply { ending: Ending::Closed, ..reply },
        Some(Kind::HangAfter) => Reply { ending: Ending::Silent, ..reply },
        Some(Kind::Truncate) => Reply { ending: Ending::Torn, ..reply },
        Some(Kind::Error500After) => Reply::broken(500),
        Some(Kind::Html502After) => Reply::bad_gateway(),
        Some(Kind::Timeout408After) => Reply::error(408, "timeout", "The request took too long."),
        Some(Kind::Ok200After) => Reply { status: 200, ..reply },
        Some(Kind::NoSecret) => {
            if let Content::Json(Value::Object(answer)) = &mut reply.content {
                answer.remove("signingSecret");
            }
            reply
        }
        _ => reply,
    }
}

/// Reads and judges the body of a create.
fn wanted(body: &[u8]) -> Result<Wanted, Reply> {
    let value: Value = serde_json::from_slice(body)
        .map_err(|_| Reply::error(400, "invalid_request", "The request body is not valid JSON."))?;
    let Value::Object(fields) = value else {
        return Err(Reply::error(400, "invalid_request", "The request body must be a JSON object."));
    };
    let url = match fields.get("url") {
        Some(Value::String(url)) if acceptable(url) => url.clone(),
        Some(Value::String(_)) => return Err(Reply::invalid("`url` must be an HTTPS URL.")),
        _ => return Err(Reply::invalid("`url` is required.")),
    };
    let description = match fields.get("description") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.clone()),
        Some(_) => return Err(Reply::invalid("`description` must be a string or null.")),
    };
    Ok(Wanted { url, events: events(&fields)?, description })
}

fn events(fields: &Map<String, Value>) -> Result<Vec<String>, Reply> {
    let Some(Value::Array(items)) = fields.get("events") else {
        return Err(Reply::invalid("`events` is required."));
    };
    if items.is_empty() {
        return Err(Reply::invalid("`events` must contain at least one event."));
    }
    let known = |item: &Value| item.as_str().filter(|name| EVENTS.contains(name)).map(str::to_owned);
    let unknown = |item: &Value| Reply::invalid(format!("Unknown webhook event: {item}."));
    items.iter().map(|item| known(item).ok_or_else(|| unknown(item))).collect()
}

/// HTTPS; and HTTP where it stays on this machine, so that deliveries can be tried.
fn acceptable(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    let local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && local)
}

//! `GET /v1/webhooks/endpoints`: pages, cursors, and the ways in which a listing can deceive.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::account::{Account, Millis, Shape};
use super::fault::Kind;
use super::reply::Reply;

const DEFAULT_LIMIT: usize = 50;
const MOST: usize = 200;

/// What the outside adds to a listing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting {
    pub now: Millis,
    /// How long an endpoint exists before it is listed.
    pub lag: Millis,
    pub shape: Shape,
    /// The older form: everything in one answer, and nothing beside `endpoints`.
    pub legacy: bool,
}

/// Answers one page.
pub(super) fn list(account: &Account, query: &str, fault: Option<Kind>, at: Setting) -> Reply {
    let Query { limit, after } = match Query::read(query) {
        Ok(query) => query,
        Err(reply) => return reply,
    };
    let (limit, after) = if at.legacy { (usize::MAX, 0) } else { (limit, after) };
    let listed = account.existing(at.now.saturating_sub(at.lag), after);
    let mut page: Vec<_> = listed.take(limit.saturating_add(1)).collect();
    let mut more = page.len() > limit;
    page.truncate(limit);
    let mut next = page.last().map_or(after, |(number, _)| *number);
    match fault {
        Some(Kind::List500) => return Reply::broken(500),
        Some(Kind::ListShift) if !page.is_empty() => drop(page.remove(0)),
        Some(Kind::ListMiss) => drop(page.pop()),
        Some(Kind::ListStuck) => (more, next) = (true, after),
        Some(Kind::ListEndless) => {
            page.clear();
            (more, next) = (true, after);
        }
        // A page of one that repeats itself would be a listing without an end.
        Some(Kind::ListRepeat) if page.len() > 1 => (more, next) = (true, next - 1),
        _ => {}
    }
    let endpoints: Vec<Value> = page.iter().map(|(_, endpoint)| endpoint.listed(at.shape)).collect();
    if at.legacy {
        return Reply::json(200, json!({"endpoints": endpoints}));
    }
    let fresh = if fault == Some(Kind::ListEndless) { rand::random() } else { 0 };
    let cursor = more.then(|| cursor(next, fresh));
    Reply::json(200, json!({"endpoints": endpoints, "hasMore": more, "nextCursor": cursor}))
}

/// The place behind an endpoint's number. It stays good when that endpoint is deleted; `fresh` makes it look new.
fn cursor(after: u64, fresh: u32) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(format!("after:{after}:{fresh}"))
}

fn place(cursor: &str) -> Option<u64> {
    let text = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    text.strip_prefix("after:")?.split_once(':')?.0.parse().ok()
}

struct Query {
    limit: usize,
    after: u64,
}

impl Query {
    fn read(query: &str) -> Result<Self, Reply> {
        let mut read = Self { limit: DEFAULT_LIMIT, after: 0 };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "limit" => {
                    let limit = value.parse().ok().filter(|limit| *limit >= 1);
                    let limit: usize =
                        limit.ok_or_else(|| Reply::invalid("`limit` must be a number from 1 to 200."))?;
                    read.limit = limit.min(MOST);
                }
                "cursor" => read.after = place(&value).ok_or_else(|| Reply::invalid("`cursor` is not valid."))?,
                _ => {}
            }
        }
        Ok(read)
    }
}

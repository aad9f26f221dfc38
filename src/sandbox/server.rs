//! From a request to its answer: the key, the limits, the route, the faults, and how the answer leaves.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, UNIX_EPOCH};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::account::{Account, Millis, Shape};
use super::create::{self, Outcome};
use super::database::Changes;
use super::fault::{Dice, Group, Kind, Struck};
use super::limit::{LONGEST, Limiter};
use super::log::{self, RequestLog};
use super::reply::{Ending, Reply};
use super::wire::{Cut, Gate};
use super::{Error, Options, delivery, listing};

/// The most bytes of a request.
const MOST_BYTES: usize = 1 << 20;

/// What all requests share.
pub(super) struct Server {
    pub(super) options: Options,
    account: Arc<Mutex<Account>>,
    changes: Option<Changes>,
    dice: Mutex<Dice>,
    limiter: Option<Mutex<Limiter>>,
    log: Option<RequestLog>,
    stopped: watch::Receiver<bool>,
}

/// Where a request goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Route<'a> {
    Create,
    List,
    Delete(&'a str),
    Me,
    Trigger,
    Unknown,
}

impl<'a> Route<'a> {
    fn of(method: &Method, path: &'a str) -> Self {
        let endpoint = path.strip_prefix("/v1/webhooks/endpoints/").filter(|id| !id.is_empty() && !id.contains('/'));
        match (method.as_str(), path, endpoint) {
            ("POST", "/v1/webhooks/endpoints", _) => Self::Create,
            ("GET", "/v1/webhooks/endpoints", _) => Self::List,
            ("DELETE", _, Some(id)) => Self::Delete(id),
            ("GET", "/v1/me", _) => Self::Me,
            ("POST", "/_sandbox/trigger", _) => Self::Trigger,
            _ => Self::Unknown,
        }
    }

    /// The group of faults, and that of the rate limit.
    fn groups(self) -> Option<(Group, &'static str)> {
        match self {
            Self::Create => Some((Group::Create, "webhooks")),
            Self::List => Some((Group::List, "webhooks")),
            Self::Delete(_) => Some((Group::Delete, "webhooks")),
            Self::Me => Some((Group::Me, "account")),
            Self::Trigger | Self::Unknown => None,
        }
    }
}

/// Serves until the server is told to stop.
pub(super) async fn run(listener: TcpListener, server: Arc<Server>) {
    let stopped = server.stopped();
    let app = Router::new().fallback(answer).with_state(server);
    let service = app.into_make_service_with_connect_info::<Cut>();
    // Accepting never fails for good: axum tries again by itself.
    let _ = axum::serve(Gate(listener), service).with_graceful_shutdown(stopped).await;
}

async fn answer(State(server): State<Arc<Server>>, ConnectInfo(cut): ConnectInfo<Cut>, request: Request) -> Response {
    let request_id = format!("req_{:016x}", rand::random::<u64>());
    let (parts, body) = request.into_parts();
    let reply = match axum::body::to_bytes(body, MOST_BYTES).await {
        _ if !is_local(&parts) => Reply::error(403, "foreign_host", "The Host must be 127.0.0.1 or localhost."),
        Ok(body) if parts.uri.path() == "/_sandbox/trigger" => server.trigger(&parts, &body).await,
        Ok(body) => server.answer(&request_id, &parts, &body).await,
        Err(_) => Reply::error(413, "payload_too_large", "The request body is too large."),
    };
    match reply.ending {
        Ending::Whole => {}
        Ending::Torn => cut.last(reply.body().len().div_ceil(2)),
        Ending::Closed => cut.all(),
        Ending::Silent => {
            server.stopped().await;
            cut.all();
        }
    }
    reply.into_response(&request_id, server.options.clock_skew.now())
}

impl Server {
    pub(super) fn new(
        options: Options,
        account: Arc<Mutex<Account>>,
        changes: Option<Changes>,
        stopped: watch::Receiver<bool>,
    ) -> Result<Self, Error> {
        let dice = Dice::new(options.faults.clone(), options.seed.unwrap_or_else(rand::random));
        let limiter = options.rate_limit.map(|limit| Mutex::new(Limiter::new(limit)));
        let log = options.request_log.as_deref().map(RequestLog::open).transpose()?;
        Ok(Self { options, account, changes, dice: Mutex::new(dice), limiter, log, stopped })
    }

    #[cfg(test)]
    pub(super) fn set_faults(&self, faults: Vec<super::Fault>) {
        locked(&self.dice).load(faults);
    }

    /// Returns when the server is told to stop.
    fn stopped(&self) -> impl Future<Output = ()> + use<> {
        let mut stopped = self.stopped.clone();
        async move {
            // An error: nobody is left who could stop it otherwise; then it is for the runtime to end.
            if stopped.wait_for(|stopped| *stopped).await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// The latency lies on both sides of the deed, so that a client that goes away may or may not have caused it.
    async fn answer(&self, request_id: &str, parts: &Parts, body: &Bytes) -> Reply {
        let (arrived, latency) = (tokio::time::Instant::now(), self.options.latency.min(LONGEST));
        tokio::time::sleep_until(arrived + latency / 2).await;
        let route = Route::of(&parts.method, parts.uri.path());
        let (struck, (reply, endpoint_id)) = self.decide(route, parts, body);
        self.note(request_id, parts, body, struck, &reply, endpoint_id.as_deref());
        until(arrived + latency).await;
        reply
    }

    fn decide(&self, route: Route<'_>, parts: &Parts, body: &[u8]) -> (Struck, Outcome) {
        let struck = locked(&self.dice).roll(Group::All);
        if struck.spoiler.is_some() {
            return (struck, (Reply::broken(503), None));
        }
        let refused = |reply| (Struck::default(), (reply, None));
        let Some((group, limit_group)) = route.groups() else {
            let message = format!("No route for {} {}.", parts.method, parts.uri.path());
            return refused(Reply::not_found(message));
        };
        if let Some(reply) = self.unauthorized(&parts.headers) {
            return refused(reply);
        }
        let passed = self.limiter.as_ref().map(|limiter| locked(limiter).pass(limit_group, Instant::now()));
        if let Some(Err(wait)) = passed {
            return refused(Reply::rate_limited(self.retry_after(wait)));
        }
        let struck = locked(&self.dice).roll(group);
        if let Some(Kind::Limited429 | Kind::List429) = struck.spoiler {
            return (struck, (Reply::rate_limited(self.retry_after(Duration::from_secs(1))), None));
        }
        (struck, self.act(route, parts, body, struck))
    }

    fn act(&self, route: Route<'_>, parts: &Parts, body: &[u8], struck: Struck) -> Outcome {
        let mut account = locked(&self.account);
        let now = self.now();
        let shape = if self.options.answer_slash { Shape::Slashed } else { Shape::AsSent };
        let outcome = match route {
            Route::Create => {
                let Options { late, idempotency, seed, .. } = self.options;
                let setting = create::Setting { now, late: millis(late), idempotency, shape, seed };
                let key = parts.headers.get("idempotency-key").and_then(|key| key.to_str().ok());
                create::create(&mut account, key, body, struck, setting)
            }
            Route::List => {
                let (lag, legacy) = (millis(self.options.list_lag), self.options.legacy_list);
                let setting = listing::Setting { now, lag, shape, legacy };
                return (listing::list(&account, parts.uri.query().unwrap_or_default(), struck.spoiler, setting), None);
            }
            Route::Delete(id) => delete(&mut account, id, struck.spoiler, now),
            Route::Me => return (me(&account, struck.spoiler), None),
            Route::Trigger | Route::Unknown => return (Reply::not_found("No such route."), None),
        };
        drop(account);
        if let Some(changes) = &self.changes {
            changes.note();
        }
        outcome
    }

    /// The time by the server's own clock.
    fn now(&self) -> Millis {
        millis(self.options.clock_skew.now().duration_since(UNIX_EPOCH).unwrap_or_default())
    }

    fn retry_after(&self, wait: Duration) -> Option<String> {
        self.options.retry_after.header(wait, self.options.clock_skew.now())
    }

    fn unauthorized(&self, headers: &HeaderMap) -> Option<Reply> {
        let header = headers.get("authorization").and_then(|value| value.to_str().ok());
        match header.and_then(|value| value.strip_prefix("Bearer ")) {
            None => Some(Reply::error(401, "missing_api_key", "An API key is required.")),
            Some(key) if key == self.options.key => None,
            Some(_) => Some(Reply::error(401, "invalid_api_key", "The API key is not valid.")),
        }
    }

    async fn trigger(&self, parts: &Parts, body: &[u8]) -> Reply {
        if Route::of(&parts.method, parts.uri.path()) != Route::Trigger {
            return Reply::not_found("No such route.");
        }
        if let Some(reply) = self.unauthorized(&parts.headers) {
            return reply;
        }
        let endpoints = locked(&self.account).existing(self.now(), 0).map(|(_, endpoint)| endpoint.clone()).collect();
        delivery::trigger(body, endpoints, self.options.delivery_pause).await
    }

    fn note(&self, id: &str, parts: &Parts, body: &[u8], struck: Struck, reply: &Reply, endpoint_id: Option<&str>) {
        let Some(log) = &self.log else { return };
        let twin = struck.twin.then_some(Kind::Twin);
        log.write(&log::Line {
            time: log::now(),
            request_id: id,
            method: parts.method.as_str(),
            path: parts.uri.path_and_query().map_or("", |path| path.as_str()),
            idempotency_key: parts.headers.get("idempotency-key").and_then(|key| key.to_str().ok()),
            body: std::str::from_utf8(body).ok().filter(|body| !body.is_empty()),
            status: reply.told(),
            endpoint_id,
            faults: struck.spoiler.into_iter().chain(twin).map(Kind::name).collect(),
        });
    }
}

/// Whether a request asks for this machine by its own name. A page of the web whose name leads here asks for another.
fn is_local(parts: &Parts) -> bool {
    let host = parts.headers.get("host").and_then(|host| host.to_str().ok());
    let Some(authority) = host.and_then(|host| host.parse::<Authority>().ok()) else { return false };
    let name = authority.host().trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Waits until a moment and not a millisecond or two longer, as the runtime's timers do: benchmarks measure by it.
async fn until(moment: tokio::time::Instant) {
    const COARSE: Duration = Duration::from_millis(3);
    if let Some(early) = moment.checked_sub(COARSE) {
        tokio::time::sleep_until(early).await;
    }
    let left = moment.saturating_duration_since(tokio::time::Instant::now());
    if !left.is_zero() {
        let _ = tokio::task::spawn_blocking(move || std::thread::sleep(left)).await;
    }
}

fn delete(account: &mut Account, id: &str, fault: Option<Kind>, now: Millis) -> Outcome {
    if fault == Some(Kind::Delete500) {
        return (Reply::broken(500), None);
    }
    let reply = if account.delete(id, now) { Reply::nothing(204) } else { Reply::not_found("No such endpoint.") };
    let ending = if fault == Some(Kind::DeleteLostAfter) { Ending::Closed } else { Ending::Whole };
    (Reply { ending, ..reply }, Some(id.to_owned()))
}

fn me(account: &Account, fault: Option<Kind>) -> Reply {
    match fault {
        Some(Kind::Me500) => Reply::broken(500),
        Some(_) => Reply::not_found("No such route."),
        None => Reply::json(
            200,
            serde_json::json!({
                "apiKeyId": "vg_key_sandbox",
                "apiKeyNickname": "sandbox",
                "email": "sandbox@videogen.invalid",
                "displayName": null,
                "teamId": account.team_id,
            }),
        ),
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn millis(duration: Duration) -> Millis {
    Millis::try_from(duration.as_millis()).unwrap_or(Millis::MAX)
}

//! `hookwright ping`: does the consumer take what is signed with the stored secret?

use std::time::{Duration, UNIX_EPOCH};

use clap::Args;

use crate::cli::exit::{DONE, Ended};
use crate::cli::failure::Failure;
use crate::cli::flags::Global;
use crate::cli::identity::{IdentityArgs, reveal};
use crate::cli::stored::current;
use crate::cli::stored::read;
use crate::cli::{clock, project, proxy, terminal};
use crate::delivery::{Answer, NotSent, send, sign};
use crate::endpoint::Name;
use crate::quote::escaped;

/// Send a signed test event to an endpoint.
///
/// The URL and the secret are those of the state. It is sent once, straight there: no redirect is followed and no proxy
/// asked. Status, latency and verdict are printed, and nothing of the answer. Exit 0 where the answer is 2xx.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hookwright ping render-done --identity ~/.config/hookwright/identity.txt")]
pub(crate) struct PingArgs {
    /// The entry
    name: Name,
    /// How long the answer may take
    #[arg(long, value_name = "TIME", default_value = "15s", value_parser = humantime::parse_duration)]
    request_timeout: Duration,
    #[command(flatten)]
    identity: IdentityArgs,
}

/// Runs the command.
pub(super) async fn run(global: &Global, args: &PingArgs) -> Ended {
    let state = read(&project::store(global)?).await?;
    let managed = current(&state, &args.name)?;
    let secret = reveal(&state.lineage, &args.name, managed, &args.identity.read()?)?;
    let id = format!("msg_{}", uuid::Uuid::new_v4().simple());
    let now = clock::now();
    let at = humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_secs(u64::try_from(now.0).unwrap_or(0)));
    let body = serde_json::json!({"event": "hookwright.ping", "occurredAt": at.to_string(), "test": true}).to_string();
    let refused = |e: &dyn std::error::Error| {
        let failure = Failure::new(format!("`{}` was not pinged: {e}", args.name));
        e.source().map_or(failure, |cause| Failure::caused(format!("`{}` was not pinged: {e}", args.name), cause))
    };
    let signed = sign(&secret, id, now, body).map_err(|e| refused(&e).hint("rotate it to get a new secret"))?;
    drop(secret);
    let url = managed.expected_live().url.as_str();
    let proxy = proxy::proxy()?.map(|proxy| proxy.for_https()).transpose().map_err(Failure::new)?;
    let answer = send(url, &signed, args.request_timeout, proxy).await.map_err(|e| {
        let failure = refused(&e);
        match e {
            NotSent::Connection(_) | NotSent::Slow(_) => {
                failure.hint(format!("is {} up, and reachable from here?", escaped(url)))
            }
            _ => failure,
        }
    })?;
    let Answer { status, latency } = answer;
    let (verdict, hint) = verdict(status);
    terminal::print(&format!("{} {}: {status} in {} ms: {verdict}\n", args.name, escaped(url), latency.as_millis()))?;
    match hint {
        None => Ok(DONE),
        Some(hint) => Err(Failure::new(format!("`{}` did not take the test event", args.name)).hint(hint)),
    }
}

/// What a status says, and what to do about it; nothing where the event was taken.
fn verdict(status: u16) -> (&'static str, Option<&'static str>) {
    match status {
        200..=299 => ("accepted", None),
        300..=399 => ("a redirect, which is not followed", Some("webhooks follow none: set the URL to where it leads")),
        400 | 401 | 403 => {
            ("refused", Some("does it check signatures with another secret? Hand it this one: hookwright secret show"))
        }
        404 | 405 | 410 => ("nobody takes events there", Some("is the URL's path right, and does it take POST?")),
        500..=599 => {
            ("the consumer failed", Some("its own log says why; an unknown event should be answered with 2xx"))
        }
        _ => ("not accepted", Some("a consumer answers 2xx to what it takes")),
    }
}

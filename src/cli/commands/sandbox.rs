//! `hookwright sandbox`: a local server that speaks the webhook API, and `sandbox trigger`, which makes it deliver.

use std::fmt::Display;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::{Failure, terminal};
use crate::sandbox::{self, DEFAULT_KEY, Delivery, EVENTS, Fault, Kind, Options, Skew, TriggerError};

const EXAMPLES: &str = "\
Examples:
  Serve on port 8787, keep the endpoints in a file:
    hookwright sandbox --db sandbox.json
  Use it from another terminal:
    export VIDEOGEN_API_KEY=sk_videogen_sandbox
    export VIDEOGEN_BASE_URL=http://127.0.0.1:8787
    hookwright apply
  Lose every fifth answer; allow 100 requests an hour:
    hookwright sandbox --fault lost-after=0.2 --rate-limit 100/1h
  Deliver a signed event to everything that subscribed to it:
    hookwright sandbox trigger tool_execution.succeeded";

const TRIGGER_EXAMPLE: &str = "\
Example:
  hookwright sandbox trigger file.playback_ready --url http://127.0.0.1:8787";

/// Run a local server that speaks the VideoGen webhook API
///
/// It listens on 127.0.0.1, keeps its endpoints in memory or in a file, delivers signed events, and fails on demand.
/// It runs until SIGINT or SIGTERM. Its secrets are for tests alone.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub struct SandboxArgs {
    #[command(subcommand)]
    action: Option<Action>,
    /// Port on 127.0.0.1; 0 is any free one
    #[arg(long, default_value_t = 8787)]
    port: u16,
    /// The one API key that is accepted
    #[arg(long, default_value = DEFAULT_KEY)]
    key: String,
    /// Team that the key belongs to [default: the database's, or vg_team_sandbox]
    #[arg(long, value_name = "ID")]
    team: Option<String>,
    /// File that keeps the endpoints and their secrets, in plain text [default: memory alone]
    #[arg(long, value_name = "FILE")]
    db: Option<PathBuf>,
    /// Time from a request to its answer, such as 50ms
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = humantime::parse_duration)]
    latency: Duration,
    /// Most requests in a window, such as 100/1h, for each group of routes
    #[arg(long, value_name = "N/TIME", value_parser = rate)]
    rate_limit: Option<(u32, Duration)>,
    /// Form of the Retry-After header of a 429
    #[arg(long, value_name = "FORM", value_enum, default_value_t = RetryAfter::Seconds)]
    retry_after: RetryAfter,
    /// Something that goes wrong: KIND=PROBABILITY, or KIND@N,M for the N-th and M-th request of its route
    #[arg(long = "fault", value_name = "FAULT", long_help = fault_help())]
    faults: Vec<Fault>,
    /// How much later a late-commit commits
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = humantime::parse_duration)]
    late: Duration,
    /// What a repeated Idempotency-Key does
    #[arg(long, value_name = "MODE", value_enum, default_value_t = Idempotency::Honour)]
    idempotency: Idempotency,
    /// How long an endpoint exists before listings show it
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = humantime::parse_duration)]
    list_lag: Duration,
    /// List in the older form: {endpoints: [...]} and nothing else
    #[arg(long)]
    legacy_list: bool,
    /// Answer urls with a trailing slash, and a missing description as null
    #[arg(long)]
    answer_slash: bool,
    /// How far the server's clock is ahead of this machine's, such as 1h; -1h is behind
    #[arg(long, value_name = "TIME", default_value = "0s", allow_hyphen_values = true)]
    clock_skew: Skew,
    /// File that gets one JSON line a request, without secrets
    #[arg(long, value_name = "FILE")]
    request_log: Option<PathBuf>,
    /// Make faults, ids and secrets the same at every start
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a running sandbox deliver an event to every endpoint that subscribed to it
    #[command(after_help = TRIGGER_EXAMPLE)]
    Trigger(TriggerArgs),
}

#[derive(Debug, Args)]
struct TriggerArgs {
    /// The event
    #[arg(value_parser = EVENTS, hide_possible_values = true)]
    event: String,
    /// Where the sandbox listens
    #[arg(long, default_value = "http://127.0.0.1:8787")]
    url: String,
    /// The API key of the sandbox
    #[arg(long, default_value = DEFAULT_KEY)]
    key: String,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Idempotency {
    /// The first answer again, secret included; 409 for another body
    Honour,
    /// Every request makes an endpoint
    Ignore,
    /// The first answer again, without the secret
    WithoutSecret,
    /// Whatever was answered first, a 5xx of a fault too
    HonourErrors,
}

impl From<Idempotency> for sandbox::Idempotency {
    fn from(mode: Idempotency) -> Self {
        match mode {
            Idempotency::Honour => Self::Honour,
            Idempotency::Ignore => Self::Ignore,
            Idempotency::WithoutSecret => Self::WithoutSecret,
            Idempotency::HonourErrors => Self::HonourErrors,
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum RetryAfter {
    /// A number of seconds
    Seconds,
    /// An HTTP date
    Date,
    /// No header
    None,
}

impl From<RetryAfter> for sandbox::RetryAfter {
    fn from(form: RetryAfter) -> Self {
        match form {
            RetryAfter::Seconds => Self::Seconds,
            RetryAfter::Date => Self::Date,
            RetryAfter::None => Self::Absent,
        }
    }
}

impl From<SandboxArgs> for Options {
    fn from(args: SandboxArgs) -> Self {
        Self {
            port: args.port,
            key: args.key,
            team_id: args.team,
            db: args.db,
            latency: args.latency,
            rate_limit: args.rate_limit,
            retry_after: args.retry_after.into(),
            faults: args.faults,
            late: args.late,
            idempotency: args.idempotency.into(),
            list_lag: args.list_lag,
            legacy_list: args.legacy_list,
            answer_slash: args.answer_slash,
            clock_skew: args.clock_skew,
            request_log: args.request_log,
            seed: args.seed,
            ..Self::default()
        }
    }
}

/// Runs the sandbox until SIGINT or SIGTERM, or asks a running one to deliver.
pub async fn run(args: SandboxArgs) -> Result<(), Failure> {
    match args.action {
        Some(Action::Trigger(args)) => trigger(args).await,
        None => serve(args.into()).await.map_err(Failure::new),
    }
}

async fn serve(options: Options) -> Result<(), String> {
    // Before the first line is out, for whoever reads it may send a signal at once.
    let mut interrupt = signal(SignalKind::interrupt()).map_err(chain)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(chain)?;
    let running = sandbox::serve(options).await.map_err(chain)?;
    say(&format!("listening on {}", running.url()))?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    running.stop().await.map_err(chain)
}

async fn trigger(TriggerArgs { event, url, key }: TriggerArgs) -> Result<(), Failure> {
    let deliveries = sandbox::trigger(&url, &key, &event).await.map_err(not_triggered)?;
    if deliveries.is_empty() {
        say(&format!("no endpoint is subscribed to {event}")).map_err(Failure::new)?;
        terminal::help("`hookwright apply` makes some there, with VIDEOGEN_BASE_URL set to the sandbox's url");
        return Ok(());
    }
    deliveries.iter().try_for_each(|delivery| say(&told(delivery))).map_err(Failure::new)?;
    match deliveries.iter().filter(|delivery| !delivery.is_accepted()).count() {
        0 => Ok(()),
        failed => Err(Failure::new(format!("{failed} of {} deliveries failed", deliveries.len()))),
    }
}

fn not_triggered(error: TriggerError) -> Failure {
    // An error may hold what a stranger answered.
    match error {
        TriggerError::Unreachable { .. } => Failure::new(crate::quote::escaped(&error.to_string()))
            .hint("start one in another terminal with `hookwright sandbox`, or name it with --url"),
        _ => Failure::new(crate::quote::escaped(&chain(error))),
    }
}

fn told(delivery: &Delivery) -> String {
    let Delivery { endpoint_id, url, webhook_id, attempts, status, error } = delivery;
    let outcome = match (status, error) {
        (Some(status), _) => status.to_string(),
        (None, error) => error.clone().unwrap_or_default(),
    };
    let times = if *attempts == 1 { "attempt" } else { "attempts" };
    // What is said of an endpoint never begins with words of its server.
    let line = format!("delivery to {endpoint_id} {url} {webhook_id}: {outcome} ({attempts} {times})");
    crate::quote::escaped(&line)
}

/// Writes one line at once; a reader that is gone is an error like any other.
fn say(line: &str) -> Result<(), String> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", terminal::safe(line))
        .and_then(|()| out.flush())
        .map_err(|error| format!("cannot write to stdout: {error}"))
}

fn rate(text: &str) -> Result<(u32, Duration), String> {
    let (requests, window) = text.split_once('/').ok_or("a rate is written N/TIME, such as 100/1h")?;
    let requests = requests.parse().map_err(|_| format!("`{requests}` is no number of requests"))?;
    let window = humantime::parse_duration(window).map_err(|error| format!("`{window}` is no time: {error}"))?;
    Ok((requests, window))
}

fn fault_help() -> String {
    let kinds: Vec<_> = Kind::ALL.iter().map(|kind| kind.name()).collect();
    format!(
        "Something that goes wrong: KIND=PROBABILITY, or KIND@N,M for the N-th and M-th request of its route. May be \
         given more than once; of several that strike one request, the first counts (twin goes with any).\n\n\
         Kinds: {}",
        kinds.join(", ")
    )
}

/// An error with its causes on one line.
fn chain(error: impl std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        append(&mut text, inner);
        cause = inner.source();
    }
    text
}

fn append(text: &mut String, cause: &dyn Display) {
    let cause = cause.to_string();
    if !text.contains(&cause) {
        text.push_str(": ");
        text.push_str(&cause);
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        args: SandboxArgs,
    }

    fn parsed(line: &str) -> Result<SandboxArgs, clap::Error> {
        Command::try_parse_from(std::iter::once("sandbox").chain(line.split_whitespace())).map(|command| command.args)
    }

    #[test]
    fn flags_become_options() {
        let line = "--port 0 --rate-limit 100/1h --fault lost-after=0.2 --fault 429@1,2 --idempotency without-secret \
                    --retry-after none --latency 50ms --late 2s --list-lag 3s --legacy-list --clock-skew -1h --seed 7";
        let options = Options::from(parsed(line).unwrap());
        assert_eq!((options.port, options.key.as_str(), options.seed), (0, DEFAULT_KEY, Some(7)));
        assert_eq!(options.rate_limit, Some((100, Duration::from_secs(3600))));
        assert_eq!(options.faults.iter().map(Fault::to_string).collect::<Vec<_>>(), ["lost-after=0.2", "429@1,2"]);
        assert_eq!(options.idempotency, sandbox::Idempotency::WithoutSecret);
        assert_eq!(options.retry_after, sandbox::RetryAfter::Absent);
        assert_eq!(options.clock_skew, "-1h".parse().unwrap());
        let times = [options.latency, options.late, options.list_lag].map(|time| time.as_millis());
        assert_eq!((times, options.legacy_list, options.answer_slash), ([50, 2000, 3000], true, false));
    }

    #[test]
    fn what_is_no_rate_fault_or_event_is_refused_with_its_reason() {
        let reason = |line: &str| parsed(line).unwrap_err().to_string();
        assert!(reason("--rate-limit 100").contains("a rate is written N/TIME"));
        assert!(reason("--rate-limit x/1h").contains("`x` is no number of requests"));
        assert!(reason("--rate-limit 1/x").contains("`x` is no time"));
        assert!(reason("--fault oops=1").contains("unknown fault `oops`"));
        assert!(reason("trigger tool_execution.done").contains("invalid value"));
        assert!(parsed("trigger tool_execution.failed --url http://127.0.0.1:1").is_ok());
    }

    #[test]
    fn a_delivery_is_told_on_one_harmless_line() {
        let delivery = |status, error: Option<&str>| Delivery {
            endpoint_id: "ep_1".into(),
            url: "http://127.0.0.1:9/\u{1b}[2J".into(),
            webhook_id: "msg_1".into(),
            attempts: 1,
            status,
            error: error.map(Into::into),
        };
        assert_eq!(
            told(&delivery(Some(204), None)),
            r"delivery to ep_1 http://127.0.0.1:9/\u001b[2J msg_1: 204 (1 attempt)"
        );
        assert!(told(&delivery(None, Some("refused\n"))).ends_with(r"msg_1: refused\n (1 attempt)"));
    }
}

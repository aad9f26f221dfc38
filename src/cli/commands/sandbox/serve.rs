//! `hookwright sandbox`: the server until a signal ends it.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::exit::{DONE, Ended};
use crate::cli::failure::{Failure, on_one_line};
use crate::cli::results::confined;
use crate::cli::terminal;
use crate::sandbox::{self, DEFAULT_KEY, Fault, Kind, Options, Skew};

/// How the sandbox listens and what it pretends.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
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

impl From<ServeArgs> for Options {
    fn from(args: ServeArgs) -> Self {
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

/// Runs the server until SIGINT or SIGTERM.
pub(super) async fn run(args: ServeArgs) -> Ended {
    let failed = |e: &(dyn std::error::Error + 'static)| Failure::new(on_one_line(e));
    // Before the first line is out, for whoever reads it may send a signal at once.
    let mut interrupt = signal(SignalKind::interrupt()).map_err(|e| failed(&e))?;
    let mut terminate = signal(SignalKind::terminate()).map_err(|e| failed(&e))?;
    args.db.iter().chain(&args.request_log).try_for_each(|path| confined(path))?;
    let key = if args.key == DEFAULT_KEY { DEFAULT_KEY } else { "KEY" };
    let running = sandbox::serve(args.into()).await.map_err(|e| failed(&e))?;
    terminal::print_line(&format!("listening on {}", running.url()))?;
    terminal::say(&format!("to use it: export VIDEOGEN_BASE_URL={} VIDEOGEN_API_KEY={key}", running.url()));
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    running.stop().await.map_err(|e| failed(&e))?;
    Ok(DONE)
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
         given more than once; of several that strike one request, the first counts (duplicate goes with any).\n\n\
         Kinds: {}",
        kinds.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        args: ServeArgs,
    }

    fn parsed(line: &str) -> Result<ServeArgs, clap::Error> {
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
    fn what_is_no_rate_or_fault_is_refused_with_its_reason() {
        let reason = |line: &str| parsed(line).unwrap_err().to_string();
        assert!(reason("--rate-limit 100").contains("a rate is written N/TIME"));
        assert!(reason("--rate-limit x/1h").contains("`x` is no number of requests"));
        assert!(reason("--rate-limit 1/x").contains("`x` is no time"));
        assert!(reason("--fault oops=1").contains("unknown fault `oops`"));
    }
}

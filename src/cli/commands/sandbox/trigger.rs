//! `hookwright sandbox trigger`: a running sandbox delivers an event.

use clap::Args;

use crate::cli::exit::{DONE, Ended};
use crate::cli::failure::{Failure, on_one_line};
use crate::cli::terminal;
use crate::quote::escaped;
use crate::sandbox::{self, DEFAULT_KEY, Delivery, EVENTS, TriggerError};

/// Make a running sandbox deliver an event to every endpoint that subscribed to it
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hookwright sandbox trigger file.playback_ready --url http://127.0.0.1:8787")]
pub(super) struct TriggerArgs {
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

/// Runs the command.
pub(super) async fn run(TriggerArgs { event, url, key }: TriggerArgs) -> Ended {
    let deliveries = sandbox::trigger(&url, &key, &event).await.map_err(not_triggered)?;
    if deliveries.is_empty() {
        terminal::print_line(&format!("no endpoint is subscribed to {event}"))?;
        terminal::hint("`hookwright apply` makes some there, with VIDEOGEN_BASE_URL set to the sandbox's url");
        return Ok(DONE);
    }
    deliveries.iter().try_for_each(|delivery| terminal::print_line(&told(delivery)))?;
    match deliveries.iter().filter(|delivery| !delivery.is_accepted()).count() {
        0 => Ok(DONE),
        failed => Err(Failure::new(format!("{failed} of {} deliveries failed", deliveries.len()))),
    }
}

fn not_triggered(error: TriggerError) -> Failure {
    // An error may hold what a stranger answered.
    match error {
        TriggerError::Unreachable { .. } => Failure::new(escaped(&error.to_string()))
            .hint("start one in another terminal with `hookwright sandbox`, or name it with --url"),
        _ => Failure::new(escaped(&on_one_line(&error))),
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
    escaped(&line)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        args: TriggerArgs,
    }

    #[test]
    fn an_event_that_the_api_does_not_have_is_refused() {
        let parsed = |line: &str| Command::try_parse_from(line.split_whitespace()).map(|command| command.args.event);
        let refused = parsed("trigger tool_execution.done").unwrap_err().to_string();
        assert!(refused.contains("invalid value"), "{refused}");
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

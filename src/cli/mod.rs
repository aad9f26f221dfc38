//! The command line: arguments, one file a command, the exit codes. The only reader of environment, clock and
//! working folder, and the only writer to the terminal.

mod applying;
mod arguments;
mod carry_out;
mod clock;
mod commands;
mod connection;
mod credentials;
mod exit;
mod failure;
mod flags;
mod formats;
mod identity;
mod lock;
mod next_steps;
mod outcome;
mod pipeline;
mod place;
mod planfile;
mod planning;
mod progress;
mod project;
mod proxy;
mod report;
mod results;
mod selection;
mod shell;
mod signals;
mod source;
mod stored;
mod terminal;
mod values;

use std::process::ExitCode;

use clap::CommandFactory;

use arguments::Cli;
use failure::Failure;
use flags::Global;

/// Runs the command line of this process.
pub fn run() -> ExitCode {
    commands::completions::answer(Cli::command);
    learn_environment();
    let cli = match arguments::parse() {
        Ok(cli) => cli,
        Err(code) => return ExitCode::from(code),
    };
    if cli.global.no_color {
        anstream::ColorChoice::Never.write_global();
    }
    if let Ok(point) = std::env::var("HOOKWRIGHT_CRASH_AT") {
        crate::crash::arm(&point);
    }
    if let Some(scale) = std::env::var("HOOKWRIGHT_TIME_SCALE").ok().and_then(|scale| scale.parse().ok()) {
        crate::timestamp::scale_protocol(scale);
    }
    if cli.global.verbose || std::env::var_os("HOOKWRIGHT_LOG").is_some_and(|value| !value.is_empty() && value != "off")
    {
        terminal::be_verbose();
    }
    let ended = enter(&cli.global).and_then(|()| {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.map_err(|e| Failure::caused("the runtime could not be started", &e))?;
        let ended = runtime.block_on(commands::run(cli.command, &cli.global, Cli::command));
        // A thread that is blocked on a terminal must not keep the process.
        runtime.shutdown_background();
        ended
    });
    match ended {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            failure.print();
            ExitCode::from(failure.code())
        }
    }
}

/// The environment's secrets are masked from the first word on, whether the command uses them or not.
fn learn_environment() {
    for (name, value) in std::env::vars_os() {
        match (name.to_str(), value.to_str()) {
            (Some(name), Some(key)) if name.starts_with("VIDEOGEN_API_KEY") => crate::mask::learn(key),
            (Some("HOOKWRIGHT_IDENTITY"), Some(identity)) => identity::learn(identity.as_bytes()),
            _ => {}
        }
    }
}

fn enter(global: &Global) -> Result<(), Failure> {
    let Some(folder) = &global.chdir else { return Ok(()) };
    std::env::set_current_dir(folder)
        .map_err(|e| Failure::caused(format!("could not change to {}", terminal::path(folder)), &e))
}

//! The command line: arguments, one file a command, the exit codes. The only reader of environment, clock and
//! working folder, and the only writer to the terminal.

mod arguments;
mod commands;
mod connection;
mod failure;
mod identity;
mod lock;
mod next_steps;
mod outcome;
mod planfile;
mod progress;
mod project;
mod proxy;
mod report;
mod results;
mod selection;
mod signals;
mod source;
mod terminal;
mod values;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use failure::Failure;

/// Done, or nothing to do.
const DONE: u8 = 0;
/// `plan --detailed-exitcode`: there are changes.
const CHANGES: u8 = 2;
/// An apply stopped part-way.
const STOPPED: u8 = 3;

/// What a command ends with: an exit code, or a failure, which is exit 1.
type Ended = Result<u8, Failure>;

/// Provisions VideoGen webhook endpoints from a reviewed TOML file, and keeps their one-time signing secrets in a
/// state file, encrypted with age.
#[derive(Debug, Parser)]
#[command(
    name = "hookwright",
    version,
    max_term_width = 100,
    arg_required_else_help = true,
    after_help = "\
Examples:
  hookwright init                 write a starter file and make an age identity
  hookwright plan                 show what an apply would do
  hookwright apply                do it, after a question
  hookwright plan --env prod      in one of the configuration's environments
  hookwright secret show render-done -i ~/.config/hookwright/identity.txt

Environment: VIDEOGEN_API_KEY (the API key; there is no flag for it),
VIDEOGEN_BASE_URL, HOOKWRIGHT_VAR_NAME, HOOKWRIGHT_IDENTITY_FILE,
HOOKWRIGHT_IDENTITY, NO_COLOR, CLICOLOR_FORCE.
Exit codes: 0 done, 1 error or refusal, 2 changes (plan --detailed-exitcode),
3 stopped part-way."
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// What every command takes.
#[derive(Debug, Args)]
struct Global {
    /// The configuration: a file, or a folder all of whose *.toml are one
    #[arg(short, long, global = true, value_name = "PATH", default_value = "webhooks.toml")]
    config: PathBuf,
    /// The environment, where the configuration has any
    #[arg(long, global = true, value_name = "NAME")]
    env: Option<String>,
    /// The value of a variable; stands before HOOKWRIGHT_VAR_NAME
    #[arg(long = "var", global = true, value_name = "NAME=VALUE", value_parser = values::parse_pair)]
    vars: Vec<(String, String)>,
    /// A TOML file of values; HOOKWRIGHT_VAR_NAME stands before it, and it before those of the configuration
    #[arg(long = "var-file", global = true, value_name = "FILE")]
    var_files: Vec<PathBuf>,
    /// The state file [default: what the configuration says, else `state/STEM.ENV.state.json` beside it]
    #[arg(long, global = true, value_name = "PATH")]
    state: Option<PathBuf>,
    /// Run as if started in DIR
    #[arg(long, global = true, value_name = "DIR")]
    chdir: Option<PathBuf>,
    /// No colour, on a terminal either
    #[arg(long, global = true)]
    no_color: bool,
    /// Say on stderr what is asked of the API: method, path, status, time, request id [env: HOOKWRIGHT_LOG]
    #[arg(long, global = true)]
    verbose: bool,
}

/// How the API is asked.
#[derive(Debug, Args)]
struct Network {
    /// How long one request may take
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = humantime::parse_duration)]
    request_timeout: Duration,
    /// How long to wait in all when the API limits the rate
    #[arg(long, value_name = "TIME", default_value = "15m", value_parser = humantime::parse_duration)]
    max_wait: Duration,
    /// Go on although `GET /v1/me` does not tell the account that the state belongs to
    #[arg(long)]
    allow_unknown_team: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(commands::init::InitArgs),
    Validate(commands::validate::ValidateArgs),
    Plan(commands::plan::PlanArgs),
    Apply(commands::apply::ApplyArgs),
    Destroy(commands::apply::DestroyArgs),
    Show(commands::show::ShowArgs),
    Import(commands::import::ImportArgs),
    State(commands::state::StateArgs),
    Secret(commands::secret::SecretArgs),
    Ping(commands::ping::PingArgs),
    Verify(commands::verify::VerifyArgs),
    Sandbox(commands::sandbox::SandboxArgs),
    Schema(commands::schema::SchemaArgs),
    Completions(commands::completions::CompletionsArgs),
    Man(commands::man::ManArgs),
}

/// Runs the command line of this process.
pub fn run() -> ExitCode {
    commands::completions::answer();
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
        let ended = runtime.block_on(dispatch(cli));
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

/// Says why a command line is none, or what was asked of it: help, or the version.
fn refused(error: &clap::Error) -> u8 {
    let text = error.render().ansi().to_string();
    if error.use_stderr() {
        terminal::ask(&text);
        return 1;
    }
    match terminal::print(&text) {
        Ok(()) => DONE,
        Err(failure) => {
            failure.print();
            failure.code()
        }
    }
}

fn enter(global: &Global) -> Result<(), Failure> {
    let Some(folder) = &global.chdir else { return Ok(()) };
    std::env::set_current_dir(folder)
        .map_err(|e| Failure::caused(format!("could not change to {}", terminal::path(folder)), &e))
}

async fn dispatch(cli: Cli) -> Ended {
    let global = &cli.global;
    match cli.command {
        Command::Init(args) => commands::init::run(global, &args).await,
        Command::Validate(args) => commands::validate::run(global, &args),
        Command::Plan(args) => commands::plan::run(global, args).await,
        Command::Apply(args) => commands::apply::run(global, args).await,
        Command::Destroy(args) => commands::apply::destroy(global, args).await,
        Command::Import(args) => commands::import::run(global, args).await,
        Command::Show(args) => commands::show::run(global, &args).await,
        Command::State(args) => commands::state::run(global, args).await,
        Command::Secret(args) => commands::secret::run(global, args).await,
        Command::Ping(args) => commands::ping::run(global, &args).await,
        Command::Verify(args) => commands::verify::run(global, &args).await,
        Command::Sandbox(args) => commands::sandbox::run(args).await.map(|()| DONE),
        Command::Schema(args) => commands::schema::run(&args),
        Command::Completions(args) => commands::completions::run(&args),
        Command::Man(args) => commands::man::run(&args),
    }
}

/// The global flags as a next command needs them, with a space before each.
fn repeated(global: &Global) -> String {
    let mut flags = String::new();
    if let Some(folder) = &global.chdir {
        flags.push_str(&format!(" --chdir {}", word(folder)));
    }
    // What came through a descriptor of this run's shell is gone.
    if global.config != std::path::Path::new("webhooks.toml") && !crate::disk::is_descriptor(&global.config) {
        flags.push_str(&format!(" -c {}", word(&global.config)));
    }
    if let Some(environment) = &global.env {
        flags.push_str(&format!(" --env {}", word(environment.as_ref())));
    }
    for file in global.var_files.iter().filter(|file| !crate::disk::is_descriptor(file)) {
        flags.push_str(&format!(" --var-file {}", word(file)));
    }
    for (name, value) in &global.vars {
        flags.push_str(&format!(" --var {}", word(crate::quote::hidden(&format!("{name}={value}")).as_ref())));
    }
    if let Some(state) = &global.state {
        flags.push_str(&format!(" --state {}", word(state)));
    }
    flags
}

/// A path or a value as one word of a shell.
fn word(path: &std::path::Path) -> String {
    let text = path.display().to_string();
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "/._-+=:".contains(c));
    if plain { text } else { format!("'{}'", crate::quote::escaped(&text).replace('\'', "'\\''")) }
}

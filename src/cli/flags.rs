//! The flags that many commands take: the global ones, and how the API is asked.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::shell::{quoted, quoted_path};
use crate::disk::is_descriptor;
use crate::quote::hidden;

/// What every command takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(super) struct Global {
    /// The configuration: a file, or a folder whose *.toml files together are one configuration
    #[arg(short, long, global = true, value_name = "PATH", default_value = "webhooks.toml")]
    pub config: PathBuf,
    /// The environment, where the configuration has any
    #[arg(long, global = true, value_name = "NAME")]
    pub env: Option<String>,
    /// The value of a variable; overrides HOOKWRIGHT_VAR_NAME
    #[arg(long = "var", global = true, value_name = "NAME=VALUE", value_parser = parse_pair)]
    pub vars: Vec<(String, String)>,
    /// A TOML file of values; overrides those of the configuration, and HOOKWRIGHT_VAR_NAME overrides it
    #[arg(long = "var-file", global = true, value_name = "FILE")]
    pub var_files: Vec<PathBuf>,
    /// The state, a file or a URL [default: what HOOKWRIGHT_STATE or the configuration says, else `state/STEM.ENV.state.json`
    /// beside it]
    #[arg(long, global = true, value_name = "PATH|URL")]
    pub state: Option<PathBuf>,
    /// Run as if started in DIR
    #[arg(long, global = true, value_name = "DIR")]
    pub chdir: Option<PathBuf>,
    /// Never use colour
    #[arg(long, global = true)]
    pub no_color: bool,
    /// Log each API request to stderr: method, path, status, time, request id [env: HOOKWRIGHT_LOG]
    #[arg(long, global = true)]
    pub verbose: bool,
}

/// How the API is asked.
#[derive(Debug, Args)]
#[command(next_help_heading = "API options")]
pub(super) struct Network {
    /// How long one request may take
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = humantime::parse_duration)]
    pub request_timeout: Duration,
    /// How long to wait in all when the API limits the rate
    #[arg(long, value_name = "TIME", default_value = "15m", value_parser = humantime::parse_duration)]
    pub max_wait: Duration,
    /// Continue even if the account cannot be verified
    #[arg(long)]
    pub allow_unknown_team: bool,
}

impl Global {
    /// These flags as a next command needs them, with a space before each.
    pub(super) fn repeated(&self) -> String {
        let mut flags = String::new();
        if let Some(folder) = &self.chdir {
            flags.push_str(&format!(" --chdir {}", quoted_path(folder)));
        }
        // What came through a descriptor of this run's shell is gone.
        if self.config != Path::new("webhooks.toml") && !is_descriptor(&self.config) {
            flags.push_str(&format!(" -c {}", quoted_path(&self.config)));
        }
        if let Some(environment) = &self.env {
            flags.push_str(&format!(" --env {}", quoted(environment)));
        }
        for file in self.var_files.iter().filter(|file| !is_descriptor(file)) {
            flags.push_str(&format!(" --var-file {}", quoted_path(file)));
        }
        for (name, value) in &self.vars {
            flags.push_str(&format!(" --var {}", quoted(&hidden(&format!("{name}={value}")))));
        }
        if let Some(state) = &self.state {
            flags.push_str(&format!(" --state {}", quoted_path(state)));
        }
        flags
    }
}

/// Reads `NAME=VALUE`.
fn parse_pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write NAME=VALUE, such as host=hooks.example.com".to_owned()),
    }
}

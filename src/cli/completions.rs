//! `hookwright completions`: for the shell.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Cli, DONE, Ended, terminal};

/// Print completions for a shell.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hookwright completions bash > ~/.local/share/bash-completion/completions/hookwright")]
pub struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

/// Runs the command.
pub fn run(args: &CompletionsArgs) -> Ended {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "hookwright", &mut script);
    terminal::print(&String::from_utf8_lossy(&script))?;
    Ok(DONE)
}

//! `hookwright completions`: for the shell. The script asks this binary while one types, so that it knows the names in
//! the configuration.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{Args, Command};
use clap_complete::Shell;
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};
use clap_complete::env::{CompleteEnv, Shells};

use crate::cli::exit::{DONE, Ended};
use crate::cli::failure::Failure;
use crate::cli::source::Source;
use crate::cli::terminal;
use crate::endpoint::Name;

/// Asks the binary for completions instead of running it; the value is the shell.
const VARIABLE: &str = "HOOKWRIGHT_COMPLETE";

/// Print completions for a shell.
///
/// They name commands, flags, and the entries and environments of the configuration that the line names. Run it when
/// a shell starts, so that script and binary fit.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  source <(hookwright completions bash)           in ~/.bashrc
  source <(hookwright completions zsh)            in ~/.zshrc
  hookwright completions fish | source            in ~/.config/fish/config.fish")]
pub(crate) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

/// Runs the command.
pub(crate) fn run(args: &CompletionsArgs) -> Ended {
    let (shells, shell) = (Shells::builtins(), args.shell.to_string());
    let mut script = Vec::new();
    shells
        .completer(&shell)
        .ok_or_else(|| Failure::new(format!("there are no completions for {shell}")))?
        .write_registration(VARIABLE, "hookwright", "hookwright", "hookwright", &mut script)
        .map_err(|e| Failure::caused("the script could not be made", &e))?;
    terminal::print(&String::from_utf8_lossy(&script))?;
    Ok(DONE)
}

/// Answers a shell that asks for completions, and ends the process; returns where none asks. `grammar` is the whole command line.
pub(crate) fn answer(grammar: fn() -> Command) {
    CompleteEnv::with_factory(|| named(grammar())).var(VARIABLE).complete();
}

/// The command, with the configuration's names where an argument takes one.
fn named(command: Command) -> Command {
    let entry = ["name", "names", "from", "target", "replace", "allow_delete", "allow_duplicate"];
    command
        .mut_args(|arg| match arg.get_id().as_str() {
            "env" => arg.add(ArgValueCandidates::new(|| keys("environments"))),
            id if entry.contains(&id) => arg.add(ArgValueCandidates::new(|| keys("webhooks"))),
            _ => arg,
        })
        .mut_subcommands(named)
}

/// The keys of a table of the configuration; none where it cannot be read.
fn keys(table: &str) -> Vec<CompletionCandidate> {
    let path = match (typed(&["--config", "-c"]), typed(&["--chdir"])) {
        (config, Some(folder)) => folder.join(config.unwrap_or_else(|| "webhooks.toml".into())),
        (config, None) => config.unwrap_or_else(|| "webhooks.toml".into()),
    };
    let Ok(source) = Source::read(&path) else { return Vec::new() };
    let tables = source.sources.texts().filter_map(|(_, text)| text.parse::<toml::Table>().ok());
    let keys = tables.filter_map(|file| Some(file.get(table)?.as_table()?.keys().cloned().collect::<Vec<_>>()));
    // The shell splits and shows them: nothing but a name is handed to it.
    keys.flatten().filter(|key| Name::parse(key).is_ok()).map(CompletionCandidate::new).collect()
}

/// The value of a flag in the line that is being typed.
fn typed(flags: &[&str]) -> Option<PathBuf> {
    let line: Vec<OsString> = std::env::args_os().collect();
    let after = line.windows(2).find(|pair| flags.iter().any(|flag| pair[0] == *flag)).map(|pair| pair[1].clone());
    let joined = || {
        let words = line.iter().filter_map(|word| word.to_str()?.split_once('='));
        words.into_iter().find(|(flag, _)| flags.contains(flag)).map(|(_, value)| OsString::from(value))
    };
    after.or_else(joined).map(|value| Path::new(&value).to_owned())
}

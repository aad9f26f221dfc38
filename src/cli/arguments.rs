//! The command line as typed: parsed, and explained where it is not ours. Habits of Terraform get the way that leads on
//! here, and a guess is made only for what is nearly right.

use std::ffi::OsString;

use clap::builder::Styles;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};
use clap::{Command, CommandFactory, Parser};

use super::exit::DONE;
use super::failure::Failure;
use super::flags::Global;
use super::{commands, terminal};
use crate::quote::{escaped, nearest};

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
pub(super) struct Cli {
    #[command(flatten)]
    /// What every command takes.
    pub global: Global,
    #[command(subcommand)]
    /// The command.
    pub command: commands::Command,
}

/// Terraform's commands that we have not, and what does that here.
const TERRAFORM: [(&str, &str); 17] = [
    ("console", "`hookwright show` shows the state, and `hookwright plan` what an apply would change"),
    ("fmt", "use any TOML formatter; `hookwright validate` checks the file"),
    ("force-unlock", "a lock ends with the process that holds it: `apply --lock-timeout 10m` waits for it"),
    ("get", "there are no modules: `-c FOLDER` takes every *.toml of a folder"),
    ("graph", "entries do not depend on one another: `hookwright plan` shows them in their order"),
    ("login", "set VIDEOGEN_API_KEY to a key of the account: nothing is logged in to"),
    ("logout", "unset VIDEOGEN_API_KEY: nothing is logged in to"),
    ("modules", "there are no modules: `-c FOLDER` takes every *.toml of a folder"),
    ("output", "`hookwright show --format json` prints the state, and `hookwright secret show NAME` a secret"),
    ("providers", "VideoGen is the one provider; `[provider]` in the file says where it is"),
    ("refresh", "`hookwright apply --refresh-only` records what is live in the state"),
    ("taint", "`hookwright apply --replace NAME` replaces an endpoint"),
    ("test", "`hookwright validate` checks the file, and `hookwright plan` what it leads to"),
    ("untaint", "nothing is tainted here: `--replace NAME` holds for one plan"),
    ("version", "hookwright --version"),
    ("workspace", "use `[environments.NAME]` in the file and `--env NAME` instead of workspaces"),
    ("query", "`hookwright import --generate` prints what is live and unmanaged"),
];

/// Parses the arguments of this process.
///
/// The error is told already, and is the exit code; help and the version that were asked for are 0.
pub(super) fn parse() -> Result<Cli, u8> {
    let words: Vec<OsString> = std::env::args_os().collect();
    if let Some(failure) = one_dash(&words, &Cli::command()) {
        failure.print();
        return Err(failure.code());
    }
    Cli::try_parse_from(&words).map_err(|error| match unknown_word(&error, &words) {
        Some(failure) => {
            failure.print();
            failure.code()
        }
        None => refused(&explained(error)),
    })
}

/// Says why a command line is none, or what was asked of it: help, or the version.
fn refused(error: &clap::Error) -> u8 {
    let text = hinted(&error.render().ansi().to_string());
    if error.use_stderr() {
        terminal::ask(&text);
        return 1;
    }
    match terminal::print(&text) {
        Ok(()) => DONE,
        Err(unwritten) => {
            let failure = Failure::from(unwritten);
            failure.print();
            failure.code()
        }
    }
}

/// The parser's text, with `hint` where it says `tip`: what to do next has one name.
fn hinted(text: &str) -> String {
    let valid = Styles::styled().get_valid().to_owned();
    text.replace(&format!("\n  {valid}tip:{valid:#} "), &format!("\n  {valid}hint:{valid:#} "))
}

/// The words that may be flags: those before `--`, without the program.
fn typed(words: &[OsString]) -> impl Iterator<Item = &str> {
    words.iter().skip(1).map_while(|word| word.to_str()).take_while(|word| *word != "--")
}

/// A word such as `-out=x`: what stands between its one dash and its value.
fn long_after_one_dash(word: &str) -> Option<&str> {
    let name = word.strip_prefix('-').filter(|rest| !rest.starts_with('-'))?.split('=').next()?;
    let is_word = name.len() > 1 && name.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    is_word.then_some(name)
}

/// A long flag of ours behind one dash, as Terraform takes them. Found before parsing: `-chdir=x` would be `-c hdir=x`.
fn one_dash(words: &[OsString], command: &Command) -> Option<Failure> {
    let word = typed(words).find(|word| long_after_one_dash(word).is_some_and(|name| has_flag(command, name)))?;
    let shown = escaped(word);
    Some(Failure::new(format!("`{shown}`: a long flag has two dashes here")).hint(format!("write -{shown}")))
}

fn has_flag(command: &Command, name: &str) -> bool {
    matches!(name, "help" | "version")
        || command.get_arguments().any(|arg| arg.get_long() == Some(name))
        || command.get_subcommands().any(|below| has_flag(below, name))
}

/// A word behind one dash that is no flag at all: the parser would name its first letter alone.
fn unknown_word(error: &Error, words: &[OsString]) -> Option<Failure> {
    if error.kind() != ErrorKind::UnknownArgument {
        return None;
    }
    let Some(ContextValue::String(letter)) = error.get(ContextKind::InvalidArg) else { return None };
    let word = typed(words).find(|word| long_after_one_dash(word).is_some() && word.starts_with(letter.as_str()))?;
    let shown = escaped(word);
    let message = format!("`{shown}` is no flag here, with two dashes either");
    Some(Failure::new(message).hint("`--help` behind the command lists its flags"))
}

/// The parser's error, with the way that leads on for a command of Terraform's, and no guess that is far from what was
/// typed.
fn explained(mut error: Error) -> Error {
    let pairs = [
        (ContextKind::InvalidSubcommand, ContextKind::SuggestedSubcommand),
        (ContextKind::InvalidArg, ContextKind::SuggestedArg),
        (ContextKind::InvalidValue, ContextKind::SuggestedValue),
    ];
    for (typed, suggested) in pairs {
        let Some(ContextValue::String(word)) = error.get(typed) else { continue };
        let guesses: Vec<String> = match error.get(suggested) {
            Some(ContextValue::Strings(guesses)) => guesses.clone(),
            Some(ContextValue::String(guess)) => vec![guess.clone()],
            _ => continue,
        };
        let begun = guesses.iter().find(|guess| guess.starts_with(word.as_str())).map(String::as_str);
        let near = nearest(word, guesses.iter().map(String::as_str)).or(begun).map(str::to_owned);
        error.remove(suggested);
        if let Some(near) = near {
            error.insert(suggested, ContextValue::String(near));
        }
    }
    if let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand)
        && let Some((_, way)) = TERRAFORM.iter().find(|(command, _)| command == word)
    {
        error.remove(ContextKind::SuggestedSubcommand);
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![(*way).into()]));
    }
    error
}

#[cfg(test)]
mod tests {
    use clap::Args;

    use super::*;
    use crate::cli::flags::Network;
    use crate::cli::selection::{Allowances, Selection};

    fn words(line: &str) -> Vec<OsString> {
        std::iter::once("hookwright").chain(line.split(' ')).map(OsString::from).collect()
    }

    fn hint(line: &str) -> String {
        let error = Cli::try_parse_from(words(line)).map(|_| ()).expect_err("no such command");
        explained(error).to_string()
    }

    #[test]
    fn a_long_flag_behind_one_dash_is_told_with_two() {
        for line in
            ["plan -out=x", "plan -target=a", "apply -auto-approve", "plan -no-color", "-version", "-chdir=x plan"]
        {
            assert!(one_dash(&words(line), &Cli::command()).is_some(), "{line}");
        }
        for line in ["plan -c x", "secret show a -i id.txt", "secret show a -iid.txt", "plan --out=x", "plan -- -out"] {
            assert!(one_dash(&words(line), &Cli::command()).is_none(), "{line}");
        }
        let typed = words("plan -json");
        let error = Cli::try_parse_from(&typed).map(|_| ()).expect_err("no such flag");
        assert!(unknown_word(&error, &typed).is_some_and(|failure| failure.message().contains("`-json`")));
    }

    /// Every flag of every command, with the heading that the help shows it under.
    fn flags(command: &Command, under: &str) -> Vec<(String, String, Option<String>)> {
        let path = format!("{under} {}", command.get_name());
        let own = command.get_arguments().filter_map(|arg| {
            Some((path.clone(), arg.get_long()?.to_owned(), arg.get_help_heading().map(str::to_owned)))
        });
        own.chain(command.get_subcommands().flat_map(|below| flags(below, &path))).collect()
    }

    #[test]
    fn help_shows_the_flags_of_the_plan_the_api_and_every_command_under_headings_of_their_own() {
        let mut command = Cli::command();
        command.build();
        let of = |struct_: Command| struct_.get_arguments().filter_map(|a| a.get_long().map(str::to_owned)).collect();
        let plan: Vec<String> = of(Allowances::augment_args(Selection::augment_args(Command::new("plan"))));
        let api: Vec<String> = of(Network::augment_args(Command::new("api")));
        let global: Vec<String> = of(Global::augment_args(Command::new("global")));
        for (path, flag, heading) in flags(&command, "") {
            let expected = match () {
                // A ping asks the consumer, not the API.
                () if path.ends_with(" ping") && flag == "request-timeout" => None,
                () if plan.contains(&flag) => Some("Plan options"),
                () if api.contains(&flag) => Some("API options"),
                () if global.contains(&flag) => Some("Global options"),
                () => None,
            };
            assert_eq!(heading.as_deref(), expected, "{path} --{flag}");
        }
    }

    #[test]
    fn every_command_of_terraforms_that_is_not_ours_gets_a_way_on() {
        for (command, way) in TERRAFORM {
            assert!(hint(command).contains(way), "{command}");
        }
    }

    #[test]
    fn a_guess_is_near_what_was_typed() {
        assert!(hint("aply").contains("'apply'"));
        assert!(hint("state lst").contains("'list'"));
        assert!(!hint("test").contains("destroy"));
        assert!(!hint("deploy").contains("destroy"));
        assert!(hint("plan --targt a").contains("'--target'"));
    }
}

//! Everything that reaches the terminal: machine output to stdout, everything for eyes to stderr.

use std::io::{ErrorKind, IsTerminal, Write};
use std::path::Path;

use anstyle::{AnsiColor, Style};

use super::Failure;
use crate::quote::escaped;
use crate::render::Colour;

const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const CYAN: Style = AnsiColor::Cyan.on_default().bold();

/// Writes machine output. A reader that closed the pipe early is no error.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => Err(Failure::caused("could not write to the output", &e)),
        _ => Ok(()),
    }
}

/// Writes a line for eyes. Where stderr is closed there is nobody to tell.
pub fn say(line: &str) {
    let _ = writeln!(anstream::stderr(), "{line}");
}

/// Writes text for eyes without ending the line.
pub fn ask(text: &str) {
    let mut err = anstream::stderr();
    let _ = write!(err, "{text}").and_then(|()| err.flush());
}

/// Writes an error's first line.
pub fn error(message: &str) {
    say(&format!("{RED}error{RED:#}: {message}"));
}

/// Writes a warning.
pub fn warn(message: &str) {
    say(&format!("{YELLOW}warning{YELLOW:#}: {message}"));
}

/// Writes what to do.
pub fn help(message: &str) {
    say(&format!("{CYAN}help{CYAN:#}: {message}"));
}

/// Whether text on stdout may be coloured.
pub fn colour() -> Colour {
    match anstream::AutoStream::choice(&std::io::stdout()) {
        anstream::ColorChoice::Never => Colour::Never,
        _ => Colour::Always,
    }
}

/// Whether text on stderr may be coloured.
pub fn colour_for_eyes() -> bool {
    anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never
}

/// Whether somebody can answer a question.
pub fn can_ask() -> bool {
    std::io::stdin().is_terminal()
}

/// A path between backticks, escaped.
pub fn path(path: &Path) -> String {
    format!("`{}`", escaped(&path.display().to_string()))
}

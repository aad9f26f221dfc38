//! Everything that reaches the terminal: machine output to stdout, everything for eyes to stderr.

use std::io::{ErrorKind, IsTerminal, Write};
use std::os::fd::AsFd;
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

/// Writes a sentence for eyes, broken between words where the terminal ends.
pub fn tell(sentence: &str) {
    say(&fold(sentence, width(&std::io::stderr())));
}

/// Writes an error's first line.
pub fn error(message: &str) {
    tell(&format!("{RED}error{RED:#}: {message}"));
}

/// Writes a warning.
pub fn warn(message: &str) {
    tell(&format!("{YELLOW}warning{YELLOW:#}: {message}"));
}

/// Writes what to do.
pub fn help(message: &str) {
    tell(&format!("{CYAN}help{CYAN:#}: {message}"));
}

/// A plan's text as stdout shows it: its sentences are broken where a terminal ends, the values of endpoints (six
/// columns in) never. Elsewhere than on a terminal it is the text itself.
pub fn folded(text: &str) -> String {
    let width = width(&std::io::stdout());
    let is_prose = |line: &str| !line.starts_with("      ");
    text.split('\n')
        .map(|line| if is_prose(line) { fold(line, width) } else { line.to_owned() })
        .collect::<Vec<_>>()
        .join("\n")
}

/// The help of a fault in a file, for stderr: its lines leave room for the numbers of lines, and for `= help: `.
pub fn beside_a_gutter(help: &str) -> String {
    fold(help, width(&std::io::stderr()).saturating_sub(14)).replace("\n  ", "\n")
}

/// The columns of a terminal; as many as there can be where it is none.
fn width(stream: &impl AsFd) -> usize {
    let size = rustix::termios::tcgetwinsize(stream);
    size.ok().map(|size| usize::from(size.ws_col)).filter(|columns| *columns > 0).unwrap_or(usize::MAX)
}

/// One line, broken between words. What stands between backticks is held together, for it is copied from there; and
/// what stands between quotes, for it may come from elsewhere and must not begin a line.
fn fold(line: &str, width: usize) -> String {
    let rest = line.trim_start_matches(' ');
    let indent = line.len() - rest.len();
    let mut out = " ".repeat(indent);
    let mut column = indent;
    let (mut open, mut escaped) = (None, false);
    let pieces = rest.split(|c| {
        match (open, c) {
            _ if escaped => escaped = false,
            (Some('"'), '\\') => escaped = true,
            (Some(quote), _) if quote == c => open = None,
            (None, '`' | '"') => open = Some(c),
            _ => {}
        }
        c == ' ' && open.is_none()
    });
    for (at, piece) in pieces.enumerate() {
        let length = visible(piece);
        if at > 0 && column + 1 + length > width {
            out.push_str(&format!("\n{}", " ".repeat(indent + 2)));
            column = indent + 2;
        } else if at > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(piece);
        column += length;
    }
    out
}

/// How many columns a piece takes: its characters, without the sequences that colour it.
fn visible(piece: &str) -> usize {
    let mut coloured = piece.split('\u{1b}');
    let plain = coloured.next().map_or(0, |text| text.chars().count());
    plain + coloured.filter_map(|text| text.split_once('m')).map(|(_, text)| text.chars().count()).sum::<usize>()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_broken_between_words_and_hangs() {
        let line = "  - the configuration is compared with `the state file` alone";
        assert_eq!(
            fold(line, 30),
            "  - the configuration is\n    compared with\n    `the state file` alone",
            "what is between backticks stays whole"
        );
        assert_eq!(fold(line, usize::MAX), line);
        let foreign = r#"url is "a b \" ::error:: c\\" and "::error:: d" more"#;
        assert_eq!(fold(foreign, 12), "url is\n  \"a b \\\" ::error:: c\\\\\"\n  and\n  \"::error:: d\"\n  more");
        assert_eq!(fold("a-word-that-is-longer than", 10), "a-word-that-is-longer\n  than");
        assert_eq!(fold("", 10), "");
    }

    #[test]
    fn colours_take_no_room() {
        let line = format!("{RED}error{RED:#}: ten more");
        assert_eq!(fold(&line, 15), line);
        assert_eq!(fold(&line, 14), line.replace(" more", "\n  more"));
    }
}

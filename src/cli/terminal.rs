//! Everything that reaches the terminal: machine output to stdout, everything for eyes to stderr. All of it passes
//! through [`safe`]: no secret is shown, and no word of others moves a terminal or commands a CI runner.

use std::borrow::Cow;
use std::io::{ErrorKind, IsTerminal, Write};
use std::os::fd::AsFd;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use anstyle::{AnsiColor, Style};
use terminal_size::{Width, terminal_size_of};
use zeroize::Zeroizing;

use crate::quote::{acts, escaped, hidden, quoted};
use crate::render::Colour;
use crate::videogen::Exchange;

static VERBOSE: AtomicBool = AtomicBool::new(false);

const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const CYAN: Style = AnsiColor::Cyan.on_default().bold();

/// Standard output took nothing more.
#[derive(Debug)]
pub(super) struct Unwritten(pub std::io::Error);

/// Writes machine output. A reader that closed the pipe early is no error.
pub(super) fn print(text: &str) -> Result<(), Unwritten> {
    write(&safe(text))
}

/// Writes one line of machine output at once. A reader that is gone is an error: a server has nobody to serve.
pub(super) fn print_line(line: &str) -> Result<(), Unwritten> {
    let mut out = anstream::stdout().lock();
    writeln!(out, "{}", safe(line)).and_then(|()| out.flush()).map_err(Unwritten)
}

/// Writes what the command was asked to show in clear: as it is into a pipe or a file, and on a terminal without control
/// characters.
pub(super) fn print_secret(text: &str) -> Result<(), Unwritten> {
    if !std::io::stdout().is_terminal() || !text.chars().any(moves) {
        return write(text);
    }
    warn("the secret contains control characters, shown escaped here; a pipe or a file gets it as it is");
    write(&still(text))
}

/// Whether a character of a secret can move a terminal. A line's end is one of the form that it is shown in.
fn moves(c: char) -> bool {
    c != '\n' && acts(c)
}

/// A secret with its control characters escaped, in memory that is wiped.
fn still(text: &str) -> Zeroizing<String> {
    // Room for the longest escape of every character, so that growing leaves no copy behind.
    let mut out = Zeroizing::new(String::with_capacity(text.len() * 12));
    for c in text.chars() {
        let mut bytes = [0; 4];
        let one: &str = c.encode_utf8(&mut bytes);
        if moves(c) {
            out.push_str(&escaped(one));
        } else {
            out.push_str(one);
        }
    }
    out
}

fn write(text: &str) -> Result<(), Unwritten> {
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => Err(Unwritten(e)),
        _ => Ok(()),
    }
}

/// Writes a line for eyes. Where stderr is closed there is nobody to tell.
pub(super) fn say(line: &str) {
    let _ = writeln!(anstream::stderr(), "{}", safe(line));
}

/// Writes text for eyes without ending the line.
pub(super) fn ask(text: &str) {
    let mut err = anstream::stderr();
    let _ = write!(err, "{}", safe(text)).and_then(|()| err.flush());
}

/// A text that shows no secret, no userinfo of a URL, and does nothing: control characters are escaped, colours and tabs apart, and so is what
/// a CI runner obeys (`##[…]` and `##vso[…]` anywhere in a line, `::…` at its start).
///
/// Rooms below escape what they quote; this is the last door, for all of them.
pub(super) fn safe(text: &str) -> String {
    let masked = hidden(&crate::mask::hide(text));
    masked.split_inclusive('\n').map(inert).collect()
}

fn inert(line: &str) -> Cow<'_, str> {
    let acting = |byte: &u8| !matches!(byte, b'\n' | b'\t' | b' '..=b'~');
    // ` ::: file:3:1` is how an excerpt names a second place, and no command's name begins with `: `.
    let commands_at_its_start = |text: &str| text.starts_with("::") && !text.starts_with("::: ");
    if !commands_at_its_start(line.trim_start()) && !line.contains("##") && !line.as_bytes().iter().any(acting) {
        return Cow::Borrowed(line);
    }
    let mut out = String::with_capacity(line.len());
    let (mut rest, mut begun) = (line, false);
    while let Some(c) = rest.chars().next() {
        let colour = if c == '\u{1b}' { colour_sequence(rest) } else { 0 };
        let length = if colour > 0 { colour } else { c.len_utf8() };
        match c {
            '#' if out.ends_with('#') && commands(&rest[1..]) => out.push_str("\\u0023"),
            ':' if !begun && commands_at_its_start(rest) => out.push_str("\\u003a"),
            '\n' | '\t' => out.push(c),
            c if colour == 0 && acts(c) => out.push_str(&escaped(&rest[..length])),
            _ => out.push_str(&rest[..length]),
        }
        begun |= colour == 0 && !c.is_whitespace();
        rest = &rest[length..];
    }
    Cow::Owned(out)
}

/// Whether what follows `##` makes a command of it: `[` or `word[`.
fn commands(rest: &str) -> bool {
    rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric()).starts_with('[')
}

/// The length of the colour sequence that the text begins with; 0 where it begins with none.
fn colour_sequence(text: &str) -> usize {
    let inside = |byte: u8| byte.is_ascii_digit() || byte == b';';
    let Some(parameters) = text.strip_prefix("\u{1b}[") else { return 0 };
    match parameters.bytes().position(|byte| !inside(byte)) {
        Some(end) if parameters.as_bytes()[end] == b'm' => end + 3,
        _ => 0,
    }
}

/// From now on every exchange with the API is told.
pub(super) fn be_verbose() {
    VERBOSE.store(true, Ordering::Relaxed);
}

/// Whether every exchange with the API is told.
pub(super) fn is_verbose() -> bool {
    VERBOSE.load(Ordering::Relaxed)
}

/// Tells one exchange with the API.
pub(super) fn exchange(one: &Exchange<'_>) {
    let Exchange { request, attempt, took, outcome } = one;
    let again = if *attempt > 1 { format!(", attempt {attempt}") } else { String::new() };
    let took = took.as_millis();
    say(&match outcome {
        Ok((status, id)) => {
            let id = id.map_or_else(|| "no request id".to_owned(), |id| format!("request id {}", quoted(id)));
            format!("http: {request}: {status} in {took} ms, {id}{again}")
        }
        Err(error) => format!("http: {error}, after {took} ms{again}"),
    });
}

/// Writes a sentence for eyes, broken between words where the terminal ends.
pub(super) fn tell(sentence: &str) {
    say(&fold(sentence, width(&std::io::stderr())));
}

/// Writes an error's first line.
pub(super) fn error(message: &str) {
    tell(&format!("{RED}error{RED:#}: {message}"));
}

/// Writes a warning.
pub(super) fn warn(message: &str) {
    tell(&format!("{YELLOW}warning{YELLOW:#}: {message}"));
}

/// Writes what to do next.
pub(super) fn hint(message: &str) {
    tell(&format!("{CYAN}hint{CYAN:#}: {message}"));
}

/// A plan's text as stdout shows it: its sentences are broken where a terminal ends, the values of endpoints (six
/// columns in) never. Elsewhere than on a terminal it is the text itself.
pub(super) fn folded(text: String) -> String {
    let width = width(&std::io::stdout());
    if width == usize::MAX {
        return text;
    }
    let is_prose = |line: &str| !line.starts_with("      ");
    text.split('\n')
        .map(|line| if is_prose(line) { fold(line, width) } else { line.to_owned() })
        .collect::<Vec<_>>()
        .join("\n")
}

/// The hint of a fault in a file, for stderr: its lines leave room for the numbers of lines, and for `= hint: `.
pub(super) fn beside_a_gutter(hint: &str) -> String {
    fold(hint, width(&std::io::stderr()).saturating_sub(14)).replace("\n  ", "\n")
}

/// The columns of a terminal; as many as there can be where it is none.
fn width(stream: &impl AsFd) -> usize {
    terminal_size_of(stream).map_or(usize::MAX, |(Width(columns), _)| usize::from(columns))
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
pub(super) fn colour() -> Colour {
    match anstream::AutoStream::choice(&std::io::stdout()) {
        anstream::ColorChoice::Never => Colour::Never,
        _ => Colour::Always,
    }
}

/// Whether text on stderr may be coloured.
pub(super) fn colour_for_eyes() -> bool {
    anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never
}

/// Whether somebody can answer a question.
pub(super) fn can_ask() -> bool {
    std::io::stdin().is_terminal()
}

/// A path between backticks, escaped.
pub(super) fn path(path: &Path) -> String {
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
        let untrusted = r#"url is "a b \" ::error:: c\\" and "::error:: d" more"#;
        assert_eq!(fold(untrusted, 12), "url is\n  \"a b \\\" ::error:: c\\\\\"\n  and\n  \"::error:: d\"\n  more");
        assert_eq!(fold("a-word-that-is-longer than", 10), "a-word-that-is-longer\n  than");
        assert_eq!(fold("", 10), "");
    }

    #[test]
    fn nothing_that_is_printed_moves_a_terminal_or_commands_a_runner() {
        for (text, shown) in [
            (
                "\u{1b}[31mred\u{1b}[0m\u{1b}[2Jx\u{9b}\u{202e}\r\n\ty",
                "\u{1b}[31mred\u{1b}[0m\\u001b[2Jx\\u009b\\u202e\\r\n\ty",
            ),
            ("##vso[x] ###[y] ## Title #[z", "#\\u0023vso[x] ##\\u0023[y] ## Title #[z"),
            ("a ::error::b\n  ::error::b\n\u{1b}[1m::c\n", "a ::error::b\n  \\u003a:error::b\n\u{1b}[1m\\u003a:c\n"),
            ("x\u{2028}::error::\n\u{a0}::error::", "x\\u2028::error::\n\u{a0}\\u003a:error::"),
            ("ep_1 whsec_0123456789/x", "ep_1 whsec_************"),
            (" ::: b.toml:3:1\n:::error::x\n", " ::: b.toml:3:1\n\\u003a::error::x\n"),
        ] {
            assert_eq!(safe(text), shown);
        }
    }

    #[test]
    fn a_secret_on_a_terminal_moves_nothing_and_keeps_its_lines() {
        let text = "whsec_a\u{1b}[2J\u{202e}\n::error::x\n";
        assert_eq!(still(text).as_str(), "whsec_a\\u001b[2J\\u202e\n::error::x\n");
        assert!(text.chars().any(moves) && !"whsec_b+/=\n".chars().any(moves));
    }

    #[test]
    fn what_is_printed_of_a_bomb_is_linear() {
        for bomb in ["#", "##a", ":", "\u{1b}[", "\r", "\u{1b}[1;"] {
            let text = bomb.repeat((1 << 20) / bomb.len());
            assert!(safe(&text).len() >= text.len());
        }
    }

    #[test]
    fn colours_take_no_room() {
        let line = format!("{RED}error{RED:#}: ten more");
        assert_eq!(fold(&line, 15), line);
        assert_eq!(fold(&line, 14), line.replace(" more", "\n  more"));
    }
}

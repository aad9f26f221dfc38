//! What is told of a running plugin beside the protocol: that it is waited for, and what it writes to stderr.

use std::io::{BufRead, BufReader, Read};
use std::process::ChildStderr;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Prompt;
use crate::quote::{escaped, hidden};

/// The most of its stderr that is shown: lines, and bytes of one line.
const MOST_LINES: usize = 40;
const MOST_LINE: u64 = 1000;
/// How long the end of a plugin's stderr is waited for: a child of its own may hold it open.
const MOST_PARTING: Duration = Duration::from_millis(500);

/// Says that a plugin is waited for, and ends one whose time is up; it stops when dropped.
pub(super) struct Watch(Sender<Now>);

/// What the conversation does from now on.
enum Now {
    Waiting,
    Answered,
}

impl Watch {
    /// Watches from now on: `say` after each silence of this length, `end` when all of its time is up.
    pub(super) fn start(
        patience: Duration,
        most: Duration,
        say: impl Fn() + Send + 'static,
        end: impl FnOnce() + Send + 'static,
    ) -> Self {
        let (sender, receiver) = channel();
        std::thread::spawn(move || {
            if watched(&receiver, patience, most, say) == RecvTimeoutError::Timeout {
                end();
            }
        });
        Self(sender)
    }

    /// The plugin is asked, and silent so far.
    pub(super) fn waiting(&self) {
        let _ = self.0.send(Now::Waiting);
    }

    /// The plugin spoke. What follows takes our own time, or that of somebody who types.
    pub(super) fn answered(&self) {
        let _ = self.0.send(Now::Answered);
    }
}

/// Watches until the conversation is over (`Disconnected`) or its time is up (`Timeout`).
fn watched(receiver: &Receiver<Now>, patience: Duration, most: Duration, say: impl Fn()) -> RecvTimeoutError {
    let started = Instant::now();
    let mut is_waiting = false;
    loop {
        let left = most.saturating_sub(started.elapsed());
        match receiver.recv_timeout(if is_waiting { left.min(patience) } else { left }) {
            Ok(now) => is_waiting = matches!(now, Now::Waiting),
            Err(RecvTimeoutError::Timeout) if started.elapsed() < most => {
                say();
                // Once a silence: a long one is not told again and again.
                is_waiting = false;
            }
            Err(over) => return over,
        }
    }
}

/// A plugin's stderr, shown line by line as it comes; waited for when dropped.
pub(super) struct Stderr(Mutex<Receiver<()>>);

impl Stderr {
    /// Shows every line, bounded, escaped and its secrets hidden, as the plugin's own words.
    pub(super) fn shown(stderr: ChildStderr, name: &str, prompt: &Arc<dyn Prompt>) -> Self {
        let (sender, receiver) = channel();
        let (name, prompt) = (name.to_owned(), Arc::clone(prompt));
        std::thread::spawn(move || {
            show(stderr, |line| prompt.say(&format!("age-plugin-{name}: {line}")));
            drop(sender);
        });
        Self(Mutex::new(receiver))
    }
}

impl Drop for Stderr {
    fn drop(&mut self) {
        let _ = self.0.get_mut().unwrap_or_else(PoisonError::into_inner).recv_timeout(MOST_PARTING);
    }
}

/// Reads to the end, so that the plugin is never held up, and hands on what is not too much.
fn show(from: impl Read, mut say: impl FnMut(&str)) {
    let mut from = BufReader::new(from);
    for number in 0.. {
        let mut line = Vec::new();
        let Ok(read) = (&mut from).take(MOST_LINE).read_until(b'\n', &mut line) else { return };
        if read == 0 {
            return;
        }
        let is_cut = !line.ends_with(b"\n") && line.len() as u64 == MOST_LINE;
        if is_cut && skip_line(&mut from).is_err() {
            return;
        }
        let text = String::from_utf8_lossy(&line);
        match text.trim_end() {
            _ if number > MOST_LINES => {}
            _ if number == MOST_LINES => say("(the rest of what it says is not shown)"),
            "" => {}
            text => say(&format!("{}{}", escaped(&hidden(text)), if is_cut { "…" } else { "" })),
        }
    }
}

/// Passes over the rest of a line, without keeping it.
fn skip_line(from: &mut impl BufRead) -> std::io::Result<()> {
    loop {
        let part = from.fill_buf()?;
        let end = part.iter().position(|byte| *byte == b'\n');
        let length = end.map_or(part.len(), |at| at + 1);
        let is_over = end.is_some() || part.is_empty();
        from.consume(length);
        if is_over {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silent_plugin_is_waited_for_aloud_and_one_that_speaks_is_not() {
        let (sender, receiver) = channel();
        let (said, heard) = channel();
        let aloud = move || said.send(()).unwrap();
        let watching = std::thread::spawn(move || watched(&receiver, Duration::ZERO, Duration::from_secs(3600), aloud));
        sender.send(Now::Answered).unwrap();
        sender.send(Now::Waiting).unwrap();
        heard.recv().expect("it is said");
        drop(sender);
        assert_eq!(watching.join().unwrap(), RecvTimeoutError::Disconnected);
        assert!(heard.try_recv().is_err(), "once a silence");
    }

    #[test]
    fn a_plugin_whose_time_is_up_is_ended() {
        let (ended, heard) = channel();
        let _watch = Watch::start(Duration::ZERO, Duration::ZERO, || {}, move || ended.send(()).unwrap());
        heard.recv().expect("it is ended");
    }

    fn shown(text: &[u8]) -> Vec<String> {
        let mut lines = Vec::new();
        show(text, |line| lines.push(line.to_owned()));
        lines
    }

    #[test]
    fn what_a_plugin_says_is_escaped_masked_and_bounded() {
        assert_eq!(shown(b"touch it\n\n\x1b[2J AGE-SECRET-KEY-1QQ"), ["touch it", "\\u001b[2J AGE-SECRET-KEY-***"]);
        let long = shown(&[&[b'x'; 5000][..], b"\nnext\n"].concat());
        assert_eq!((long[0].len(), long[1].as_str()), (1000 + "…".len(), "next"));
        let many = shown(&b"line\n".repeat(1000));
        assert_eq!((many.len(), many[40].as_str()), (41, "(the rest of what it says is not shown)"));
    }
}

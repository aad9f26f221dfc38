//! One running plugin: its process, and stanzas to and from it. What they mean is next door in `plugin`; what it writes
//! to stderr, and the words while it is waited for, in `watch`.

use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use age_core::format::Stanza;
use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use zeroize::Zeroizing;

use super::Plugins;
use super::watch::{Stderr, Watch};

/// How long a plugin may take in all: somebody may have to find a hardware key and touch it.
const MOST_TIME: Duration = Duration::from_secs(120);
/// How long a plugin may be silent before it is said that it is waited for, as stock age does.
const PATIENCE: Duration = Duration::from_secs(5);
/// Milliseconds that a plugin may take to end by itself.
const MOST_PARTING: u32 = 500;
/// The most bytes of one stanza.
const MOST_BYTES: u64 = 1 << 16;

/// A conversation; the process ends with it.
pub(super) struct Talk {
    child: Arc<Mutex<Child>>,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    watch: Watch,
    // Dropped last: what the process said at its end is shown before its failure is.
    _stderr: Stderr,
}

impl Talk {
    /// Starts the plugin `name` under one of its state machines, with the environment of `plugins` and no other.
    pub(super) fn start(path: &Path, name: &str, machine: &str, plugins: &Plugins) -> Result<Self, Error> {
        let mut child = Command::new(path)
            .arg(format!("--age-plugin={machine}"))
            .env_clear()
            .envs(&plugins.environment)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let (Some(input), Some(output), Some(stderr)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(Error::other("it has no pipes"));
        };
        let child = Arc::new(Mutex::new(child));
        let prompt = Arc::clone(&plugins.prompt);
        let waiting = format!("waiting for age-plugin-{name}: a hardware key may want to be touched");
        let ended = Arc::clone(&child);
        Ok(Self {
            child,
            input: Some(input),
            output: BufReader::new(output),
            watch: Watch::start(PATIENCE, MOST_TIME, move || prompt.say(&waiting), move || end(&ended)),
            _stderr: Stderr::shown(stderr, name, &plugins.prompt),
        })
    }

    /// Sends one stanza.
    pub(super) fn send(&mut self, tag: &str, args: &[&str], body: &[u8]) -> Result<(), Error> {
        let input = self.input.as_mut().expect("closed when dropped");
        input.write_all(written(tag, args, body).as_bytes())?;
        input.flush()
    }

    /// Waits for one stanza.
    pub(super) fn receive(&mut self) -> Result<Stanza, Error> {
        self.watch.waiting();
        let stanza = self.read();
        self.watch.answered();
        stanza
    }

    fn read(&mut self) -> Result<Stanza, Error> {
        let bad = |reason: &str| Error::new(ErrorKind::InvalidData, reason);
        let mut input = (&mut self.output).take(MOST_BYTES);
        let mut line = || -> Result<Zeroizing<String>, Error> {
            let mut line = Zeroizing::new(String::with_capacity(256));
            input.read_line(&mut line)?;
            match line.pop() {
                Some('\n') => Ok(line),
                None => Err(Error::new(ErrorKind::UnexpectedEof, "it ended early")),
                Some(_) => Err(bad("a stanza is cut, or longer than 64 KiB")),
            }
        };
        let head = line()?;
        let mut words = head.strip_prefix("-> ").ok_or_else(|| bad("no stanza"))?.split(' ').map(str::to_owned);
        let tag = words.next().unwrap_or_default();
        let args = words.collect();
        let mut encoded = Zeroizing::new(String::with_capacity(256));
        loop {
            let part = line()?;
            encoded.push_str(&part);
            if part.len() < 64 {
                break;
            }
        }
        let body = BASE64_STANDARD_NO_PAD.decode(encoded.as_bytes()).map_err(|_| bad("a body that is not base64"))?;
        Ok(Stanza { tag, args, body })
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        drop(self.input.take());
        // It may have a device to let go of; whether it ends well is its own business.
        for _ in 0..MOST_PARTING {
            let ended = self.child.lock().unwrap_or_else(PoisonError::into_inner).try_wait();
            if !matches!(ended, Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        end(&self.child);
    }
}

fn end(child: &Mutex<Child>) {
    let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
    let _ = child.kill();
    let _ = child.wait();
}

/// A stanza's text: its words, then its body in lines of 64, the last one shorter.
fn written(tag: &str, args: &[&str], body: &[u8]) -> Zeroizing<String> {
    let encoded = Zeroizing::new(BASE64_STANDARD_NO_PAD.encode(body));
    let words: usize = args.iter().map(|arg| arg.len() + 1).sum();
    // Room for everything at once, so that growing leaves no copy behind.
    let mut text = Zeroizing::new(String::with_capacity(16 + tag.len() + words + encoded.len() * 66 / 64));
    text.push_str("-> ");
    text.push_str(tag);
    for arg in args {
        text.push(' ');
        text.push_str(arg);
    }
    text.push('\n');
    let mut rest = encoded.as_str();
    while rest.len() >= 64 {
        text.push_str(&rest[..64]);
        text.push('\n');
        rest = &rest[64..];
    }
    text.push_str(rest);
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_ends_in_a_line_shorter_than_64() {
        assert_eq!(written("done", &[], &[]).as_str(), "-> done\n\n");
        assert_eq!(written("x", &["a", "b"], b"hi").as_str(), "-> x a b\naGk\n");
        let full = written("x", &[], &[0; 48]);
        assert_eq!(full.as_str(), format!("-> x\n{}\n\n", "A".repeat(64)));
    }
}

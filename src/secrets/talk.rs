//! One running plugin: its process, and stanzas to and from it. What they mean is next door in `plugin`.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use age_core::format::Stanza;
use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use zeroize::Zeroizing;

/// How long a plugin may take in all: somebody may have to find a hardware key and touch it.
const MOST_TIME: Duration = Duration::from_secs(120);
/// Milliseconds that a plugin may take to end by itself.
const MOST_PARTING: u32 = 500;
/// The most bytes of one stanza.
const MOST_BYTES: u64 = 1 << 16;

/// A conversation; the process ends with it.
pub(super) struct Talk {
    child: Arc<Mutex<Child>>,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    _alarm: mpsc::Sender<()>,
}

impl Talk {
    /// Starts a plugin under one of its state machines, with this environment and no other.
    pub fn start(path: &Path, machine: &str, environment: &BTreeMap<String, OsString>) -> Result<Self, Error> {
        let mut child = Command::new(path)
            .arg(format!("--age-plugin={machine}"))
            .env_clear()
            .envs(environment)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Error::other("it has no pipes"));
        };
        let child = Arc::new(Mutex::new(child));
        Ok(Self { _alarm: alarm(&child), child, input: Some(input), output: BufReader::new(output) })
    }

    /// Sends one stanza.
    pub fn send(&mut self, tag: &str, args: &[&str], body: &[u8]) -> Result<(), Error> {
        let input = self.input.as_mut().expect("closed when dropped");
        input.write_all(written(tag, args, body).as_bytes())?;
        input.flush()
    }

    /// Waits for one stanza.
    pub fn receive(&mut self) -> Result<Stanza, Error> {
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

/// Ends the process when its time is up, unless the returned sender is dropped before.
fn alarm(child: &Arc<Mutex<Child>>) -> mpsc::Sender<()> {
    let (sender, receiver) = mpsc::channel::<()>();
    let child = Arc::clone(child);
    std::thread::spawn(move || {
        if receiver.recv_timeout(MOST_TIME) == Err(mpsc::RecvTimeoutError::Timeout) {
            end(&child);
        }
    });
    sender
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

//! A run that is watched while it goes: its lines as they come, signals to it, and the requests that the sandbox saw.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::{Run, World};

/// The longest that an event is awaited.
const PATIENCE: Duration = Duration::from_secs(20);

/// A started run; killed when dropped before its end.
pub struct Going {
    child: Child,
    stderr: BufReader<std::process::ChildStderr>,
    said: String,
}

impl Going {
    pub fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        Self { child, stderr, said: String::new() }
    }

    /// Reads stderr up to the first line that holds the words.
    pub fn until(&mut self, words: &str) {
        loop {
            let mut line = String::new();
            assert!(self.stderr.read_line(&mut line).unwrap() > 0, "it ended and never said {words:?}\n{}", self.said);
            self.said.push_str(&line);
            if line.contains(words) {
                return;
            }
        }
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_raw(self.child.id().cast_signed()).unwrap(), signal).unwrap();
    }

    pub fn end(mut self) -> Run {
        self.stderr.read_to_string(&mut self.said).unwrap();
        let mut stdout = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
        let code = self.child.wait().unwrap().code();
        Run { stdout, stderr: std::mem::take(&mut self.said), code }
    }
}

impl Drop for Going {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A request as the sandbox logged it.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    /// With its query.
    pub path: String,
    pub status: Option<u64>,
    pub at: SystemTime,
    pub body: String,
    pub key: Option<String>,
}

/// Every request that the sandbox has seen.
pub fn requests(world: &World) -> Vec<Request> {
    let read = |line: &str| {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
        let at = humantime::parse_rfc3339(&text("time")).unwrap();
        let key = value["idempotency_key"].as_str().map(str::to_owned);
        let status = value["status"].as_u64();
        Request { method: text("method"), path: text("path"), status, at, body: text("body"), key }
    };
    let log = std::fs::read_to_string(world.path("requests.jsonl")).unwrap_or_default();
    log.split_inclusive('\n').filter(|line| line.ends_with('\n')).map(read).collect()
}

/// The creates that the sandbox has seen.
pub fn posts(world: &World) -> usize {
    requests(world).iter().filter(|request| request.method == "POST").count()
}

/// Waits until something is so.
pub fn wait_for(what: &str, so: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !so() {
        assert!(Instant::now() < deadline, "{what} did not happen");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A file with so many entries, named `h0`, `h1`, …
pub fn many(count: usize) -> String {
    let entry = |n| format!("[webhooks.h{n}]\nurl = \"https://hooks.example.com/{n}\"\nevents = [\"file.*\"]\n");
    (0..count).map(entry).collect()
}

//! A folder, an identity, a sandbox, and runs of the binary whose outcome is one text.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use hookwright::surface::{ExposeSecret, generate_identity};
use regex::Regex;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// The key that the worlds' sandboxes accept: a canary that must appear in no output and no file.
pub const KEY: &str = "sk_videogen_test_canary_key";

/// A folder with a configuration, an identity and, where one was started, a sandbox.
pub struct World {
    folder: TempDir,
    recipient: String,
    sandbox: Option<Sandbox>,
}

/// A sandbox of its own process; ended when dropped, its database written.
pub struct Sandbox {
    child: Child,
    pub url: String,
}

impl Sandbox {
    fn signal(&self, signal: Signal) {
        if let Some(pid) = Pid::from_raw(self.child.id().cast_signed()) {
            let _ = kill_process(pid, signal);
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.signal(Signal::TERM);
        // One that was paused would never see it.
        self.signal(Signal::CONT);
        let _ = self.child.wait();
    }
}

/// An endpoint of the sandbox.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Live {
    pub endpoint_id: String,
    pub url: String,
    pub description: Option<String>,
    pub signing_secret: String,
}

/// How a run ended.
#[must_use]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub stdout: String,
    pub stderr: String,
    pub code: Option<i32>,
}

impl World {
    /// A folder with an identity and no configuration.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (identity, recipient) = generate_identity();
        fs::write(folder.path().join("identity.txt"), format!("{}\n", identity.expose_secret())).unwrap();
        fs::set_permissions(folder.path().join("identity.txt"), fs::Permissions::from_mode(0o600)).unwrap();
        Self { folder, recipient: recipient.to_string(), sandbox: None }
    }

    /// A world whose configuration points at a sandbox that was started with these flags.
    pub fn with_sandbox(flags: &[&str]) -> Self {
        let mut world = Self::new();
        world.start_sandbox(flags);
        world
    }

    /// Starts the sandbox, or starts it again with other flags and the same database.
    pub fn start_sandbox(&mut self, flags: &[&str]) {
        self.sandbox = None;
        let mut child = self
            .command(&["sandbox", "--port", "0", "--key", KEY, "--db", "api.json", "--request-log", "requests.jsonl"])
            .args(flags)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("listening on ").expect("the sandbox says where it listens").to_owned();
        self.sandbox = Some(Sandbox { child, url });
    }

    /// Ends the sandbox; what it holds is in `api.json` then.
    pub fn stop_sandbox(&mut self) {
        self.sandbox = None;
    }

    /// Holds the sandbox in the middle of whatever it does.
    pub fn pause_sandbox(&self) {
        self.sandbox.as_ref().expect("a sandbox was started").signal(Signal::STOP);
    }

    /// Lets it go on.
    pub fn resume_sandbox(&self) {
        self.sandbox.as_ref().expect("a sandbox was started").signal(Signal::CONT);
    }

    /// Where the sandbox listens.
    pub fn url(&self) -> &str {
        &self.sandbox.as_ref().expect("a sandbox was started").url
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), text).unwrap();
    }

    /// Writes `webhooks.toml`: the recipient, and what follows.
    pub fn config(&self, rest: &str) {
        let recipient = &self.recipient;
        self.write("webhooks.toml", &format!("[encryption]\nrecipients = [\"{recipient}\"]\n\n{rest}"));
    }

    /// The binary in this folder, its environment cleared but for the sandbox's url and key.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hookwright"));
        command.args(args).current_dir(self.folder.path()).env_clear().stdin(Stdio::null());
        command.env("HOOKWRIGHT_NOW", "2026-11-25T12:00:00Z");
        if let Some(sandbox) = &self.sandbox {
            command.env("VIDEOGEN_BASE_URL", &sandbox.url).env("VIDEOGEN_API_KEY", KEY);
        }
        command
    }

    /// Another program in the same folder and environment, with the binary's place in `$hookwright`.
    pub fn outside(&self, program: &str, args: &[&str]) -> Command {
        let own = self.command(&[]);
        let mut command = Command::new(program);
        command.args(args).current_dir(self.folder.path()).env_clear().stdin(Stdio::null());
        command.envs(own.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("hookwright", env!("CARGO_BIN_EXE_hookwright"));
        command
    }

    /// The binary under strace.
    pub fn traced(&self, flags: &[&str], args: &[&str]) -> Command {
        let binary = env!("CARGO_BIN_EXE_hookwright");
        self.outside("strace", &[flags, &[binary], args].concat())
    }

    pub fn run(&self, args: &[&str]) -> Run {
        let run = finish(self.command(args));
        crate::hints::check(args, &run);
        run
    }

    /// A run that must succeed; its stdout.
    pub fn ok(&self, args: &[&str]) -> String {
        let run = self.run(args);
        assert_eq!(run.code, Some(0), "{args:?}\n{}\n{}", run.stdout, run.stderr);
        run.stdout
    }

    /// The state, as JSON.
    pub fn state(&self) -> serde_json::Value {
        serde_json::from_str(&self.read("state/webhooks.state.json")).unwrap()
    }

    /// Every file below the folder but the sandbox's own and the identity, as one text.
    pub fn files(&self) -> String {
        let mut text = String::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if !path.ends_with("api.json") && !path.ends_with("identity.txt") {
                    text.push_str(&String::from_utf8_lossy(&fs::read(path).unwrap()));
                }
            }
        }
        text
    }

    /// The endpoints of the sandbox, as its database has them.
    pub fn live(&self) -> Vec<Live> {
        let db: serde_json::Value = serde_json::from_str(&self.read("api.json")).unwrap();
        let endpoints = db["endpoints"].as_object().unwrap();
        endpoints.values().map(|e| serde_json::from_value(e.clone()).unwrap()).collect()
    }

    /// Makes an endpoint that is nobody's here, as a stranger would.
    pub fn stranger(&self, url: &str) -> serde_json::Value {
        let body = format!("{{\"url\":\"{url}\",\"events\":[\"file.upload.failed\"]}}");
        let answer = self.request("POST /v1/webhooks/endpoints", &body);
        assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }

    /// Deletes an endpoint behind hookwright's back.
    pub fn delete_remotely(&self, id: &str) {
        let answer = self.request(&format!("DELETE /v1/webhooks/endpoints/{id}"), "");
        assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    }

    /// Sends one request to the sandbox, by hand; the whole answer.
    pub fn request(&self, line: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(self.url().trim_start_matches("http://")).unwrap();
        write!(
            stream,
            "{line} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {KEY}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

/// Runs a command to its end.
pub fn finish(mut command: Command) -> Run {
    let output = command.output().unwrap();
    Run {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code(),
    }
}

impl Run {
    /// Stdout, stderr and exit code as one text; what differs from run to run is named.
    pub fn snapshot(&self, world: &World) -> String {
        let code = self.code.map_or("signal".to_owned(), |code| code.to_string());
        let text = format!("{}--- stderr\n{}--- exit {code}", self.stdout, self.stderr);
        redact(&text, world.folder.path())
    }
}

/// Names ids in the order in which they appear, and whatever else no two runs share.
pub fn redact(text: &str, folder: &Path) -> String {
    let mut text = text.to_owned();
    let canonical = fs::canonicalize(folder).unwrap();
    for path in [canonical.as_path(), folder] {
        text = text.replace(path.to_str().unwrap(), "[FOLDER]");
    }
    for (pattern, name) in [
        (r"127\.0\.0\.1:\d+", "127.0.0.1:[PORT]"),
        (r"\b(offline-)?[0-9a-f]{32}\b", "${1}[ID]"),
        (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "[UUID]"),
        (r"age1[0-9a-z]{58}", "[RECIPIENT]"),
        (r#"request id "[^"]+""#, "request id [REQUEST]"),
    ] {
        text = Regex::new(pattern).unwrap().replace_all(&text, name).into_owned();
    }
    let mut seen: Vec<String> = Vec::new();
    let ids = Regex::new(r"ep_[A-Za-z0-9_]+").unwrap();
    ids.replace_all(&text, |found: &regex::Captures<'_>| {
        let id = found[0].to_owned();
        let at = seen.iter().position(|other| *other == id).unwrap_or_else(|| {
            seen.push(id);
            seen.len() - 1
        });
        format!("[ENDPOINT {}]", at + 1)
    })
    .into_owned()
}

//! Hostile text, hostile files and bombs, through every command: nothing leaks, nothing acts, nobody waits, and memory
//! is bounded.

mod bombs;
mod commands;
mod files;
mod text;

use std::ffi::OsStr;
use std::process::{Command, Output};
use std::sync::LazyLock;

use regex::Regex;

use crate::support::{KEY, Run, World};

/// What is in every secret, every password and every file that is none of the command's business.
const CANARY: &str = "CANARYcanaryCANARY7";
/// The same as base64: a signing secret.
const BASE64: &str = "Q0FOQVJZY2FuYXJ5Q0FOQVJZNw==";
/// The memory that a run may map, in KiB: its stacks and libraries take a third of it.
const MEMORY: usize = 900 << 10;
/// The seconds of processor time that a run may take: the slowest takes a tenth, and one that is quadratic hours.
const WORK: usize = 100;
/// The seconds after which a run is killed that waits, on a machine as slow as may be.
const PATIENCE: usize = 900;

/// A run of the binary that is bounded in memory, and killed where it does not end.
fn bounded<S: AsRef<OsStr>>(world: &World, args: &[S]) -> Command {
    let script =
        format!("ulimit -v {MEMORY}; ulimit -t {WORK}; exec timeout -s KILL {PATIENCE} \"$hookwright\" \"$@\"");
    let mut command = world.outside("sh", &["-c", &script, "sh"]);
    command.args(args).env("VIDEOGEN_API_KEY", KEY).env("HOME", world.path("home"));
    command
}

/// How a run ended whose output may be anything; it must be text that harms nobody.
fn harmless(mut command: Command, what: &str) -> Run {
    let Output { stdout, stderr, status } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap_or_else(|e| panic!("{what}: {e}"));
    let run = Run { stdout: text(stdout), stderr: text(stderr), code: status.code() };
    let said = &run.stderr[..run.stderr.floor_char_boundary(2000)];
    assert!(matches!(run.code, Some(0..=3)), "{what}: {:?}\n{said}", run.code);
    static RUNNER: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"##[A-Za-z0-9]*\[").unwrap());
    for out in [&run.stdout, &run.stderr] {
        for line in out.split('\n') {
            let begins = line.trim_start();
            let shown = || format!("{what}: {}", line.escape_debug().take(2000).collect::<String>());
            assert!(!begins.starts_with("::") || begins.starts_with("::: "), "{}", shown());
            assert!(!RUNNER.is_match(line), "{}", shown());
            assert!(!line.contains(hookwright::surface::acts), "{}", shown());
            assert!(![CANARY, &BASE64[..24], KEY].iter().any(|secret| line.contains(secret)), "{}", shown());
        }
    }
    run
}

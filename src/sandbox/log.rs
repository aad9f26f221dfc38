//! The request log: one JSON line a request, written when its fate is decided and before it is answered. No secrets.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use serde::Serialize;

use super::Error;
use crate::disk;

/// What is kept of a request.
#[derive(Debug, Serialize)]
pub(super) struct Line<'a> {
    pub time: String,
    pub request_id: &'a str,
    pub method: &'a str,
    /// With the query.
    pub path: &'a str,
    pub idempotency_key: Option<&'a str>,
    /// As text; absent where there was none.
    pub body: Option<&'a str>,
    /// Null where no answer is sent.
    pub status: Option<u16>,
    /// The endpoint that was made, answered again, or deleted.
    pub endpoint_id: Option<&'a str>,
    pub faults: Vec<&'static str>,
}

/// An open log.
#[derive(Debug)]
pub(super) struct RequestLog(Mutex<File>);

impl RequestLog {
    /// Opens the log to append to it: a new file, an earlier log, or a descriptor such as `/dev/stderr`.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let file = if disk::is_descriptor(path) { OpenOptions::new().append(true).open(path) } else { log_at(path) };
        file.map(|file| Self(Mutex::new(file))).map_err(|source| Error::LogUnwritable { path: path.to_owned(), source })
    }

    /// Writes one line at once. A log that cannot be written stops no request.
    pub(super) fn write(&self, line: &Line<'_>) {
        let Ok(mut text) = serde_json::to_vec(line) else { return };
        text.push(b'\n');
        let _ = self.0.lock().unwrap_or_else(PoisonError::into_inner).write_all(&text);
    }
}

/// What every line begins with.
const BEGINNING: &[u8] = b"{\"time\":";

fn log_at(path: &Path) -> io::Result<File> {
    let file = disk::open(path, disk::options().create(true).read(true).append(true))?;
    let mut beginning = Vec::new();
    (&file).take(BEGINNING.len() as u64).read_to_end(&mut beginning)?;
    match beginning.is_empty() || beginning == BEGINNING {
        true => Ok(file),
        false => Err(io::Error::other("it is not a request log, and is left alone")),
    }
}

/// Now, as RFC 3339 with milliseconds.
pub(super) fn now() -> String {
    humantime::format_rfc3339_millis(SystemTime::now()).to_string()
}

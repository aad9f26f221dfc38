//! The sandbox: a server on this machine that speaks VideoGen's webhook API, keeps its endpoints in a file, delivers
//! signed events to them, and fails on demand. It is a second, independent reading of the API: it imports nothing of
//! the other rooms but the disk.

mod account;
mod create;
mod database;
mod delivery;
mod fault;
mod limit;
mod listing;
mod log;
mod remote;
mod reply;
mod server;
mod skew;
mod wire;

#[cfg(test)]
mod tests;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub(crate) use delivery::Delivery;
pub(crate) use fault::{Fault, Kind};
pub(crate) use limit::RetryAfter;
pub(crate) use remote::{TriggerError, trigger};
pub(crate) use skew::Skew;

use account::Account;
use server::Server;

/// The key that a sandbox accepts unless it is given another.
pub(crate) const DEFAULT_KEY: &str = "sk_videogen_sandbox";
const DEFAULT_TEAM: &str = "vg_team_sandbox";

/// The events that can be subscribed to.
pub(crate) const EVENTS: [&str; 18] = [
    "tool_execution.succeeded",
    "tool_execution.failed",
    "tool_execution.cancelled",
    "workflow_run.succeeded",
    "workflow_run.failed",
    "workflow_run.cancelled",
    "project_export.succeeded",
    "project_export.failed",
    "project_export.cancelled",
    "assistant_message.succeeded",
    "assistant_message.failed",
    "assistant_message.cancelled",
    "file.upload.completed",
    "file.upload.failed",
    "file.playback_ready",
    "file.download_ready",
    "file.analysis_completed",
    "file.analysis_failed",
];

/// What a repeated `Idempotency-Key` does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Idempotency {
    /// The same key and body: the endpoint's first answer again, secret included. Another body: 409.
    #[default]
    Honour,
    /// Nothing: every request makes an endpoint.
    Ignore,
    /// As `Honour`, but the repeat is answered without the secret.
    WithoutSecret,
    /// As `Honour`, but whatever was answered first is answered again: a 409 or 500 that a fault made, too.
    HonourErrors,
}

/// Whether the database's file is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Keep {
    /// It is this sandbox's alone, and holds every change in the end.
    #[default]
    Written,
    /// It is read once, and neither locked nor written: for whoever only looks.
    Untouched,
}

/// How a sandbox behaves. The default is a well-behaved one, in memory, on any free port.
#[derive(Clone)]
pub(crate) struct Options {
    /// The port on 127.0.0.1; 0 is any free one.
    pub port: u16,
    /// The one key that is accepted.
    pub key: String,
    /// The team of the key. `None`: the database's, or a default.
    pub team_id: Option<String>,
    /// The file that keeps the endpoints; `None` is memory alone.
    pub db: Option<PathBuf>,
    /// Whether what changes goes to that file.
    pub keep: Keep,
    /// From a request to its answer: half before anything is done, half after.
    pub latency: Duration,
    /// So many requests a window, for each group of routes.
    pub rate_limit: Option<(u32, Duration)>,
    /// The form of `Retry-After` in every 429.
    pub retry_after: RetryAfter,
    /// What goes wrong on purpose.
    pub faults: Vec<Fault>,
    /// How much later a `late-commit` commits.
    pub late: Duration,
    /// What a repeated key does.
    pub idempotency: Idempotency,
    /// How long an endpoint exists before listings show it.
    pub list_lag: Duration,
    /// Listings in their older form: `{endpoints: [...]}`, all at once.
    pub legacy_list: bool,
    /// Urls are answered with a trailing slash, and a missing description as null.
    pub answer_slash: bool,
    /// How far the server's clock is from this machine's.
    pub clock_skew: Skew,
    /// A file that gets one JSON line a request.
    pub request_log: Option<PathBuf>,
    /// Makes faults, ids and secrets the same at every start; `None` is the system's randomness.
    pub seed: Option<u64>,
    /// The pause before a delivery is tried again; it doubles each time.
    pub delivery_pause: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            key: DEFAULT_KEY.to_owned(),
            team_id: None,
            db: None,
            keep: Keep::Written,
            latency: Duration::ZERO,
            rate_limit: None,
            retry_after: RetryAfter::default(),
            faults: Vec::new(),
            late: Duration::from_secs(1),
            idempotency: Idempotency::default(),
            list_lag: Duration::ZERO,
            legacy_list: false,
            answer_slash: false,
            clock_skew: Skew::default(),
            request_log: None,
            seed: None,
            delivery_pause: Duration::from_secs(1),
        }
    }
}

/// Why a sandbox does not run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The port is taken or forbidden.
    #[error("cannot listen on 127.0.0.1:{port}")]
    CannotListen {
        /// The port asked for.
        port: u16,
        /// The cause.
        source: io::Error,
    },
    /// The database cannot be read.
    #[error("cannot read the sandbox's database `{}`", path.display())]
    DatabaseUnreadable {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The database holds something else.
    #[error("`{}` is no sandbox database", path.display())]
    DatabaseMalformed {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: serde_json::Error,
    },
    /// Another sandbox has it.
    #[error("the sandbox's database `{}` is in use by another sandbox", path.display())]
    DatabaseInUse {
        /// The file.
        path: PathBuf,
    },
    /// The database cannot be written.
    #[error("cannot write the sandbox's database")]
    DatabaseUnwritable {
        /// The cause, with the file.
        source: crate::disk::DiskError,
    },
    /// The request log cannot be opened.
    #[error("cannot open the request log `{}`", path.display())]
    LogUnwritable {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// A task of the server panicked.
    #[error("the sandbox crashed")]
    Crashed {
        /// The cause.
        source: tokio::task::JoinError,
    },
}

/// A sandbox that listens. Dropped without [`Running::stop`], it runs on as long as its runtime.
pub(crate) struct Running {
    address: SocketAddr,
    #[cfg(test)]
    server: Arc<Server>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
    saver: Option<database::Saver>,
}

impl Running {
    /// The base URL, without a trailing slash.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Other faults from now on; `KIND@N` counts from here.
    #[cfg(test)]
    pub(crate) fn set_faults(&self, faults: Vec<Fault>) {
        self.server.set_faults(faults);
    }

    /// Finishes what is being answered and writes the database. An error: the database could not be written.
    pub(crate) async fn stop(mut self) -> Result<(), Error> {
        self.stop.send_replace(true);
        // A client that is slow to go cannot hold the server.
        if tokio::time::timeout(Duration::from_secs(2), &mut self.task).await.is_err() {
            self.task.abort();
        }
        match self.saver {
            Some(saver) => saver.stop().await,
            None => Ok(()),
        }
    }
}

/// Starts a sandbox; returns when it listens. Its database was written by then, so an unwritable one is found here.
pub(crate) async fn serve(options: Options) -> Result<Running, Error> {
    let written = options.db.clone().filter(|_| options.keep == Keep::Written);
    let lock = match &written {
        Some(path) => Some((path.clone(), database::lock(path, database::PATIENCE).await?)),
        None => None,
    };
    if let Some(path) = &written {
        crate::disk::remove_leftovers(path, Duration::ZERO);
    }
    let mut account = options.db.as_deref().map_or_else(|| Ok(Account::default()), database::read)?;
    if let Some(team) = &options.team_id {
        account.team_id.clone_from(team);
    } else if account.team_id.is_empty() {
        account.team_id = DEFAULT_TEAM.to_owned();
    }
    let port = options.port;
    let cannot = |source| Error::CannotListen { port, source };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(cannot)?;
    let address = listener.local_addr().map_err(cannot)?;
    let account = Arc::new(Mutex::new(account));
    if let Some(path) = &written {
        database::write(path, &account.lock().unwrap_or_else(PoisonError::into_inner))?;
    }
    let saver = lock.map(|(path, lock)| database::Saver::start(path, Arc::clone(&account), lock));
    let (stop, stopped) = watch::channel(false);
    let changes = saver.as_ref().map(database::Saver::changes);
    let server = Arc::new(Server::new(options, account, changes, stopped)?);
    let task = tokio::spawn(server::run(listener, Arc::clone(&server)));
    Ok(Running {
        address,
        #[cfg(test)]
        server,
        stop,
        task,
        saver,
    })
}

//! A command that failed: what is wrong, why, and what to do; always on stderr.

use crate::quote::escaped;
use crate::refresh::RefreshError;
use crate::state::{BackendError, DocumentError, JournalError, LockError, RemoteError, StoreError};
use crate::videogen::ApiError;

use super::terminal::{self, Unwritten};

/// Why a command failed.
#[derive(Debug)]
pub(super) struct Failure {
    /// Whole text that was drawn already (caret diagnostics), printed as it is.
    drawn: Option<String>,
    message: String,
    causes: Vec<String>,
    hints: Vec<String>,
    code: u8,
}

impl Failure {
    /// A failure in one line.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { drawn: None, message: message.into(), causes: Vec::new(), hints: Vec::new(), code: 1 }
    }

    /// A failure with the chain of what caused it.
    pub(super) fn caused(message: impl Into<String>, cause: &(dyn std::error::Error + 'static)) -> Self {
        let mut failure = Self::new(message);
        let mut next = Some(cause);
        while let Some(cause) = next {
            let told = escaped(&cause.to_string());
            // A wrapper may have no words of its own.
            if failure.causes.last() != Some(&told) {
                failure.causes.push(told);
            }
            let io = cause.downcast_ref::<std::io::Error>();
            if io.is_some_and(|io| io.kind() == std::io::ErrorKind::PermissionDenied) {
                failure.hints = vec!["check who may read and write it and its folder: `ls -ld`".to_owned()];
            }
            next = cause.source();
        }
        failure
    }

    /// Errors of a file, drawn with carets.
    pub(super) fn drawn(text: String, message: impl Into<String>) -> Self {
        Self { drawn: Some(text), ..Self::new(message) }
    }

    /// Adds what to do.
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The first line.
    pub(super) fn message(&self) -> &str {
        &self.message
    }

    /// The exit code.
    pub(super) fn code(&self) -> u8 {
        self.code
    }

    /// Prints it to stderr.
    pub(super) fn print(&self) {
        if let Some(drawn) = &self.drawn {
            terminal::say(drawn);
            terminal::say("");
        }
        terminal::error(&self.message);
        self.causes.iter().for_each(|cause| terminal::tell(&format!("  caused by: {cause}")));
        self.hints.iter().for_each(|hint| terminal::hint(hint));
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let hint = match &error {
            StoreError::Lock(LockError::Held { .. }) => "wait for it, or pass --lock-timeout 10m",
            StoreError::Lock(LockError::OtherUser { .. }) => {
                "if no run of that user is at work, remove that lock: the next run makes one"
            }
            StoreError::Document(DocumentError::Newer { .. }) => "use the hookwright that wrote it, or a newer one",
            StoreError::Document(DocumentError::Damaged { .. }) => {
                "restore it from version control or a backup; never start from an empty one: the secrets are in it"
            }
            StoreError::Journal(JournalError::Damaged { .. }) => {
                "keep a copy of it, move it away, and replay what is whole: hookwright state recover FILE"
            }
            StoreError::Remote(RemoteError::Held { .. }) => {
                "wait for it, or pass --lock-timeout 10m; one that is silent for 45 seconds is taken over"
            }
            StoreError::Backend(BackendError::Store(failure)) => failure.hint(),
            StoreError::Remote(RemoteError::TakenOver { .. }) => {
                "everything that this run recorded is in the journal; run it again to do the rest"
            }
            StoreError::Remote(RemoteError::RolledBack { .. } | RemoteError::Missing { .. }) => {
                "bring back the newest version of the state from the store's own history"
            }
            StoreError::Remote(RemoteError::IgnoresConditions { .. }) => {
                "keep the state in a store that honours If-None-Match and If-Match, S3 say"
            }
            StoreError::Changed { .. } => "look at what changed it (an editor, git), then run this again",
            StoreError::Mismatch { .. } => {
                "bring back the state that belongs to the journal; or move the journal away and replay it: hookwright state recover FILE"
            }
            _ => return Self::chain(&error),
        };
        Self::chain(&error).hint(hint)
    }
}

impl Failure {
    /// The error's own words as the message, its sources as causes.
    pub(super) fn chain(error: &(dyn std::error::Error + 'static)) -> Self {
        match error.source() {
            Some(source) => Self::caused(error.to_string(), source),
            None => Self::new(error.to_string()),
        }
    }
}

impl From<RefreshError> for Failure {
    fn from(error: RefreshError) -> Self {
        match error {
            RefreshError::OtherTeam { .. } => Self::new(error.to_string())
                .hint("use a key of the state's team; with this one every endpoint would look gone"),
            RefreshError::Unverified(error) => Self::from(error)
                .hint("the account must be the state's own; to go on without knowing it: --allow-unknown-team"),
            RefreshError::Api(error) => error.into(),
        }
    }
}

impl From<Unwritten> for Failure {
    fn from(Unwritten(error): Unwritten) -> Self {
        Self::caused("could not write to the output", &error)
    }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        let failure = Self::new(error.to_string());
        match error.hint() {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

/// An error with its causes on one line.
pub(super) fn on_one_line(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let told = inner.to_string();
        if !text.contains(&told) {
            text.push_str(": ");
            text.push_str(&told);
        }
        cause = inner.source();
    }
    text
}

//! Why a store did not do what it was asked.

/// Why a store did not do what it was asked, in the store's words where it had any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreFailure {
    /// What was asked: `read s3://bucket/key`. No credentials are in it.
    pub what: String,
    /// What kind of failure it is.
    pub kind: FailureKind,
    /// The status of the answer, where there was one.
    pub status: Option<u16>,
    /// The store's code, `AccessDenied` say: untrusted text, escaped.
    pub code: Option<String>,
    /// The store's sentence, or the network's: untrusted text, escaped and without secrets.
    pub message: String,
    /// The store's name of the request, for its support: untrusted text, escaped.
    pub request_id: Option<String>,
}

/// What a failure of a store means for whoever waits for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// Nobody gave us credentials.
    NoCredentials,
    /// It did not let us: credentials are wrong, expired or not enough.
    Denied,
    /// There is no such bucket.
    NoBucket,
    /// It understood the request and will not do it, however often it is asked.
    Refused,
    /// It was not reached, is busy or broken: asked again later it may answer.
    Down,
}

impl StoreFailure {
    /// Whether the same request may be answered later.
    pub(crate) fn may_pass(&self) -> bool {
        self.kind == FailureKind::Down
    }

    /// What to do about it.
    pub(crate) fn hint(&self) -> &'static str {
        match self.kind {
            FailureKind::NoCredentials => {
                "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or export those of a profile: \
                 `eval \"$(aws configure export-credentials --format env)\"`"
            }
            FailureKind::Denied => {
                "see whose credentials these are: they need to get, put, delete and list objects there (S3 also denies to \
                 say that an object is missing to whoever may not list)"
            }
            FailureKind::NoBucket => "create the bucket, or correct its name",
            FailureKind::Refused => {
                "see whether the store does conditional writes, and whether its endpoint and region are right"
            }
            FailureKind::Down => "see whether the store is reached from here, and run this again",
        }
    }
}

impl std::fmt::Display for StoreFailure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let why = match self.kind {
            FailureKind::NoCredentials => "there are none",
            FailureKind::Denied => "the server does not allow it",
            FailureKind::NoBucket => "there is no such bucket",
            FailureKind::Refused => "the server refuses it",
            FailureKind::Down => "the server is down or busy",
        };
        write!(f, "could not {}: {why}: {}", self.what, self.message)?;
        let mut details = Vec::new();
        details.extend(self.status.map(|status| format!("status {status}")));
        details.extend(self.code.clone());
        details.extend(self.request_id.as_ref().map(|id| format!("request {id}")));
        if details.is_empty() { Ok(()) } else { write!(f, " ({})", details.join(", ")) }
    }
}

impl std::error::Error for StoreFailure {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_says_what_was_asked_and_what_the_store_said() {
        let mut failure = StoreFailure {
            what: "read s3://b/k".into(),
            kind: FailureKind::Denied,
            status: Some(403),
            code: Some("AccessDenied".into()),
            message: "Access Denied.".into(),
            request_id: Some("4442587FB7D0A2F9".into()),
        };
        assert_eq!(
            failure.to_string(),
            "could not read s3://b/k: the server does not allow it: Access Denied. (status 403, AccessDenied, request \
             4442587FB7D0A2F9)"
        );
        assert!(!failure.may_pass() && !failure.hint().is_empty());
        failure = StoreFailure { kind: FailureKind::Down, status: None, code: None, request_id: None, ..failure };
        assert_eq!(failure.to_string(), "could not read s3://b/k: the server is down or busy: Access Denied.");
        assert!(failure.may_pass());
    }
}

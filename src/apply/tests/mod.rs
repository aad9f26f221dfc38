//! Apply over a sound API, and over such an API with one call broken: each fake is about ten lines.

mod durability;
mod ends;
mod lost;
mod notes;
mod order;
mod sound;
mod stage;

pub(super) use sound::Sound;
pub(super) use stage::Stage;

use crate::videogen::{ApiError, Cause, Created, Refusal};

/// Lets a fake read as the sound API in its first field does.
macro_rules! reads_soundly {
    ($fake:ty) => {
        impl crate::videogen::ApiReader for $fake {
            async fn team(&self) -> Result<String, crate::videogen::ApiError> {
                crate::videogen::ApiReader::team(&self.0).await
            }
            async fn list(&self) -> Result<Vec<crate::endpoint::Observed>, crate::videogen::ApiError> {
                crate::videogen::ApiReader::list(&self.0).await
            }
        }
    };
}
pub(crate) use reads_soundly;

/// An answer that never came.
fn lost() -> ApiError {
    ApiError { request: "POST /x".to_owned(), cause: Cause::Lost("connection reset".to_owned()) }
}

/// A create whose answer never came.
fn unknown() -> Created {
    Created::Unknown { error: lost(), named: None }
}

/// An answer without success.
fn refused(status: u16, code: Option<&str>) -> ApiError {
    let refusal = Refusal { status, code: code.map(str::to_owned), ..Refusal::default() };
    ApiError { request: "POST /x".to_owned(), cause: Cause::Refused(Box::new(refusal)) }
}

/// A file with entries of these names, in whose order they are created where one worker sends.
fn entries(names: &[&str], more: &str) -> String {
    let entry = |name: &&str| {
        format!("[webhooks.{name}]\nurl = \"https://h.example/{name}\"\nevents = [\"file.upload.failed\"]\n{more}\n")
    };
    names.iter().map(entry).collect()
}

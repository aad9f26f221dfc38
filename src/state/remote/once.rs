//! Writes that are tried until their outcome is known. A key is written by one writer with one body, so what is read back
//! tells whether it is ours.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::pace;
use crate::state::backend::{BackendError, Created, Objects, Replaced, Stored, Tag};

/// The pauses between tries: short at first.
const PAUSES: [Duration; 2] = [Duration::from_millis(50), Duration::from_secs(2)];

/// Creates an object; `Exists` means that another writer has the key. The error is what the last try came to: the object
/// may be there, or come later, where that is unknown.
pub(super) async fn create(objects: &dyn Objects, key: &str, bytes: Vec<u8>) -> Result<Created, BackendError> {
    let done = replace(objects, key, None, bytes).await?;
    Ok(match done {
        Replaced::Done(_) => Created::Done,
        Replaced::Lost => Created::Exists,
    })
}

/// Replaces the version `expected` of an object; `Lost` means that another writer did.
pub(super) async fn replace(
    objects: &dyn Objects,
    key: &str,
    expected: Option<&Tag>,
    bytes: Vec<u8>,
) -> Result<Replaced, BackendError> {
    let (begun, mut pause) = (Instant::now(), PAUSES[0]);
    loop {
        let failed = match objects.replace(key, expected, bytes.clone()).await {
            Ok(Replaced::Done(tag)) => return Ok(Replaced::Done(tag)),
            Ok(Replaced::Lost) => None,
            Err(error) if is_final(&error) => return Err(error),
            Err(error) => Some(error),
        };
        let error = match (objects.read(key).await, failed) {
            (Ok(Some(Stored { bytes: found, tag })), _) if found == bytes => return Ok(Replaced::Done(tag)),
            // Nobody has written: the same bytes may be sent again.
            (Ok(found), Some(error)) if found.as_ref().map(|found| &found.tag) == expected => error,
            (Ok(_), _) => return Ok(Replaced::Lost),
            (Err(error), None) => error,
            (Err(_), Some(error)) => error,
        };
        if begun.elapsed() >= pace::trying() {
            return Err(error);
        }
        sleep(pause).await;
        pause = (pause * 2).min(PAUSES[1]);
    }
}

/// Whether the store said no and will say so again.
fn is_final(error: &BackendError) -> bool {
    matches!(error, BackendError::Store(failure) if !failure.may_pass())
}

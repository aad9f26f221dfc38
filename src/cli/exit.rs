//! How a command ends.

use super::failure::Failure;

/// Done, or nothing to do.
pub(super) const DONE: u8 = 0;
/// `plan --detailed-exitcode`: there are changes.
pub(super) const CHANGES: u8 = 2;
/// An apply stopped part-way.
pub(super) const STOPPED: u8 = 3;

/// What a command ends with: an exit code, or a failure, which is exit 1.
pub(super) type Ended = Result<u8, Failure>;

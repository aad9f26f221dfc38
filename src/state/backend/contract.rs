//! What is asked of a backend.

use std::sync::Arc;
use std::time::Duration;

use super::document::Document;
use super::lease::Leased;
use super::log::{Base, Log};
use super::rescue::Rescue;
use crate::state::holder::Holder;

/// One place of a state.
///
/// All handles of one place share its document, its logs and its lease, across processes and machines.
pub trait Backend: std::fmt::Debug + Send + Sync {
    /// Waits for the lease, at most `timeout` long, and takes it.
    fn lease<'a>(&'a self, holder: &'a Holder, timeout: Duration) -> Leased<'a>;

    /// The document.
    fn document(&self) -> &dyn Document;

    /// The log of the journal that was begun on `base`, there or not there yet. A backend with room for one journal has
    /// that one, whatever it was begun on: the journal's head tells.
    fn log(&self, base: &Base) -> Arc<dyn Log>;

    /// Keeps what neither log nor document took, wherever there is room, and says where that is. Never replaces what an
    /// earlier run kept.
    fn rescue(&self, bytes: &[u8]) -> Rescue;
}

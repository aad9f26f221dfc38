//! How each change ends, and what whoever watches hears of it.

use super::run::{Halt, Run};
use super::{Event, Status};
use crate::endpoint::EndpointId;
use crate::plan::Change;
use crate::videogen::{ApiError, Cause};

impl<A> Run<A> {
    /// Says so to whoever watches; nobody has to.
    pub(super) fn tell(&self, event: Event) {
        let _ = self.job.events.send(event);
    }

    pub(super) fn change(&self, index: usize) -> &Change {
        &self.job.plan.changes[index]
    }

    pub(super) fn started(&self, index: usize) {
        let Change { name, action, .. } = self.change(index);
        self.tell(Event::Started { name: name.clone(), action: action.word() });
    }

    pub(super) fn done(&self, index: usize, endpoint_id: Option<EndpointId>) {
        let Change { name, action, .. } = self.change(index);
        self.progress().statuses[index] = Status::Done(endpoint_id.clone());
        self.tell(Event::Done { name: name.clone(), action: action.word(), endpoint_id });
    }

    pub(super) fn failed(&self, index: usize, error: String, hint: Option<&'static str>) {
        let Change { name, action, .. } = self.change(index);
        self.progress().statuses[index] = Status::Failed(error.clone());
        self.tell(Event::Failed { name: name.clone(), action: action.word(), error, hint });
    }

    /// A request failed for the change; where every other would fail alike, the run halts.
    pub(super) fn refused(&self, index: usize, error: ApiError) {
        if !matches!(error.cause, Cause::Stopped) {
            self.failed(index, error.to_string(), error.hint());
        }
        self.halted(error);
    }

    /// Stops new work where every other request would fail alike; a run that is ending needs no other reason.
    pub(super) fn halted(&self, error: ApiError) {
        if error.stops_everything() && !self.job.throttle.is_stopped() {
            self.halt(Halt::Api(error));
        }
    }

    pub(super) fn unknown(&self, index: usize, error: String) {
        self.progress().statuses[index] = Status::Unknown(error);
    }

    pub(super) fn is_done(&self, index: usize) -> bool {
        matches!(self.progress().statuses[index], Status::Done(_))
    }
}

//! `--result-file`: how a command ended, as JSON, for pipelines whose wrappers eat exit codes.

use std::path::Path;

use serde::Serialize;

use super::exit::{DONE, Ended};
use super::failure::Failure;
use super::project::Project;
use super::results::{Kind, Output};
use super::terminal;
use crate::apply::{Outcome, Status};
use crate::plan::{Plan, Summary};

/// What is known of a command so far.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    format_version: &'static str,
    command: &'static str,
    exit_code: u8,
    plan_id: Option<String>,
    refreshed: Option<bool>,
    summary: Option<Summary>,
    changes: Vec<Entry>,
    refusals: usize,
    /// Creates whose answer was lost and may still arrive.
    outstanding: usize,
    /// Orphans of lost creates that were deleted beyond the plan.
    orphans_deleted: Vec<String>,
    /// What is certainly ours and was left live, or is not known to be live.
    left_behind: Vec<String>,
    error: Option<String>,
    #[serde(skip)]
    to: Option<Output>,
}

#[derive(Debug, Serialize)]
struct Entry {
    name: String,
    action: &'static str,
    status: &'static str,
    endpoint_id: Option<String>,
    error: Option<String>,
}

impl Report {
    /// A report that goes to `path`, if anywhere: an error where it cannot, before anything is done.
    pub(super) fn new(command: &'static str, path: Option<&Path>) -> Result<Self, Failure> {
        Ok(Self {
            format_version: "1.0",
            command,
            exit_code: 0,
            plan_id: None,
            refreshed: None,
            summary: None,
            changes: Vec::new(),
            refusals: 0,
            outstanding: 0,
            orphans_deleted: Vec::new(),
            left_behind: Vec::new(),
            error: None,
            to: path.map(|path| Output::at(path, Kind::Report)).transpose()?,
        })
    }

    /// An error where the report's place is one of the project's own; then it is written nowhere.
    pub(super) fn spares(&mut self, project: &Project) -> Result<(), Failure> {
        let spared = self.to.as_ref().map_or(Ok(()), |to| to.spares(&project.store));
        if spared.is_err() {
            self.to = None;
        }
        spared
    }

    /// Notes the plan.
    pub(super) fn planned(&mut self, plan: &Plan) {
        self.plan_id = Some(plan.id.to_string());
        self.refreshed = Some(plan.refreshed);
        self.summary = Some(plan.summary());
        self.refusals = plan.refusals.len();
        if self.to.is_some() {
            self.changes = entries(plan, &vec![None; plan.changes.len()]);
        }
    }

    /// Notes how each change ended.
    pub(super) fn applied(&mut self, plan: &Plan, outcome: &Outcome) {
        self.outstanding = outcome.outstanding;
        self.orphans_deleted = outcome.orphans.iter().map(|id| id.as_str().to_owned()).collect();
        self.left_behind.clone_from(&outcome.left_behind);
        if self.to.is_some() {
            let statuses: Vec<Option<&Status>> = outcome.statuses.iter().map(Some).collect();
            self.changes = entries(plan, &statuses);
        }
    }

    /// Writes the file, and hands on how the command ended.
    pub(super) fn end(mut self, ended: Ended) -> Ended {
        let Some(to) = self.to.take() else { return ended };
        self.exit_code = match &ended {
            Ok(code) => *code,
            Err(failure) => failure.code(),
        };
        self.error = ended.as_ref().err().map(|failure| failure.message().to_owned());
        let text = serde_json::to_string_pretty(&self).expect("a report has string keys and no failing parts");
        let Err(unwritten) = to.write((terminal::safe(&text) + "\n").as_bytes()) else { return ended };
        let (command, code) = (self.command, self.exit_code);
        let unwritten =
            unwritten.hint(format!("only its report is missing: the {command} itself ended with exit {code}"));
        match ended {
            // Else 0 would say that the report is there.
            Ok(DONE) => Err(unwritten),
            ended => {
                unwritten.print();
                ended
            }
        }
    }
}

fn entries(plan: &Plan, statuses: &[Option<&Status>]) -> Vec<Entry> {
    let entry = |(change, status): (&crate::plan::Change, &Option<&Status>)| {
        let (status, endpoint_id, error) = match status {
            None => ("planned", None, None),
            Some(Status::Done(id)) => ("done", id.as_ref().map(|id| id.as_str().to_owned()), None),
            Some(Status::Failed(error)) => ("failed", None, Some(error.clone())),
            Some(Status::Unknown(error)) => ("unknown", None, Some(error.clone())),
            Some(Status::Skipped) => ("not_begun", None, None),
        };
        Entry { name: change.name.to_string(), action: change.action.word(), status, endpoint_id, error }
    };
    plan.changes.iter().zip(statuses).map(entry).collect()
}

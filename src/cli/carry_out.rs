//! A plan carried out: signals are watched, events are shown.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::connection::Connection;
use super::failure::Failure;
use super::progress::{self, Form};
use super::project::Project;
use super::{clock, identity, signals};
use crate::apply::{Job, Outcome, apply, journal_room};
use crate::plan::Plan;
use crate::secrets::SecretEncryptor;
use crate::state::{Applied, Session};

/// What an apply knows of its plan beside the plan.
pub(super) struct Reviewed {
    /// The plan as it was reviewed.
    pub reviewed: Applied,
    /// Whether this is the rest of it.
    pub is_rest: bool,
    /// The account, where it is known.
    pub team: Option<String>,
}

/// Does what the plan says, signals watched and events shown.
pub(super) async fn carry_out(
    project: &Project,
    mut session: Session,
    connection: &Connection,
    plan: &Arc<Plan>,
    known: Reviewed,
    parallelism: u16,
    form: Form,
) -> Result<Outcome, Failure> {
    let Reviewed { reviewed, is_rest, team } = known;
    let encryptor = match project.cannot_encrypt.is_some() {
        // Only a plan that makes nothing gets here: it encrypts nothing.
        true => SecretEncryptor::none(),
        false => identity::encryptor(&project.recipients)?,
    };
    if session.is_new() {
        session.change(|state| state.team_id = team.clone());
    }
    let state = session.begin(journal_room(plan, project.recipients.len())).await?;
    let throttle = connection.throttle().clone();
    let (events, watched) = mpsc::unbounded_channel();
    let cut = signals::watch(throttle.clone(), events.downgrade())
        .map_err(|e| Failure::caused("signals cannot be watched", &e))?;
    let shown = tokio::spawn(progress::show(watched, throttle.watch(), plan.changes.len(), form));
    let outcome = apply(Job {
        plan: Arc::clone(plan),
        state,
        api: connection.writer(),
        throttle,
        encryptor,
        guards: project.guards.clone(),
        reviewed,
        is_rest,
        environment: project.desired.environment.as_ref().map(ToString::to_string),
        mark: project.desired.mark,
        team,
        parallelism: usize::from(parallelism),
        clock: connection.clock(),
        stopwatch: clock::stopwatch(),
        fresh_key: || uuid::Uuid::new_v4().to_string(),
        random: rand::random,
        events,
        cut,
    })
    .await;
    let _ = shown.await;
    Ok(outcome)
}

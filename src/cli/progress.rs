//! An apply as it goes: a bar on a terminal, plain lines elsewhere, all on stderr; or a line of JSON for each event, on
//! stdout.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::sync::{mpsc, watch};

use super::terminal;
use crate::apply::Event;
use crate::plan::Plan;
use crate::render::{self, Place};
use crate::timestamp::words;
use crate::videogen::Waiting;

/// How an apply shows itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    /// For people
    Text,
    /// A line of JSON for each event
    Json,
}

impl Form {
    /// The plan in this form, in few lines where somebody reviewed it and nothing refuses it.
    pub(super) fn approved(self, plan: &Plan, place: &Place) -> String {
        match self {
            Self::Text if plan.refusals.is_empty() => {
                terminal::folded(render::text_in_brief(plan, place, terminal::colour()))
            }
            form => form.plan(plan, place),
        }
    }

    /// The plan in this form.
    pub(super) fn plan(self, plan: &Plan, place: &Place) -> String {
        match self {
            Self::Text => terminal::folded(render::text_at(plan, place, terminal::colour())),
            Self::Json => render::plan_event(plan),
        }
    }
}

/// Shows events until their sender is gone.
pub(super) async fn show(
    mut events: mpsc::UnboundedReceiver<Event>,
    mut waiting: watch::Receiver<Waiting>,
    total: usize,
    form: Form,
) {
    let view = View::new(total, form);
    loop {
        tokio::select! {
            event = events.recv() => match event {
                Some(event) => view.event(&event),
                None => break,
            },
            Ok(()) = waiting.changed() => {
                let until = waiting.borrow_and_update().0;
                view.waiting(until);
            }
        }
    }
    view.end();
}

enum View {
    /// On a terminal alone: elsewhere a bar draws nothing, and loses text.
    Bar(ProgressBar),
    Lines,
    Json,
}

impl View {
    fn new(total: usize, form: Form) -> Self {
        if form == Form::Json {
            return Self::Json;
        }
        // Lines that are told meanwhile would break a bar.
        if !std::io::stderr().is_terminal() || terminal::is_verbose() {
            return Self::Lines;
        }
        let bar = ProgressBar::new(total as u64);
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {wide_msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.enable_steady_tick(Duration::from_millis(250));
        Self::Bar(bar)
    }

    fn event(&self, event: &Event) {
        if let Self::Json = self {
            // A reader that is gone is no reason to stop half-way.
            let _ = terminal::print(&render::event(event));
            return;
        }
        match event {
            Event::Started { name, action } => {
                if let Self::Bar(bar) = self {
                    bar.set_message(format!("{name}: {action}"));
                }
            }
            Event::Done { name, action, endpoint_id } => {
                let id = endpoint_id.as_ref().map(|id| format!(" ({id})")).unwrap_or_default();
                self.line(&format!("{name}: {action} done{id}"));
                self.step();
            }
            Event::Failed { name, action, error, hint } => {
                self.line(&format!("{name}: {action} failed: {error}"));
                hint.iter().for_each(|hint| self.line(&format!("  hint: {hint}")));
                self.step();
            }
            Event::Lost { name, error } => {
                self.line(&format!("{name}: the answer was lost and is reconciled next: {error}"));
            }
            Event::Note(note) => self.line(&format!("note: {note}")),
            Event::Interrupted => {
                self.line("interrupted: nothing new is started; what is in flight is finished and recorded");
            }
        }
    }

    fn waiting(&self, until: Option<Instant>) {
        let Some(until) = until else { return };
        let left = Duration::from_secs(until.saturating_duration_since(Instant::now()).as_secs() + 1);
        match self {
            Self::Json => {
                let _ = terminal::print(&render::waiting_event(left));
            }
            _ => self.line(&format!("the API limits the rate: waiting {}", words(left))),
        }
    }

    fn step(&self) {
        if let Self::Bar(bar) = self {
            bar.inc(1);
        }
    }

    fn line(&self, line: &str) {
        match self {
            Self::Bar(bar) => bar.suspend(|| terminal::say(line)),
            _ => terminal::say(line),
        }
    }

    fn end(&self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}

//! An apply as it goes: a bar on a terminal, plain lines elsewhere; all on stderr.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use tokio::sync::{mpsc, watch};

use super::terminal;
use crate::apply::Event;
use crate::timestamp::words;
use crate::videogen::Waiting;

/// Shows events until their sender is gone.
pub async fn show(mut events: mpsc::UnboundedReceiver<Event>, mut waiting: watch::Receiver<Waiting>, total: usize) {
    let view = View::new(total);
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

struct View {
    /// `None` where there is no terminal: a bar draws nothing there, and loses text.
    bar: Option<ProgressBar>,
}

impl View {
    fn new(total: usize) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(total as u64);
            let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {wide_msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.enable_steady_tick(Duration::from_millis(250));
            bar
        });
        Self { bar }
    }

    fn event(&self, event: &Event) {
        match event {
            Event::Started { name, action } => {
                if let Some(bar) = &self.bar {
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
                hint.iter().for_each(|hint| self.line(&format!("  help: {hint}")));
                self.step();
            }
            Event::Lost { name, error } => {
                self.line(&format!("{name}: the answer was lost and is settled next: {error}"));
            }
            Event::Note(note) => self.line(note),
        }
    }

    fn waiting(&self, until: Option<Instant>) {
        let Some(until) = until else { return };
        let left = Duration::from_secs(until.saturating_duration_since(Instant::now()).as_secs() + 1);
        self.line(&format!("the API limits the rate: waiting {}", words(left)));
    }

    fn step(&self) {
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
    }

    fn line(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| terminal::say(line)),
            None => terminal::say(line),
        }
    }

    fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

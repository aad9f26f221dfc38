//! SIGINT, SIGTERM, SIGHUP: the first ends the run in good order, the second at once.

use std::io;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, watch};

use super::terminal;
use crate::apply::Event;
use crate::videogen::Throttle;

/// The longest time that a shutdown waits for what is in flight.
const GRACE: Duration = Duration::from_secs(5);
/// The exit code of a process that a second signal ends.
const KILLED: i32 = 130;

struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        let interrupt = signal(SignalKind::interrupt())?;
        let terminate = signal(SignalKind::terminate())?;
        let hangup = signal(SignalKind::hangup())?;
        Ok(Self { interrupt, terminate, hangup })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.hangup.recv() => {}
        }
    }
}

/// Watches for signals as long as the process lives.
///
/// The first stops new work; five seconds later (a CI runner kills at ten) the returned value turns true and what is
/// in flight is given up. The second ends the process with 130.
pub(super) fn watch(throttle: Throttle, events: mpsc::WeakUnboundedSender<Event>) -> io::Result<watch::Receiver<bool>> {
    let (cut, receiver) = watch::channel(false);
    // A thread and a runtime of its own: threads that are blocked on a terminal or a pipe must not keep it from hearing.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut signals = {
        let _within = runtime.enter();
        Signals::new()?
    };
    let watching = async move {
        signals.next().await;
        throttle.stop();
        if let Some(events) = events.upgrade() {
            let _ = events.send(Event::Interrupted);
        }
        tokio::select! {
            () = tokio::time::sleep(GRACE) => { let _ = cut.send(true); }
            () = signals.next() => die(),
        }
        signals.next().await;
        die();
    };
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || runtime.block_on(watching))?;
    Ok(receiver)
}

/// How long a last word may take: stderr may be a pipe that nobody reads.
const LAST_WORD: Duration = Duration::from_millis(200);

fn die() {
    let (said, heard) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        terminal::warn("interrupted twice: stopping now; the next plan shows what is to be recovered");
        let _ = said.send(());
    });
    let _ = heard.recv_timeout(LAST_WORD);
    std::process::exit(KILLED);
}

//! A model of recovery: histories of one or two entries against a small server, in which everything goes wrong that can.
//!
//! What decides is the real code: the state's transitions, `plan`, and the rules of `plan::recovery`. What `apply` does
//! around them, asynchronously, is written here once more, as one sequence (`run`, `task`, `create`, `settle`,
//! `orphan`, `look`). The
//! server honours keys, ignores them, or answers them without the secret; it loses answers, commits late, and its
//! listings leave out. The process is killed at every note. People forget, edit, rename, import and delete.
//!
//! - `holds`: in every such history no promise of `check` is broken, and once nothing more goes wrong, at most eight
//!   runs come to exactly one live recorded endpoint for every wanted entry, and nothing else of ours.
//! - `controls`: with a simpler wording of the rules, or with 0.1's, a promise breaks. What a wording changes is done
//!   around the real code (`wording`, `old`), never in it.
//!
//! Time is in epochs of a little more than ten minutes: what is sent in one commits in it or never. Not modelled:
//! clocks that differ, parallel requests, 429, `--expect`, protection and limits, torn journals. Without a mark the
//! documented undecidable case is let pass: somebody else's endpoint, or one that people made hookwright forget, that
//! came up while sends of its spec were without an answer.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(clippy::print_stdout, reason = "a model says how much it explored")]

mod between;
mod check;
mod choice;
mod controls;
mod create;
mod explore;
mod holds;
mod look;
mod old;
mod orphan;
mod run;
mod server;
mod settle;
mod task;
mod wording;
mod world;

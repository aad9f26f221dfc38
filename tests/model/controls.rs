//! Simpler wordings of the rules, each with the promise that it breaks: a model that finds nothing in them proves
//! nothing.

use super::check::Rule;
use super::explore::every;
use super::holds::setup;
use super::server::Keys;
use super::wording::Wording;
use super::world::{Budget, Edit, Setup};

/// The rule, and no other, is looked at: the wording must break it.
#[track_caller]
fn breaks(setup: &Setup, most_runs: usize, rule: Rule) {
    let explored = every(&Setup { only: Some(rule), ..setup.clone() }, most_runs);
    let (broken, told) = explored.broken.expect("the model finds what is wrong with this wording");
    println!("{broken}, after {} states{told}", explored.states);
}

fn judge(keys: Keys, budget: Budget) -> Setup {
    Setup { wording: Wording::Judge01, budget, ..setup(keys) }
}

#[test]
fn r1_pooled_keys_delete_the_endpoint_that_was_just_recorded() {
    breaks(&judge(Keys::Honoured, Budget { losses: 3, ..Budget::default() }), 2, Rule::RecordedStays);
}

#[test]
fn r2_matches_dealt_out_by_id_leave_a_duplicate_for_ever() {
    let setup = Setup { falling_ids: true, ..judge(Keys::Ignored, Budget { losses: 3, ..Budget::default() }) };
    breaks(&setup, 2, Rule::NothingIsLeft);
}

#[test]
fn r3_a_recovery_says_that_all_is_done_beside_a_certain_orphan() {
    let budget = Budget { losses: 1, kills: 1, ..Budget::default() };
    breaks(&judge(Keys::Ignored, budget), 3, Rule::ExitZeroLeavesNothing);
}

#[test]
fn r11_a_received_id_that_is_not_remembered_is_deleted_as_an_orphan() {
    let budget = Budget { losses: 1, edits: 1, ..Budget::default() };
    let edits = &[Edit::Forget];
    breaks(
        &Setup { wording: Wording::ReceiptsForgotten, budget, edits, ..setup(Keys::Honoured) },
        3,
        Rule::RecordedStays,
    );
}

#[test]
fn an_account_for_each_entry_deletes_what_another_entry_s_open_key_made() {
    let budget = Budget { kills: 2, edits: 1, ..Budget::default() };
    let edits = &[Edit::Swap];
    breaks(&Setup { wording: Wording::AccountPerEntry, budget, edits, ..setup(Keys::Ignored) }, 3, Rule::OpenKeyStays);
}

#[test]
fn a_noted_deletion_that_forgets_its_send_leaves_an_endpoint_for_ever() {
    let budget = Budget { losses: 2, omissions: 1, ..Budget::default() };
    let setup = Setup { wording: Wording::DeletionsForgetTheirSend, mark: true, budget, ..setup(Keys::Ignored) };
    breaks(&setup, 3, Rule::NothingIsLeft);
}

#[test]
fn one_listing_that_reconciles_leaves_an_endpoint_for_ever() {
    let budget = Budget { losses: 1, omissions: 1, ..Budget::default() };
    let setup = Setup { wording: Wording::OneListing, mark: true, budget, ..setup(Keys::Ignored) };
    breaks(&setup, 3, Rule::NothingIsLeft);
}

#[test]
fn an_open_key_that_nobody_sends_leaves_an_endpoint_for_ever() {
    let budget = Budget { losses: 1, kills: 1, edits: 1, ..Budget::default() };
    let edits = &[Edit::Import];
    breaks(&Setup { wording: Wording::OpenKeysStay, budget, edits, ..setup(Keys::Ignored) }, 4, Rule::NothingIsLeft);
}

//! Accounts, second looks and catching up, with a reader that answers from a list.

use std::collections::VecDeque;
use std::sync::Mutex;

use super::{Asked, RefreshError, Seen, ask, confirm, listing};
use crate::endpoint::{EndpointId, Name, Observed, Spec, Wanted};
use crate::state::{Deletion, Managed, State};
use crate::timestamp::Timestamp;
use crate::videogen::{ApiError, ApiReader, Cause, Obstacle, Refusal};

const NOW: i64 = 1_700_000_000;

/// Answers each listing from a list, and fails when that has come to its end.
struct Listings(Mutex<VecDeque<Vec<Observed>>>);

impl ApiReader for Listings {
    async fn team(&self) -> Result<String, ApiError> {
        Ok("vg_team_a".to_owned())
    }
    async fn list(&self) -> Result<Vec<Observed>, ApiError> {
        self.0.lock().unwrap().pop_front().ok_or_else(down)
    }
}

fn failed(cause: Cause) -> ApiError {
    ApiError { request: "GET /v1/x".to_owned(), cause }
}

fn down() -> ApiError {
    failed(Cause::NotSent(Obstacle::Refused))
}

fn refused(status: u16) -> ApiError {
    failed(Cause::Refused(Box::new(Refusal { status, ..Refusal::default() })))
}

/// An endpoint that is so many seconds old.
fn seen(id: &str, age: i64) -> Observed {
    let (url, events) = (format!("https://{id}/"), Default::default());
    let created_at = Some(NOW - age);
    let id = EndpointId::new(id);
    Observed { id, url, events, description: Some(None), created_at, tag: None, secret_last4: None }
}

/// A state that has these endpoints, each under its id as name.
fn state(all: &[&Observed]) -> State {
    let mut state = State::new("lineage".to_owned());
    for seen in all {
        let spec = Spec { url: seen.url.clone(), events: seen.events.clone(), description: None };
        let wanted = Wanted { spec, events_as_written: Default::default(), rotation: 0, prevent_destroy: false };
        let name = Name::parse(seen.id.as_str()).unwrap();
        state.endpoints.insert(name, Managed::adopted(wanted, seen).into());
    }
    state
}

/// What a refresh takes for live after these listings, and how many of them it asked for.
async fn confirmed(state: &State, listings: &[&[Observed]]) -> Result<(Vec<String>, usize), ApiError> {
    let api = Listings(Mutex::new(listings.iter().map(|listing| listing.to_vec()).collect()));
    let first = ask(&api).await.endpoints?;
    let all = confirm(&api, first, state, Timestamp(NOW)).await?;
    let asked = listings.len() - api.0.lock().unwrap().len();
    Ok((all.iter().map(|seen| seen.id.to_string()).collect(), asked))
}

fn ids(ids: &[&str]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

#[tokio::test(start_paused = true)]
async fn one_listing_is_enough_where_it_has_all_that_the_state_has() {
    let (a, b) = (seen("a", 3600), seen("b", 3600));
    let both = [a.clone(), b];
    assert_eq!(confirmed(&state(&[&a]), &[&both]).await.unwrap(), (ids(&["a", "b"]), 1));
}

#[tokio::test(start_paused = true)]
async fn what_a_shifting_page_left_out_is_found_by_the_second_listing() {
    let (a, b) = (seen("a", 3600), seen("b", 3600));
    let state = state(&[&a, &b]);
    let found = confirmed(&state, &[std::slice::from_ref(&b), std::slice::from_ref(&a)]).await.unwrap();
    assert_eq!(found, (ids(&["a", "b"]), 2), "what either listing has is live");
    let gone = confirmed(&state, &[std::slice::from_ref(&b), std::slice::from_ref(&b)]).await.unwrap();
    assert_eq!(gone, (ids(&["b"]), 2), "what two listings lack is gone");
}

#[tokio::test(start_paused = true)]
async fn a_young_endpoint_is_gone_only_after_four_listings() {
    let (young, old) = (seen("young", 59), seen("old", 61));
    let none: &[Observed] = &[];
    let listed = std::slice::from_ref(&young);
    assert_eq!(confirmed(&state(&[&young]), &[none; 4]).await.unwrap(), (ids(&[]), 4));
    assert_eq!(confirmed(&state(&[&young]), &[none, none, none, listed]).await.unwrap(), (ids(&["young"]), 4));
    assert_eq!(confirmed(&state(&[&old]), &[none; 4]).await.unwrap(), (ids(&[]), 2));
}

#[tokio::test(start_paused = true)]
async fn a_second_listing_that_fails_is_an_error_and_nothing_counts_as_gone() {
    let a = seen("a", 3600);
    assert_eq!(confirmed(&state(&[&a]), &[&[]]).await.unwrap_err(), down());
}

#[test]
fn an_endpoint_that_is_being_deleted_is_not_looked_for() {
    let a = seen("a", 3600);
    let mut state = state(&[&a]);
    assert!(listing::needs_another(&state, &[], 1, Timestamp(NOW)));
    let noted = Deletion { at: Timestamp(NOW), orphan_of: None };
    state.deleting.insert(a.id.clone(), noted);
    assert!(!listing::needs_another(&state, &[], 1, Timestamp(NOW)));
    let later = Timestamp(NOW + 3600);
    assert!(listing::needs_another(&state, &[a], 1, later), "until its deletion is over: then two listings must agree");
}

#[test]
fn an_endpoint_in_both_listings_is_told_in_the_words_of_the_later_one() {
    let (old, new) = (seen("a", 10), Observed { url: "https://new/".to_owned(), ..seen("a", 10) });
    assert_eq!(listing::union(vec![old], vec![new.clone()]), [new]);
}

/// What a refresh makes of the two first answers.
fn judged(
    team: Result<&str, ApiError>,
    endpoints: Result<Vec<Observed>, ApiError>,
    known: Option<&str>,
    allowed: bool,
) -> String {
    let state = State { team_id: known.map(str::to_owned), ..State::new("lineage".to_owned()) };
    match (Asked { team: team.map(str::to_owned), endpoints }).judge(&state, allowed) {
        Ok(trusted) => format!("{:?}, unverified: {}", trusted.team, trusted.unverified.is_some()),
        Err(RefreshError::OtherTeam { key, state }) => format!("key of {key}, state of {state}"),
        Err(RefreshError::Unverified(error)) => format!("unverified: {:?}", error.status()),
        Err(RefreshError::Api(error)) => format!("api: {:?}", error.status()),
    }
}

#[test]
fn a_key_of_another_account_is_refused_whatever_is_allowed() {
    for allowed in [false, true] {
        assert_eq!(judged(Ok("b"), Ok(vec![]), Some("a"), allowed), "key of b, state of a");
        assert_eq!(judged(Ok("b"), Err(down()), Some("a"), allowed), "key of b, state of a");
    }
    assert_eq!(judged(Ok("a"), Ok(vec![]), Some("a"), false), r#"Some("a"), unverified: false"#);
    assert_eq!(judged(Ok("a"), Ok(vec![]), None, false), r#"Some("a"), unverified: false"#);
}

#[test]
fn an_account_that_is_not_told_is_refused_where_the_state_has_one_unless_that_is_allowed() {
    let judged = |status, known, allowed| judged(Err(refused(status)), Ok(vec![]), known, allowed);
    assert_eq!(judged(500, Some("a"), false), "unverified: Some(500)");
    assert_eq!(judged(500, Some("a"), true), "None, unverified: true");
    assert_eq!(judged(500, None, false), "None, unverified: true");
    assert_eq!(judged(401, Some("a"), true), "api: Some(401)", "a key that is not accepted is never good enough");
}

#[test]
fn an_api_that_is_down_is_said_to_be_down() {
    let judged = |known, allowed| judged(Err(refused(500)), Err(down()), known, allowed);
    assert_eq!(judged(Some("a"), false), "api: Some(500)");
    assert_eq!(judged(Some("a"), true), "api: None");
    assert_eq!(judged(None, false), "api: None");
}

#[test]
fn a_listing_is_brought_forward_to_what_an_apply_wrote_after_it() {
    let [kept, ended, made, unmanaged] = ["kept", "ended", "made", "unmanaged"].map(|id| seen(id, 10));
    let (before, after) = (state(&[&kept, &ended]), state(&[&kept, &made]));
    let endpoints = vec![ended, kept.clone(), unmanaged.clone()];
    let mut seen = Seen { team: None, endpoints, now: Timestamp(NOW), elsewhere: Default::default() };
    seen.catch_up(&before, &after);
    assert_eq!(seen.endpoints, [kept, made, unmanaged], "sorted by id; what nobody manages stays");
}

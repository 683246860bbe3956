//! One token for many callers.

use std::time::Duration;

use pqrun::auth::{AccessToken, Decision, ExposeSecret, Generation, LIMIT, SecretString, TokenCache};
use pqrun::time::Timestamp;

use crate::support::START;

fn at(seconds: u64) -> Timestamp {
    START.plus(Duration::from_secs(seconds))
}

/// A token that ends so many seconds after the start of the test.
fn token(end: Option<u64>) -> AccessToken {
    AccessToken::new(SecretString::from("pl4nted"), end.map(at)).expect("it is a token")
}

/// A cache whose first token ends then.
fn cache(end: Option<u64>) -> (TokenCache, Generation) {
    let mut cache = TokenCache::new();
    assert_eq!(cache.decide(at(0), None), Decision::Refresh);
    let generation = cache.refreshed(at(0), token(end));
    (cache, generation)
}

#[test]
fn the_first_caller_asks_and_the_others_wait() {
    let mut cache = TokenCache::new();
    assert!(cache.current().is_none());
    assert_eq!(cache.decide(at(0), None), Decision::Refresh);
    for _ in 0..1000 {
        assert_eq!(cache.decide(at(1), None), Decision::Join);
    }
    let generation = cache.refreshed(at(2), token(Some(3600)));
    assert_eq!(cache.decide(at(2), None), Decision::Use);
    let (kept, its) = cache.current().expect("there is a token");
    assert_eq!((kept.token.expose_secret(), its), ("pl4nted", generation));
}

#[test]
fn a_token_is_used_until_five_minutes_before_its_end_then_replaced_in_the_background_by_one_caller() {
    let (mut cache, _) = cache(Some(3600));
    assert_eq!(cache.decide(at(3299), None), Decision::Use);
    assert_eq!(cache.decide(at(3300), None), Decision::UseAndRefresh);
    assert_eq!(cache.decide(at(3301), None), Decision::Use, "one refresh is under way");
    cache.refreshed(at(3302), token(Some(7200)));
    assert_eq!(cache.decide(at(3303), None), Decision::Use);
}

#[test]
fn a_short_life_is_replaced_at_half_of_it() {
    let (mut cache, _) = cache(Some(120));
    assert_eq!(cache.decide(at(59), None), Decision::Use);
    assert_eq!(cache.decide(at(60), None), Decision::UseAndRefresh);
}

#[test]
fn forty_seconds_before_its_end_a_token_is_not_used_any_more() {
    let (mut cache, _) = cache(Some(3600));
    assert_eq!(cache.decide(at(3559), None), Decision::UseAndRefresh);
    assert_eq!(
        cache.decide(at(3560), None),
        Decision::Join,
        "callers wait for what began before"
    );
    cache.failed(at(3561));
    assert_eq!(cache.decide(at(3561), None), Decision::Refresh);
}

#[test]
fn a_life_below_the_margin_is_still_used() {
    let (mut cache, _) = cache(Some(20));
    assert_eq!(cache.decide(at(9), None), Decision::Use);
    assert_eq!(cache.decide(at(14), None), Decision::UseAndRefresh);
    assert_eq!(cache.decide(at(15), None), Decision::Join);
}

#[test]
fn a_token_without_an_end_is_used_until_it_is_refused() {
    let (mut cache, generation) = cache(None);
    assert_eq!(cache.decide(at(1_000_000), None), Decision::Use);
    assert_eq!(cache.decide(at(1_000_000), Some(generation)), Decision::Refresh);
}

#[test]
fn a_refresh_in_the_background_that_fails_is_tried_again_after_a_minute() {
    let (mut cache, _) = cache(Some(3600));
    assert_eq!(cache.decide(at(3300), None), Decision::UseAndRefresh);
    cache.failed(at(3310));
    assert_eq!(cache.decide(at(3311), None), Decision::Use);
    assert_eq!(cache.decide(at(3369), None), Decision::Use);
    assert_eq!(cache.decide(at(3370), None), Decision::UseAndRefresh);
    cache.refreshed(at(3371), token(Some(7200)));
    assert_eq!(cache.decide(at(6900), None), Decision::UseAndRefresh);
}

#[test]
fn callers_that_have_no_token_are_not_held_up_by_the_pause() {
    let mut cache = TokenCache::new();
    assert_eq!(cache.decide(at(0), None), Decision::Refresh);
    cache.failed(at(1));
    assert_eq!(cache.decide(at(2), None), Decision::Refresh);
}

#[test]
fn a_refused_token_is_asked_for_once_by_a_thousand_callers() {
    let (mut cache, refused) = cache(Some(3600));
    assert_eq!(cache.decide(at(10), Some(refused)), Decision::Refresh);
    for _ in 0..998 {
        assert_eq!(cache.decide(at(11), Some(refused)), Decision::Join);
    }
    assert_eq!(cache.decide(at(11), None), Decision::Join, "nobody uses it any more");
    let next = cache.refreshed(at(12), token(Some(3612)));
    assert!(next > refused);
    assert_eq!(
        cache.decide(at(13), Some(refused)),
        Decision::Use,
        "the latest refusal is of an older token"
    );
    assert_eq!(cache.decide(at(13), Some(next)), Decision::Refresh);
}

#[test]
fn a_refusal_that_comes_during_a_refresh_waits_for_it() {
    let (mut cache, refused) = cache(Some(3600));
    assert_eq!(cache.decide(at(3300), None), Decision::UseAndRefresh);
    assert_eq!(cache.decide(at(3301), Some(refused)), Decision::Join);
    cache.failed(at(3302));
    assert_eq!(
        cache.decide(at(3303), Some(refused)),
        Decision::Refresh,
        "a refused token is not used on"
    );
}

#[test]
fn a_refresh_of_which_nothing_is_heard_is_taken_for_lost() {
    let mut cache = TokenCache::new();
    assert_eq!(cache.decide(at(0), None), Decision::Refresh);
    assert_eq!(cache.decide(START.plus(LIMIT), None), Decision::Join);
    let later = START.plus(LIMIT + Duration::from_secs(2));
    assert_eq!(cache.decide(later, None), Decision::Refresh);
    assert_eq!(cache.decide(later, None), Decision::Join);
}

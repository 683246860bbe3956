//! A source of tokens as hosts build it: one cache, at most one acquisition, and callers that wait for it.

#![allow(unreachable_pub, reason = "a module of a test binary")]

use pqrun::auth::{
    AccessToken, Acquisition, AuthInput, AuthRequest, AuthSettings, Credential, Decision, Generation, Resource, Step,
    TokenCache,
};
use pqrun::error::Error;
use pqrun::time::Timestamp;

/// A token with its name, or why there is none.
pub type Answer = Result<(AccessToken, Generation), Error>;

/// What a lane wants of the world.
#[derive(Debug)]
pub enum Want {
    Send(AuthRequest),
    Assertion,
    VaultToken,
    /// A caller goes on.
    Answer(usize, Answer),
    /// Nothing before then.
    Wait(Option<Timestamp>),
}

#[derive(Debug)]
pub struct Lane {
    credential: Credential,
    pub resource: Resource,
    settings: AuthSettings,
    pub cache: TokenCache,
    acquisition: Option<Acquisition>,
    waiting: Vec<usize>,
    answered: Vec<(usize, Answer)>,
    /// How many acquisitions there were.
    pub count: u64,
}

impl Lane {
    pub fn new(credential: Credential, resource: Resource, settings: AuthSettings) -> Self {
        Self {
            credential,
            resource,
            settings,
            cache: TokenCache::new(),
            acquisition: None,
            waiting: Vec::new(),
            answered: Vec::new(),
            count: 0,
        }
    }

    /// A caller wants a token: it gets one at once, or it is answered later.
    pub fn ask(&mut self, now: Timestamp, caller: usize, refused: Option<Generation>) -> Option<Answer> {
        let decision = self.cache.decide(now, refused);
        if matches!(decision, Decision::Refresh | Decision::UseAndRefresh) {
            assert!(self.acquisition.is_none(), "at most one acquisition is under way");
            self.count += 1;
            let seed = self.count.to_le_bytes();
            let made = Acquisition::new(&self.credential, &self.resource, self.settings.clone(), seed);
            self.acquisition = Some(made.expect("the credential is right"));
        }
        match decision {
            Decision::Use | Decision::UseAndRefresh => {
                let (token, generation) = self.cache.current().expect("there is one to use");
                if let Some(end) = token.expires_at {
                    assert!(now < end, "no token is used after its end");
                }
                assert!(
                    refused.is_none_or(|refused| refused < generation),
                    "a refused token is not used again"
                );
                Some(Ok((token.clone(), generation)))
            }
            Decision::Refresh | Decision::Join => {
                assert!(self.acquisition.is_some(), "who waits, waits for something");
                self.waiting.push(caller);
                None
            }
        }
    }

    /// What it wants next. Drain until it waits.
    pub fn step(&mut self, now: Timestamp) -> Want {
        if let Some((caller, answer)) = self.answered.pop() {
            return Want::Answer(caller, answer);
        }
        let Some(acquisition) = &mut self.acquisition else {
            assert!(self.waiting.is_empty(), "nobody is forgotten");
            return Want::Wait(None);
        };
        match acquisition.step(now) {
            Step::Send(request) => Want::Send(request),
            Step::NeedAssertion => Want::Assertion,
            Step::NeedVaultToken { host, .. } => {
                assert!(
                    host.host().contains("vault"),
                    "only a vault's token is asked for: {host:?}"
                );
                Want::VaultToken
            }
            Step::Wait(until) => {
                assert!(until > now, "a deadline lies ahead");
                Want::Wait(Some(until))
            }
            Step::Done(done) => {
                self.acquisition = None;
                let answer = match done {
                    Ok(token) => {
                        let generation = self.cache.refreshed(now, token.clone());
                        Ok((token, generation))
                    }
                    Err(error) => {
                        self.cache.failed(now);
                        Err(error)
                    }
                };
                let waiting = std::mem::take(&mut self.waiting);
                self.answered = waiting.into_iter().map(|caller| (caller, answer.clone())).collect();
                self.step(now)
            }
        }
    }

    pub fn input(&mut self, now: Timestamp, input: AuthInput) {
        // An answer to an acquisition that is over has nobody who takes it.
        if let Some(acquisition) = &mut self.acquisition {
            let _ = acquisition.handle_input(now, input);
        }
    }
}

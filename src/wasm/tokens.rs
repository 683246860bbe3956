//! Tokens that are kept for many callers, and the one refresh that may be under way for them.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

use wasm_bindgen_futures::spawn_local;

use super::host::now;
use super::wait::race;
use crate::auth::{AccessToken, Decision, Generation, LIMIT, TokenCache};
use crate::error::{Error, ErrorCode};

/// How long a token is waited for: a little longer than an acquisition takes, which says better what it waited for, and
/// a little shorter than a cache waits for a refresh.
const PATIENCE: Duration = LIMIT.saturating_add(Duration::from_millis(500));

/// Asking for a token. Nothing happens before it is polled.
pub(super) type Asking = Pin<Box<dyn Future<Output = Result<AccessToken, Error>>>>;

/// The tokens of one source for one resource.
#[derive(Default)]
pub(super) struct Tokens {
    cache: RefCell<TokenCache>,
    under_way: RefCell<Option<Rc<Refresh>>>,
}

impl Tokens {
    /// A token that is good, as far as is known. All who come while it is asked for wait for the same answer, and get
    /// the same error. A refresh goes on when its callers have gone.
    ///
    /// `refused` is the token that the service refused, if that is why.
    pub(super) async fn get<T>(
        self: &Rc<Self>,
        refused: Option<Generation>,
        ask: &dyn Fn() -> Asking,
        read: impl FnOnce(&AccessToken, Generation) -> T,
    ) -> Result<T, Error> {
        self.refresh(refused, ask).await?;
        let cache = self.cache.borrow();
        let (token, generation) = cache.current().ok_or_else(no_token)?;
        Ok(read(token, generation))
    }

    /// The generation of the latest token, if there was one.
    pub(super) fn generation(&self) -> Option<Generation> {
        self.latest(|_, generation| generation)
    }

    /// Reads the latest token, good or not, if there was one.
    pub(super) fn latest<T>(&self, read: impl FnOnce(&AccessToken, Generation) -> T) -> Option<T> {
        self.cache
            .borrow()
            .current()
            .map(|(token, generation)| read(token, generation))
    }

    async fn refresh(self: &Rc<Self>, refused: Option<Generation>, ask: &dyn Fn() -> Asking) -> Result<(), Error> {
        let decision = self.cache.borrow_mut().decide(now(), refused);
        let refresh = match decision {
            Decision::Use => return Ok(()),
            Decision::UseAndRefresh => {
                self.start(ask());
                return Ok(());
            }
            Decision::Refresh => None,
            Decision::Join => self.under_way.borrow().clone(),
        };
        match refresh {
            Some(refresh) => refresh.ended().await,
            None => self.start(ask()).ended().await,
        }
    }

    fn start(self: &Rc<Self>, asking: Asking) -> Rc<Refresh> {
        let refresh = Rc::new(Refresh::default());
        self.under_way.replace(Some(Rc::clone(&refresh)));
        let (tokens, under_way) = (Rc::clone(self), Rc::clone(&refresh));
        spawn_local(async move {
            let given = race(asking, PATIENCE).await.unwrap_or_else(|| Err(too_late()));
            tokens.under_way.take();
            let ended = match given {
                Ok(token) => {
                    tokens.cache.borrow_mut().refreshed(now(), token);
                    Ok(())
                }
                Err(error) => {
                    tokens.cache.borrow_mut().failed(now());
                    Err(error)
                }
            };
            under_way.end(ended);
        });
        refresh
    }
}

fn no_token() -> Error {
    Error::new(ErrorCode::MissingCredentials, "expected a token, found none")
}

fn too_late() -> Error {
    let message = format!("expected a token within {} s, found none", LIMIT.as_secs());
    Error::new(ErrorCode::MissingCredentials, message).retryable()
}

/// A refresh that any number of callers wait for.
#[derive(Default)]
struct Refresh {
    ended: RefCell<Option<Result<(), Error>>>,
    waiting: RefCell<Vec<Waker>>,
}

impl Refresh {
    async fn ended(&self) -> Result<(), Error> {
        poll_fn(|context| match &*self.ended.borrow() {
            Some(ended) => Poll::Ready(ended.clone()),
            None => {
                self.waiting.borrow_mut().push(context.waker().clone());
                Poll::Pending
            }
        })
        .await
    }

    fn end(&self, ended: Result<(), Error>) {
        self.ended.replace(Some(ended));
        self.waiting.take().into_iter().for_each(Waker::wake);
    }
}

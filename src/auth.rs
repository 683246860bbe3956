//! Signing in, as pure steps: from a credential to a token, request out, response in. No network, no clock, no files.
//!
//! An [`Acquisition`] gets one token. **Drain [`Acquisition::step`] until it gives [`Step::Wait`] or [`Step::Done`]; then
//! wait for one input and give it to [`Acquisition::handle_input`].** A [`TokenCache`] keeps what it got, and says who
//! of many callers asks for the next one.
//!
//! A token is for one [`Resource`] and goes to its origin only. Secrets are [`SecretString`]s: `Debug` hides them, and
//! their memory is overwritten when they are dropped.

mod acquisition;
mod answer;
mod cache;
mod call;
pub(crate) mod cloud;
pub mod contract;
mod credential;
mod hint;
mod places;
mod refusal;
mod request;
mod resource;
mod secret;
mod step;
mod token;
mod vault;

pub use secrecy::{ExposeSecret, SecretString};

pub use self::acquisition::{Acquisition, LIMIT};
pub use self::cache::{Decision, Generation, TokenCache};
pub use self::cloud::{Cloud, is_known_host, is_one_lake};
pub use self::credential::Credential;
pub use self::places::AuthSettings;
pub use self::request::AuthRequest;
pub use self::resource::Resource;
pub use self::secret::SecretSource;
pub use self::step::{AuthInput, Step};
pub use self::token::AccessToken;
pub use self::vault::VaultReference;

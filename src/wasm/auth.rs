//! The bindings of the auth module.

mod acquire;
mod assertion;
mod credential;
mod gate;
mod options;
mod types;

pub use assertion::set_file_reader;
pub use credential::JsCredential;
pub use gate::JsGate;
pub use options::{databricks_federation, databricks_oauth, databricks_token, entra_client_secret, entra_federation};

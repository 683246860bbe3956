//! What a caller may choose about generated M, and its checks. Whatever passes here, the printer can print.

mod choices;
mod extension;
mod query;

pub use choices::Choices;
pub use extension::{ColumnDefinition, ConnectorOptions, JobFunction, JobParameter, Services};
pub(crate) use query::check_parameter_name;
pub use query::{QueryOptions, ServicePrincipal};

use crate::error::{Error, ErrorCode};

pub(crate) fn refused(option: &str, message: &str) -> Error {
    Error::new(ErrorCode::InvalidOptions, format!("{option}: {message}"))
}

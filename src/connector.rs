//! From options to Power Query M: a query for the Advanced Editor, or an extension.

mod options;

pub use options::{
    Choices, ColumnDefinition, ConnectorOptions, JobFunction, JobParameter, QueryOptions, ServicePrincipal, Services,
    is_extension_name,
};

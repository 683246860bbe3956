//! The hand-written M: section documents whose members the generated documents are composed of.

use crate::http::Service;
use crate::m::{Content, Member, ParseError, parse};

/// Which generated document a file is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Form {
    /// Text for the Advanced Editor.
    Query,
    /// An extension.
    Connector,
}

/// A file of the library.
pub(super) struct LibraryFile {
    /// Its path below `library/`.
    pub(super) path: &'static str,
    text: &'static str,
}

macro_rules! library {
    ($($path:literal),+ $(,)?) => {
        &[$(LibraryFile { path: $path, text: include_str!(concat!("library/", $path)) }),+]
    };
}

/// All files, in the order in which their members stand in a generated document: the whole before its parts.
pub(super) const LIBRARY: &[LibraryFile] = library![];

impl LibraryFile {
    /// The form that it is for; `None` for both.
    fn form(&self) -> Option<Form> {
        match self.folder() {
            "query" => Some(Form::Query),
            "connector" => Some(Form::Connector),
            _ => None,
        }
    }

    /// The service that it is for; `None` for both.
    pub(super) fn service(&self) -> Option<Service> {
        let file = self.path.rsplit('/').next().unwrap_or(self.path);
        if self.folder() == "databricks" || file.starts_with("databricks") {
            Some(Service::Databricks)
        } else if self.folder() == "fabric" || file.starts_with("fabric") || file == "entra.pq" {
            Some(Service::Fabric)
        } else {
            None
        }
    }

    fn folder(&self) -> &'static str {
        self.path.split('/').next().unwrap_or_default()
    }

    /// Its members.
    ///
    /// # Errors
    /// When it is not M; a test reads all of them.
    pub(super) fn members(&self) -> Result<Vec<Member>, ParseError> {
        match parse(self.text)?.content {
            Content::Section(section) => Ok(section.members),
            Content::Expression(_) => Ok(Vec::new()),
        }
    }
}

/// The members for a form and a service, in order.
pub(super) fn members(form: Form, service: Service) -> Vec<Member> {
    LIBRARY
        .iter()
        .filter(|file| file.form().is_none_or(|its| its == form) && file.service().is_none_or(|its| its == service))
        .flat_map(|file| file.members().unwrap_or_default())
        .collect()
}

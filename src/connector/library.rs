//! The hand-written M: section documents whose members the generated documents are composed of.

use crate::http::Service;
use crate::m::{Content, Document, Member, SyntaxError};

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
    ($($path:literal),* $(,)?) => {
        &[$(LibraryFile { path: $path, text: include_str!(concat!("library/", $path)) }),*]
    };
}

/// All files, in the order in which their members stand in a generated document: the whole before its parts.
pub(super) const LIBRARY: &[LibraryFile] = library![
    "connector/databricks_kind.pq",
    "connector/databricks.pq",
    "connector/databricks_types.pq",
    "connector/fabric_kind.pq",
    "connector/fabric.pq",
    "connector/fabric_types.pq",
    "connector/shared.pq",
    "connector/shared_options.pq",
    "connector/shared_types.pq",
    "databricks/run.pq",
    "databricks/start.pq",
    "databricks/poll.pq",
    "databricks/output.pq",
    "databricks/task.pq",
    "databricks/file.pq",
    "databricks/reuse.pq",
    "databricks/state.pq",
    "databricks/job.pq",
    "databricks/list.pq",
    "databricks/failure.pq",
    "fabric/run.pq",
    "fabric/start.pq",
    "query/fabric.pq",
    "connector/fabric_race.pq",
    "fabric/follow.pq",
    "fabric/output.pq",
    "fabric/activity.pq",
    "fabric/reuse.pq",
    "fabric/reconcile.pq",
    "fabric/state.pq",
    "fabric/job.pq",
    "fabric/list.pq",
    "fabric/failure.pq",
    "query/entra.pq",
    "query/http.pq",
    "connector/http.pq",
    "shared/table.pq",
    "shared/shape.pq",
    "shared/csv.pq",
    "shared/column.pq",
    "shared/time.pq",
    "shared/json_path.pq",
    "shared/json_check.pq",
    "shared/json_tree.pq",
    "shared/follow.pq",
    "shared/refusal.pq",
    "shared/response.pq",
    "shared/status.pq",
    "shared/host.pq",
    "shared/fail.pq",
    "shared/member.pq",
    "shared/read_json.pq",
    "shared/json_text.pq",
    "shared/write_json.pq",
    "shared/fingerprint.pq",
];

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
    pub(super) fn members(&self) -> Result<Vec<Member>, SyntaxError> {
        match Document::parse(self.text)?.content {
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::connector::compose::{Part, compose};
    use crate::connector::given;
    use crate::m::{Expr, Name, free_names};

    fn each_member(mut visit: impl FnMut(&LibraryFile, &Member)) {
        for file in LIBRARY {
            for member in file.members().unwrap_or_else(|error| panic!("{}: {error}", file.path)) {
                visit(file, &member);
            }
        }
    }

    #[test]
    fn every_file_of_the_folder_is_listed() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/connector/library");
        let mut there = BTreeSet::new();
        for group in fs::read_dir(&folder).expect("the library is there").flatten() {
            for file in fs::read_dir(group.path()).expect("it is a folder").flatten() {
                let path = file.path();
                let below = path.strip_prefix(&folder).expect("it is below the folder");
                there.insert(below.to_string_lossy().replace('\\', "/"));
            }
        }
        let listed: BTreeSet<String> = LIBRARY.iter().map(|file| file.path.to_owned()).collect();
        assert_eq!(listed, there);
    }

    #[test]
    fn every_file_is_a_section_of_members() {
        let wrong: Vec<String> = LIBRARY
            .iter()
            .filter_map(|file| Some(format!("{}: {}", file.path, file.members().err()?)))
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn a_name_is_a_member_once_in_each_form_of_each_service() {
        for form in [Form::Query, Form::Connector] {
            for service in [Service::Databricks, Service::Fabric] {
                let mut seen = BTreeSet::new();
                for member in members(form, service) {
                    assert!(
                        seen.insert(member.name.clone()),
                        "{form:?} {service:?}: {}",
                        member.name.as_str()
                    );
                    assert!(
                        given::fixed(member.name.as_str()).is_none(),
                        "{} is given",
                        member.name.as_str()
                    );
                }
            }
        }
    }

    #[test]
    fn every_member_and_every_path_is_reached_by_a_document() {
        let roots: &[(Form, Service, &[&str])] = &[
            (Form::Query, Service::Databricks, &["RunJob", "RunJobs"]),
            (Form::Query, Service::Fabric, &["RunItem", "RunItems", "AccessToken"]),
            // A kind's records and functions, and what the functions of jobs call.
            (
                Form::Connector,
                Service::Databricks,
                &[
                    "DatabricksKind",
                    "DatabricksPublish",
                    "DatabricksContents",
                    "DatabricksRunJob",
                    "DatabricksJobOutput",
                    "DatabricksRuns",
                    "DatabricksPing",
                    "WithParameters",
                ],
            ),
            (
                Form::Connector,
                Service::Fabric,
                &[
                    "FabricKind",
                    "FabricPublish",
                    "FabricWorkspaces",
                    "FabricRunItem",
                    "FabricItemOutput",
                    "FabricItemRuns",
                    "FabricPing",
                ],
            ),
        ];
        let mut reached = BTreeSet::new();
        for (form, service, names) in roots {
            let mut part = Part::new(*form, *service);
            names.iter().for_each(|name| part.root(name));
            reached.extend(compose(*form, vec![part]).into_iter().map(|member| member.name));
        }
        each_member(|file, member| {
            assert!(
                reached.contains(&member.name),
                "{}: {}",
                file.path,
                member.name.as_str()
            );
        });
        for name in given::names() {
            assert!(reached.contains(&name.into()), "{name} is given to nobody");
        }
    }

    /// Renaming and lifting rely on it.
    #[test]
    fn members_begin_with_a_capital_and_locals_do_not() {
        let begins_upper = |name: &Name| name.as_str().starts_with(|first: char| first.is_ascii_uppercase());
        each_member(|file, member| {
            let place = format!("{}: {}", file.path, member.name.as_str());
            assert!(begins_upper(&member.name), "{place}");
            member.value.walk(&mut |expr| match expr {
                Expr::Let { variables, .. } => {
                    for variable in variables {
                        assert!(!begins_upper(&variable.name), "{place}: {}", variable.name.as_str());
                    }
                }
                Expr::Function(function) => {
                    for parameter in &function.parameters {
                        assert!(!begins_upper(&parameter.name), "{place}: {}", parameter.name.as_str());
                    }
                }
                _ => {}
            });
        });
    }

    #[test]
    fn only_the_requesting_members_name_the_base_url() {
        each_member(|file, member| {
            let names_it = free_names(&member.value).iter().any(|free| free.as_str() == "BaseUrl");
            assert!(
                !names_it || file.path.ends_with("/http.pq"),
                "{}: {}",
                file.path,
                member.name.as_str()
            );
        });
    }

    /// What a request may ask is data of the contract: M can't ask for anything else.
    #[test]
    fn queries_have_only_the_members_of_their_endpoints() {
        each_member(|file, member| {
            member.value.walk(&mut |expr| {
                let Expr::Call(called, arguments) = expr else { return };
                let (Expr::Name(called), Some(path), Some(Expr::Record(query))) =
                    (&**called, arguments.first(), arguments.get(1))
                else {
                    return;
                };
                let path = match path {
                    Expr::Name(name) => name,
                    Expr::Call(function, _) => match &**function {
                        Expr::Name(name) => name,
                        _ => return,
                    },
                    _ => return,
                };
                let Some(endpoint) = given::endpoint_of(path.as_str()) else {
                    return;
                };
                for field in query {
                    assert!(
                        endpoint.query.contains(&field.name.as_str()),
                        "{}: {} calls {} with {}, expected {:?}",
                        file.path,
                        member.name.as_str(),
                        called.as_str(),
                        field.name.as_str(),
                        endpoint.query
                    );
                }
            });
        });
    }
}

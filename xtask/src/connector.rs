//! What is committed of generated M, so that a change in it shows in review: `connector/`.
//!
//! Each folder beside `query` is a project that the Power Query SDK opens as it is.

use std::path::Path;

use anyhow::{Context, Result};
use pqrun::connector::{
    ConnectorOptions, QueryOptions, ServicePrincipal, Services, generate_connector, generate_query,
};
use pqrun::http::Service;

use crate::files;
use crate::workspace::Workspace;

/// The folder of all of it.
const FOLDER: &str = "connector";

/// The extensions, each in a folder of its name.
const EXTENSIONS: [(&str, Services); 3] = [
    ("Pqrun", Services::Both),
    ("PqrunDatabricks", Services::Databricks),
    ("PqrunFabric", Services::Fabric),
];

/// A path from the root and the bytes of a file, for every file.
///
/// # Errors
/// When the generator refuses its own defaults.
pub(crate) fn all() -> Result<Vec<(String, Vec<u8>)>> {
    let mut all = Vec::new();
    for (name, options) in queries() {
        let query = generate_query(&options).with_context(|| format!("the query {name}"))?;
        all.push((format!("{FOLDER}/query/{name}.pq"), query.content));
    }
    for (name, service) in EXTENSIONS {
        let mut options = ConnectorOptions::new(service);
        name.clone_into(&mut options.name);
        let files = generate_connector(&options).with_context(|| format!("the extension {name}"))?;
        let placed = files
            .into_iter()
            .map(|file| (format!("{FOLDER}/{name}/{}", file.path), file.content));
        all.extend(placed);
    }
    Ok(all)
}

/// The queries: as simple as they get, with all that can be a parameter as one, and for several jobs.
fn queries() -> Vec<(&'static str, QueryOptions)> {
    let mut databricks = QueryOptions::new(Service::Databricks);
    databricks.host_parameter = Some("DatabricksHost".to_owned());
    databricks.token_parameter = Some("DatabricksToken".to_owned());
    databricks.jobs_query = Some("Jobs".to_owned());
    let mut principal = ServicePrincipal::default();
    principal.tenant_parameter = Some("TenantId".to_owned());
    principal.client_id_parameter = Some("ClientId".to_owned());
    let mut fabric = QueryOptions::new(Service::Fabric);
    fabric.service_principal = Some(principal);
    fabric.jobs_query = Some("Jobs".to_owned());
    vec![
        ("Databricks", QueryOptions::new(Service::Databricks)),
        ("DatabricksJobs", databricks),
        ("Fabric", QueryOptions::new(Service::Fabric)),
        ("FabricJobs", fabric),
    ]
}

/// The files that are there, as paths from the root.
///
/// # Errors
/// When the folder cannot be read.
pub(crate) fn committed(workspace: &Workspace) -> Result<Vec<String>> {
    let folder = workspace.path(FOLDER);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let shown = |below: &Path| format!("{FOLDER}/{}", below.to_string_lossy().replace('\\', "/"));
    Ok(files::list(&folder)?.iter().map(|below| shown(below)).collect())
}

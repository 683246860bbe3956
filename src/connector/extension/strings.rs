//! The texts that `Extension.LoadString` gives, by the keys in the library.

use super::Kind;
use crate::http::Service;

pub(super) fn strings(kinds: &[Kind]) -> Vec<(&'static str, String)> {
    kinds
        .iter()
        .flat_map(|kind| {
            let name = &kind.name;
            match kind.service {
                Service::Databricks => [
                    ("DatabricksButtonTitle", format!("{name}: Databricks jobs")),
                    (
                        "DatabricksButtonHelp",
                        "Runs a Databricks job once for a refresh and reads its output".to_owned(),
                    ),
                    ("DatabricksKeyKind", "Personal access token".to_owned()),
                    ("DatabricksKeyLabel", "Token".to_owned()),
                ],
                Service::Fabric => [
                    ("FabricButtonTitle", format!("{name}: Fabric pipelines and notebooks")),
                    (
                        "FabricButtonHelp",
                        "Runs a Fabric pipeline, notebook or Spark job for a refresh and reads its output".to_owned(),
                    ),
                    ("FabricKeyKind", "Access token".to_owned()),
                    ("FabricKeyLabel", "Token, which lives for about an hour".to_owned()),
                ],
            }
        })
        .collect()
}

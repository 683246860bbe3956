//! Who answers a request: told by its path and query alone, so that one address can stand for all services.

use super::{entra, files, vault};

/// Who answers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Place {
    /// The Jobs API.
    Databricks,
    /// Databricks' own token endpoints.
    DatabricksSignIn,
    Entra,
    Fabric,
    KeyVault,
    OneLake,
    /// What only the simulator has.
    Simulator,
}

impl Place {
    pub(super) fn of(path: &[&str], query: &[(String, String)]) -> Self {
        match path {
            ["simulator", ..] => Self::Simulator,
            ["api", ..] => Self::Databricks,
            ["oidc", ..] | [".well-known", "databricks-config"] | ["aad", "auth"] => Self::DatabricksSignIn,
            _ if vault::is_secret(path) => Self::KeyVault,
            _ if files::is_of_one_lake(path, query) => Self::OneLake,
            _ if entra::is_of(path) => Self::Entra,
            _ => Self::Fabric,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_path_belongs_to_one_service() {
        for (path, expected) in [
            ("simulator/state", Place::Simulator),
            ("api/2.2/jobs/list", Place::Databricks),
            ("oidc/v1/token", Place::DatabricksSignIn),
            ("oidc/accounts/a/v1/token", Place::DatabricksSignIn),
            ("oidc/.well-known/oauth-authorization-server", Place::DatabricksSignIn),
            (".well-known/databricks-config", Place::DatabricksSignIn),
            ("aad/auth", Place::DatabricksSignIn),
            ("contoso.example/oauth2/v2.0/token", Place::Entra),
            ("contoso.example/oauth2/token", Place::Entra),
            ("contoso.example/v2.0/.well-known/openid-configuration", Place::Entra),
            ("contoso.example/.well-known/openid-configuration", Place::Entra),
            ("common/discovery/instance", Place::Entra),
            ("secrets/fabric-spn", Place::KeyVault),
            ("secrets/fabric-spn/6f1b0c9d", Place::KeyVault),
            ("v1/workspaces", Place::Fabric),
            ("v1/workspaces/w/items/i/jobs/instances", Place::Fabric),
            ("Sales/lh.Lakehouse/Files/orders.csv", Place::OneLake),
            ("Sales/lh.Lakehouse/Tables/orders/part-0.json", Place::OneLake),
            ("Sales", Place::Fabric),
            ("v1/workspaces/Files", Place::Fabric),
            ("secrets", Place::Fabric),
            ("", Place::Fabric),
        ] {
            let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
            assert_eq!(Place::of(&segments, &[]), expected, "{path}");
        }
    }
}

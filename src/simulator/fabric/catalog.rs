//! Workspaces, items, and a pipeline's definition.

use serde_json::Value;

use super::Fabric;
use super::answer::Problem;
use super::kind::Kind;
use super::read::paged;
use super::route::Target;
use super::scenario::{Access, Item, Workspace};
use crate::base64;
use crate::http::HttpResponse;
use crate::simulator::call::{Call, json_reply};
use crate::simulator::json::json;

impl Fabric {
    /// `GET workspaces`
    pub(super) fn workspaces(&self, call: &Call<'_>) -> Result<HttpResponse, Problem> {
        let switches = &self.scenario.switches;
        paged(
            call,
            &self.scenario.workspaces,
            switches.catalog_page_size,
            switches.last_page_token,
            workspace_row,
        )
    }

    /// `GET workspaces/{ws}`
    pub(super) fn workspace(&self, id: &str) -> Result<HttpResponse, Problem> {
        Ok(json_reply(200, &workspace_row(self.find_workspace(id)?)))
    }

    /// `GET workspaces/{ws}/items?type=…`, or a kind's own collection.
    pub(super) fn items(
        &self,
        call: &Call<'_>,
        workspace: &str,
        kind: Option<&'static Kind>,
    ) -> Result<HttpResponse, Problem> {
        let workspace = self.find_workspace(workspace)?;
        let wanted = kind.map(|kind| kind.name).or_else(|| call.query_value("type"));
        let items: Vec<&Item> = self
            .scenario
            .items
            .iter()
            .filter(|item| item.workspace_id == workspace.id && item.access != Access::None)
            .filter(|item| wanted.is_none_or(|wanted| item.kind.eq_ignore_ascii_case(wanted)))
            .collect();
        let switches = &self.scenario.switches;
        let to_row = |item: &&Item| item_row(item);
        paged(
            call,
            &items,
            switches.catalog_page_size,
            switches.last_page_token,
            to_row,
        )
    }

    /// `GET …/items/{item}`
    pub(super) fn item(&self, target: &Target) -> Result<HttpResponse, Problem> {
        Ok(json_reply(
            200,
            &item_row(&self.scenario.items[self.find_item(target)?]),
        ))
    }

    /// `POST …/dataPipelines/{item}/getDefinition`: what a client needs to check parameter names.
    pub(super) fn definition(&self, target: &Target) -> Result<HttpResponse, Problem> {
        let item = &self.scenario.items[self.find_item(target)?];
        if item.access != Access::Execute {
            return Err(Problem::forbidden(item));
        }
        if item.kind != "DataPipeline" {
            return Err(Problem::new(
                400,
                "OperationNotSupportedForItem",
                "The operation is not supported for this item.",
            ));
        }
        let plan = item.plan(0);
        let activities: Vec<Value> = plan
            .activities
            .iter()
            .map(|activity| json!({"name": activity.name, "type": activity.kind, "dependsOn": []}))
            .collect();
        let content = json!({"properties": {"activities": activities, "parameters": item.parameters}});
        let platform = json!({
            "metadata": {"type": item.kind, "displayName": item.name},
            "config": {"version": "2.0", "logicalId": "00000000-0000-0000-0000-000000000000"},
        });
        let part = |path: &str, content: &Value| {
            json!({
                "path": path,
                "payload": base64::encode(content.to_string().as_bytes()),
                "payloadType": "InlineBase64",
            })
        };
        let parts = [part("pipeline-content.json", &content), part(".platform", &platform)];
        Ok(json_reply(200, &json!({"definition": {"parts": parts}})))
    }

    /// The workspace, if the credential can see it.
    pub(super) fn find_workspace(&self, id: &str) -> Result<&Workspace, Problem> {
        self.scenario
            .workspaces
            .iter()
            .find(|workspace| workspace.id.eq_ignore_ascii_case(id))
            .ok_or_else(|| Problem::new(404, "WorkspaceNotFound", "The requested workspace was not found."))
    }
}

fn workspace_row(workspace: &Workspace) -> Value {
    let mut row = json!({
        "id": workspace.id,
        "displayName": workspace.name,
        "description": workspace.description,
        "type": "Workspace",
    });
    if let Some(capacity) = &workspace.capacity_id {
        row["capacityId"] = capacity.as_str().into();
    }
    row
}

fn item_row(item: &Item) -> Value {
    json!({
        "id": item.id,
        "type": item.kind,
        "displayName": item.name,
        "description": item.description,
        "workspaceId": item.workspace_id,
    })
}

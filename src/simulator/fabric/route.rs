//! From a path to what is asked for. Literal segments are matched in any case, as the service does.

use super::kind::{self, Kind};

/// What a request asks for.
#[derive(Debug)]
pub(super) enum Route {
    /// `GET workspaces`
    Workspaces,
    /// `GET workspaces/{ws}`
    Workspace { workspace: String },
    /// `GET …/items` or `…/{collection}`
    Items {
        workspace: String,
        kind: Option<&'static Kind>,
    },
    /// `GET …/items/{item}` or `…/{collection}/{item}`
    Item { target: Target },
    /// `POST …/{item}/getDefinition`
    Definition { target: Target },
    /// `POST …/jobs/{type}/instances` (type in the path) or `…/jobs/instances?jobType=…`
    Start { target: Target, job_type: Option<String> },
    /// `GET …/jobs/instances`, or `…/jobs/execute/instances` of a pipeline
    List { target: Target },
    /// `GET …/jobs/instances/{job}`, or the typed form of a pipeline or a notebook
    Get { target: Target, instance: String },
    /// `POST …/jobs/instances/{job}/cancel`
    Cancel { target: Target, instance: String },
    /// `POST …/datapipelines/pipelineruns/{run}/queryactivityruns`
    ActivityRuns { workspace: String, run: String },
}

/// An item, and by which path it was named.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) workspace: String,
    pub(super) item: String,
    /// The kind that a typed path names; `None` for `items`.
    pub(super) kind: Option<&'static Kind>,
}

/// What the path and the method ask for; `None` where the service has no such operation.
pub(super) fn parse(method: &str, path: &[&str]) -> Option<Route> {
    let [version, workspaces, rest @ ..] = path else {
        return None;
    };
    if !is(version, "v1") || !is(workspaces, "workspaces") {
        return None;
    }
    let get = method == "GET";
    let post = method == "POST";
    let [workspace, rest @ ..] = rest else {
        return get.then_some(Route::Workspaces);
    };
    let workspace = (*workspace).to_owned();
    let [collection, rest @ ..] = rest else {
        return get.then_some(Route::Workspace { workspace });
    };
    if let [runs, run, query] = rest
        && is(collection, "datapipelines")
        && is(runs, "pipelineruns")
        && is(query, "queryactivityruns")
    {
        let run = (*run).to_owned();
        return post.then_some(Route::ActivityRuns { workspace, run });
    }
    let kind = if is(collection, "items") {
        None
    } else {
        Some(kind::in_collection(collection)?)
    };
    let [item, rest @ ..] = rest else {
        return get.then_some(Route::Items { workspace, kind });
    };
    let target = Target {
        workspace,
        item: (*item).to_owned(),
        kind,
    };
    match rest {
        [] => get.then_some(Route::Item { target }),
        [last] if is(last, "getDefinition") => post.then_some(Route::Definition { target }),
        [jobs, rest @ ..] if is(jobs, "jobs") => parse_jobs(get, post, target, rest),
        _ => None,
    }
}

fn parse_jobs(get: bool, post: bool, target: Target, path: &[&str]) -> Option<Route> {
    let kind = target.kind.map(|kind| kind.name);
    // Only these have the paths of `items` under their own collection.
    let core_paths = matches!(kind, None | Some("CopyJob"));
    match *path {
        [instances] if is(instances, "instances") => {
            if post {
                Some(Route::Start { target, job_type: None })
            } else {
                (get && core_paths).then_some(Route::List { target })
            }
        }
        [instances, instance] if is(instances, "instances") => (get && core_paths).then(|| Route::Get {
            target,
            instance: instance.to_owned(),
        }),
        [instances, instance, cancel] if is(instances, "instances") && is(cancel, "cancel") => (post && core_paths)
            .then(|| Route::Cancel {
                target,
                instance: instance.to_owned(),
            }),
        [job_type, instances] if is(instances, "instances") => {
            if post {
                let job_type = Some(job_type.to_owned());
                Some(Route::Start { target, job_type })
            } else {
                (get && is(job_type, "execute") && kind == Some("DataPipeline")).then_some(Route::List { target })
            }
        }
        [execute, instances, instance] if is(execute, "execute") && is(instances, "instances") => {
            (get && matches!(kind, Some("DataPipeline" | "Notebook"))).then(|| Route::Get {
                target,
                instance: instance.to_owned(),
            })
        }
        _ => None,
    }
}

fn is(segment: &str, wanted: &str) -> bool {
    segment.eq_ignore_ascii_case(wanted)
}

impl Route {
    /// The name by which a scenario aims its faults.
    pub(super) const fn endpoint(&self) -> &'static str {
        match self {
            Self::Workspaces => "workspaces/list",
            Self::Workspace { .. } => "workspaces/get",
            Self::Items { .. } => "items/list",
            Self::Item { .. } => "items/get",
            Self::Definition { .. } => "items/getDefinition",
            Self::Start { .. } => "jobs/instances/run",
            Self::List { .. } => "jobs/instances/list",
            Self::Get { .. } => "jobs/instances/get",
            Self::Cancel { .. } => "jobs/instances/cancel",
            Self::ActivityRuns { .. } => "pipelineruns/queryactivityruns",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(method: &str, path: &str) -> Option<&'static str> {
        parse(method, &path.split('/').collect::<Vec<_>>()).map(|route| route.endpoint())
    }

    #[test]
    fn every_form_of_the_fact_sheet_has_its_operation() {
        for (method, path, expected) in [
            ("POST", "items/i/jobs/Pipeline/instances", "jobs/instances/run"),
            ("POST", "items/i/jobs/instances", "jobs/instances/run"),
            ("POST", "dataPipelines/i/jobs/execute/instances", "jobs/instances/run"),
            ("GET", "dataPipelines/i/jobs/execute/instances", "jobs/instances/list"),
            ("GET", "dataPipelines/i/jobs/execute/instances/j", "jobs/instances/get"),
            ("POST", "notebooks/i/jobs/execute/instances", "jobs/instances/run"),
            ("GET", "notebooks/i/jobs/execute/instances/j", "jobs/instances/get"),
            (
                "POST",
                "sparkJobDefinitions/i/jobs/sparkjob/instances",
                "jobs/instances/run",
            ),
            ("POST", "lakehouses/i/jobs/instances", "jobs/instances/run"),
            ("GET", "items/i/jobs/instances", "jobs/instances/list"),
            ("GET", "ITEMS/i/Jobs/Instances/j", "jobs/instances/get"),
            ("POST", "items/i/jobs/instances/j/cancel", "jobs/instances/cancel"),
            ("POST", "copyJobs/i/jobs/instances/j/cancel", "jobs/instances/cancel"),
            (
                "POST",
                "datapipelines/pipelineruns/r/queryactivityruns",
                "pipelineruns/queryactivityruns",
            ),
            ("GET", "dataPipelines", "items/list"),
            ("GET", "items/i", "items/get"),
            ("POST", "dataPipelines/i/getDefinition", "items/getDefinition"),
        ] {
            let path = format!("v1/workspaces/w/{path}");
            assert_eq!(endpoint(method, &path), Some(expected), "{method} {path}");
        }
        assert_eq!(endpoint("GET", "v1/workspaces"), Some("workspaces/list"));
        assert_eq!(endpoint("GET", "v1/workspaces/w"), Some("workspaces/get"));
    }

    #[test]
    fn what_the_service_does_not_have_is_no_route() {
        for (method, path) in [
            ("POST", "v1/workspaces/w/items/i/jobs/instances/j/resume"),
            ("GET", "v1/workspaces/w/notebooks/i/jobs/execute/instances"),
            ("GET", "v1/workspaces/w/dataPipelines/i/jobs/instances/j"),
            ("GET", "v1/workspaces/w/apacheAirflowJobs"),
            ("GET", "v2/workspaces"),
            ("PUT", "v1/workspaces"),
            ("GET", ""),
        ] {
            assert_eq!(endpoint(method, path), None, "{method} {path}");
        }
    }
}

//! The item kinds that the service runs: their collection in typed paths, the job types to send, the job types shown.

use super::scenario::Item;

/// An item kind.
#[derive(Debug)]
pub(super) struct Kind {
    /// As items show it.
    pub(super) name: &'static str,
    /// The segment of typed paths.
    pub(super) collection: &'static str,
    /// What the core start takes, and what instances show then.
    jobs: &'static [(&'static str, &'static str)],
    /// What the typed start takes as the path's job type, and what instances show then.
    typed: &'static [(&'static str, &'static str)],
}

/// Fact sheet, sections 1.1 and 1.4.
const KINDS: &[Kind] = &[
    Kind {
        name: "DataPipeline",
        collection: "dataPipelines",
        jobs: &[("Pipeline", "Pipeline"), ("Execute", "Pipeline")],
        typed: &[("execute", "Execute")],
    },
    Kind {
        name: "Notebook",
        collection: "notebooks",
        jobs: &[("RunNotebook", "RunNotebook"), ("Execute", "RunNotebook")],
        typed: &[("execute", "RunNotebook"), ("RunNotebook", "RunNotebook")],
    },
    Kind {
        name: "SparkJobDefinition",
        collection: "sparkJobDefinitions",
        jobs: &[("sparkjob", "SparkJob")],
        typed: &[("sparkjob", "SparkJob")],
    },
    Kind {
        name: "Dataflow",
        collection: "dataflows",
        jobs: &[("Execute", "Execute"), ("ApplyChanges", "ApplyChanges")],
        typed: &[("execute", "Execute"), ("applyChanges", "ApplyChanges")],
    },
    // What the history calls MaterializedLakeViews can't be sent so: that is an InvalidJobType.
    Kind {
        name: "Lakehouse",
        collection: "lakehouses",
        jobs: &[
            ("TableMaintenance", "TableMaintenance"),
            ("RefreshMaterializedLakeViews", "MaterializedLakeViews"),
        ],
        typed: &[
            ("tableMaintenance", "TableMaintenance"),
            ("refreshMaterializedLakeViews", "MaterializedLakeViews"),
        ],
    },
    Kind {
        name: "GraphModel",
        collection: "graphModels",
        jobs: &[("RefreshGraph", "RefreshGraph")],
        typed: &[("refreshGraph", "RefreshGraph")],
    },
    Kind {
        name: "DataBuildToolJob",
        collection: "dataBuildToolJobs",
        jobs: &[("Execute", "Execute")],
        typed: &[("execute", "Execute")],
    },
    Kind {
        name: "CopyJob",
        collection: "copyJobs",
        jobs: &[("Execute", "CopyJob")],
        typed: &[],
    },
];

/// The kind of that name.
pub(super) fn find(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

/// The kind whose typed paths have that segment, in any case.
pub(super) fn in_collection(segment: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.collection.eq_ignore_ascii_case(segment))
}

/// What an instance of the item shows when `sent` starts it; `None` for a job type that it doesn't have.
pub(super) fn shown(item: &Item, sent: &str, typed: bool) -> Option<String> {
    let shown = if item.job_types.is_empty() {
        let kind = find(&item.kind)?;
        let table = if typed { kind.typed } else { kind.jobs };
        let (_, shown) = table.iter().find(|(name, _)| name.eq_ignore_ascii_case(sent))?;
        *shown
    } else {
        item.job_types.iter().find(|name| name.eq_ignore_ascii_case(sent))?
    };
    Some(item.history_job_type.clone().unwrap_or_else(|| shown.to_owned()))
}

/// What instances of the item show when something else than a request started them.
pub(super) fn default_shown(item: &Item) -> String {
    let known = || Some(find(&item.kind)?.jobs.first()?.1.to_owned());
    item.history_job_type
        .clone()
        .or_else(|| item.job_types.first().cloned())
        .or_else(known)
        .unwrap_or_else(|| "DefaultJob".into())
}

/** The plain fields of the form: what they are called, what they are for, what counts without them. */

/**
 * @typedef {object} Field
 * @property {string} path Where its value is in the draft.
 * @property {string} label
 * @property {string} [hint]
 * @property {"text" | "number" | "lines" | "json" | "switch"} [kind] A line of text, if left out.
 * @property {string} [placeholder] What counts without a value, or how one looks.
 * @property {readonly string[]} [suggestions]
 * @property {"databricks" | "fabric"} [service] For which it is, if not for both.
 * @property {"query" | "connector"} [form] The same.
 */

/** When a run stands for a new one. @type {readonly Field[]} */
export const REUSE = Object.freeze([
  {
    path: "freshness",
    label: "A good run counts for",
    hint: "How long ago a run may have ended well to stand for a new one, such as 90s, 20m or 1h30m. Short times start more runs.",
    placeholder: "15m",
  },
  {
    path: "failureFreshness",
    label: "A failed run counts for",
    hint: "How long ago a run may have ended otherwise to be reported in the place of a new one.",
    placeholder: "2m",
  },
  {
    path: "attachOnly",
    kind: "switch",
    label: "Start nothing",
    hint: "Reads the newest run with these parameters, or is an error. Without it, previews in the editor may start a run as a refresh does.",
  },
  {
    path: "adoptAnyParameters",
    kind: "switch",
    service: "fabric",
    label: "Any run of the item will do",
    hint: "Fabric does not show the parameters of a run, so this may give the output of a run with other ones.",
  },
  {
    path: "marker",
    service: "fabric",
    label: "Marker",
    hint: "A parameter that the pipeline declares, to carry a hash of the others. Runs with the same parameters are then known.",
  },
  {
    path: "cancelDuplicates",
    kind: "switch",
    service: "fabric",
    form: "connector",
    label: "Cancel a second run",
    hint: "Cancels a run of one's own that began at the same time as the one that is followed. A run whose start had no answer is never cancelled.",
  },
]);

/** What of the output is read. @type {readonly Field[]} */
export const OUTPUT = Object.freeze([
  {
    path: "taskKey",
    label: "Task or activity",
    hint: "Whose output, by a Databricks task's key or a Fabric activity's name. Without it the only output, else a table of all.",
  },
  {
    path: "outputPath",
    label: "Where the rows are",
    hint: "A path in the output, such as $.data.rows. Without it they are found by the output's shape.",
  },
  {
    path: "followPath",
    kind: "switch",
    service: "databricks",
    label: "Read the file that the notebook names",
    hint: "For outputs beyond 5 MB: the notebook gives out the path of a file in a volume or in DBFS, of at most 32 MB.",
  },
  {
    path: "inspect",
    kind: "switch",
    label: "The service's whole answer",
    hint: "In the place of a table, to find out what a run gives.",
  },
]);

/** How it waits. @type {readonly Field[]} */
export const WAITS = Object.freeze([
  {
    path: "maxMinutes",
    kind: "number",
    label: "Minutes in all",
    hint: "Then it is an error that names the run. A refresh in the Power BI service has its own limit of 2 or 5 hours.",
    placeholder: "100",
  },
  {
    path: "pollSeconds",
    kind: "number",
    label: "First wait, in seconds",
    hint: "Between the first poll and the second.",
    placeholder: "5, on Fabric 10",
  },
  {
    path: "pollGrowth",
    kind: "number",
    label: "Growth",
    hint: "By how much each wait is longer than the one before.",
    placeholder: "1.5",
  },
  {
    path: "maxPollSeconds",
    kind: "number",
    label: "Longest wait, in seconds",
    hint: "However much the waits grow.",
    placeholder: "60",
  },
  {
    path: "maxPolls",
    kind: "number",
    label: "Polls in all",
    hint: "A second limit beside the minutes.",
    placeholder: "1000",
  },
]);

/** What only an extension has. @type {readonly Field[]} */
export const EXTENSION = Object.freeze([
  {
    path: "version",
    form: "connector",
    label: "Version",
    hint: "Two to four numbers, written into the extension.",
    placeholder: "1.0.0",
  },
  {
    path: "hosts",
    kind: "lines",
    form: "connector",
    label: "Other hosts",
    hint: "Endings of host names that a credential may go to, beside the services' own: one on each line, such as .example.org.",
  },
]);

/** Of a Databricks job, what its runs have beside parameters. Their paths are below the job's. @type {readonly Field[]} */
export const OF_DATABRICKS_JOB = Object.freeze([
  {
    path: "only",
    kind: "lines",
    label: "Only these tasks",
    hint: "Task keys, one on each line. A + in front takes what is upstream too, one behind what is downstream.",
  },
  {
    path: "more",
    kind: "json",
    label: "Other members of run-now",
    hint: "A JSON object with older kinds of parameters: jarParams, pythonParams, sparkSubmitParams, dbtCommands, pipelineParams.",
    placeholder: '{"pythonParams": ["--full"]}',
  },
]);

/** The same of a Fabric item. @type {readonly Field[]} */
export const OF_FABRIC_ITEM = Object.freeze([
  {
    path: "more",
    kind: "json",
    label: "Other members of the start",
    hint: "A JSON object with executionData as the service takes it, or with the form of the start: path, query or typed.",
    placeholder: '{"executionData": {}}',
  },
]);

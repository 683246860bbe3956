import { html, nothing } from "lit";

import { counted } from "../base/format.js";
import { cell, field, idOf, problemAt, radios, select, told } from "./controls.js";
import { at, blankJob, blankParameter, serviceOf } from "./draft.js";
import { OF_DATABRICKS_JOB, OF_FABRIC_ITEM } from "./fields.js";
import { functionName } from "./options.js";

/**
 * @import { View } from "./controls.js"
 * @import { Job } from "./draft.js"
 */

const JOB_TYPES = Object.freeze(["Pipeline", "RunNotebook", "sparkjob", "Execute", "TableMaintenance"]);

/** The types of parameters, as M calls them. @type {readonly (readonly [string, string])[]} */
const TYPES = Object.freeze([
  ["text", "text"],
  ["number", "number"],
  ["logical", "logical"],
  ["any", "JSON"],
]);

/** @type {readonly (readonly [string, string])[]} */
const COLUMN_TYPES = Object.freeze([
  ["utf8", "text"],
  ["int64", "whole number"],
  ["float64", "number"],
  ["bool", "true or false"],
  ["timestamp", "date-time with zone"],
  ["datetime", "date-time"],
  ["date", "date"],
  ["json", "JSON, as text"],
]);

/**
 * All jobs, each in a box of its own, and a button for one more.
 *
 * @param {View} view
 */
export function jobs(view) {
  const { jobs: all } = view.draft;
  return html`${all.map((_, index) => boxed(view, index))}
    <button
      id=${idOf("add-job")}
      type="button"
      @click=${() => {
        const one = blankJob(view.draft.service === "fabric" ? "fabric" : "databricks");
        view.change("jobs", [...all, one], `jobs.${all.length}.name`);
      }}
    >
      Add a ${view.form === "connector" ? "function" : "job"}
    </button>`;
}

/**
 * @param {View} view
 * @param {number} index
 */
function boxed(view, index) {
  const { jobs: all, service } = view.draft;
  const path = `jobs.${index}`;
  const isFunction = view.form === "connector";
  const job = /** @type {Job} */ (all[index]);
  const name =
    job.name ||
    (isFunction
      ? functionName(view.draft, { ...job, jobId: job.jobId || String(index + 1), itemId: job.itemId || "1" })
      : "");
  return html`<fieldset class="job">
    <legend class="label">${isFunction ? "Function" : "Job"} ${index + 1}</legend>
    ${service === "both" ? whichService(view, path, job) : nothing}
    ${field(
      view,
      isFunction
        ? {
            path: "name",
            label: "Name",
            hint: "Letters and digits. It stands behind the extension's name and a dot.",
            placeholder: name,
          }
        : { path: "name", label: "Name", hint: "To tell the rows apart by; any text." },
      `${path}.`,
    )}
    ${isFunction ? field(view, { path: "description", label: "What it does", hint: "For the documentation in Power BI." }, `${path}.`) : nothing}
    ${oneJob(view, index)}
    <button type="button" @click=${() => view.change("jobs", all.toSpliced(index, 1), "add-job")}>
      Remove ${isFunction ? "function" : "job"} ${index + 1}
    </button>
  </fieldset>`;
}

/**
 * @param {View} view
 * @param {string} path
 * @param {Job} job
 */
function whichService(view, path, job) {
  return radios(
    `${path}-service`,
    "Service",
    [
      ["databricks", "Databricks"],
      ["fabric", "Fabric"],
    ],
    job.service,
    (value) => view.change(`${path}.service`, value),
  );
}

/**
 * Which job, with what, and for a connector with which columns.
 *
 * @param {View} view
 * @param {number} index
 */
export function oneJob(view, index) {
  const job = /** @type {Job} */ (view.draft.jobs[index]);
  const below = `jobs.${index}.`;
  const isDatabricks = serviceOf(view.draft, job) === "databricks";
  return html`
    ${
      isDatabricks
        ? field(
            view,
            {
              path: "jobId",
              label: "Job id",
              hint: "The digits behind /jobs/ in the address of the job's page.",
              placeholder: "880012345678901",
            },
            below,
          )
        : html`${field(view, { path: "workspaceId", label: "Workspace id", hint: "The GUID behind /groups/ in the address of the item's page.", placeholder: "1f0c4b7e-52aa-4c0d-9b7e-0d6f3a1e8c21" }, below)}
        ${field(view, { path: "itemId", label: "Item id", hint: "The GUID of the pipeline, notebook or Spark job, further behind in the same address.", placeholder: "7a93e1d4-0f5b-4e0a-8d3c-64b2f9c7a510" }, below)}
        ${field(view, { path: "jobType", label: "Job type", hint: "What of the item is run.", placeholder: "Pipeline", suggestions: JOB_TYPES }, below)}`
    }
    ${parameters(view, index, isDatabricks)} ${view.form === "connector" ? columns(view, index) : nothing}
    <details>
      <summary>More about the start</summary>
      <div class="stack">${isDatabricks ? ofDatabricks(view, below) : OF_FABRIC_ITEM.map((one) => field(view, one, below))}</div>
    </details>
  `;
}

/**
 * @param {View} view
 * @param {string} below
 */
function ofDatabricks(view, below) {
  return html`
    ${
      view.form === "query"
        ? select(view, `${below}sentAs`, "Parameters are sent as", [
            ["jobParameters", "job parameters"],
            ["notebookParams", "notebook widgets (notebook_params)"],
            ["pythonNamedParams", "arguments of a Python wheel (python_named_params)"],
            ["sqlParams", "parameters of SQL tasks (sql_params)"],
          ])
        : nothing
    }
    ${select(view, `${below}performanceTarget`, "Performance target, serverless only", [
      ["", "as the job says"],
      ["STANDARD", "STANDARD"],
      ["PERFORMANCE_OPTIMIZED", "PERFORMANCE_OPTIMIZED"],
    ])}
    ${select(view, `${below}queue`, "Queue", [
      ["", "as the job says"],
      ["true", "wait in the queue"],
      ["false", "never wait in the queue"],
    ])}
    ${OF_DATABRICKS_JOB.map((one) => field(view, one, below))}
  `;
}

/**
 * @param {View} view
 * @param {number} index
 * @param {boolean} isDatabricks
 */
function parameters(view, index, isDatabricks) {
  const path = `jobs.${index}.parameters`;
  /** @type {Job["parameters"]} */
  const all = at(view.draft, path);
  const isFunction = view.form === "connector";
  const types = isDatabricks ? [TYPES[0] ?? ["text", "text"]] : TYPES;
  const choices = isFunction ? types : [...types, /** @type {const} */ (["parameter", "M parameter"])];
  return html`<div class="field" role="group" aria-labelledby=${idOf(`${path}-label`)}>
    <span class="label" id=${idOf(`${path}-label`)}>Parameters</span>
    <p class="hint">
      ${
        isFunction
          ? "The function's arguments, behind the host. What is not given is not sent, so the job's own default counts."
          : "Sent with each start. An M parameter gives a value that is chosen in Power BI."
      }
    </p>
    ${all.map((one, row) => {
      const below = `${path}.${row}`;
      const what = `parameter ${row + 1}`;
      const value = isFunction ? "default" : "value";
      const problems = ["name", "type", value, "allowed", "description"].map((member) => [
        `${below}.${member}`,
        problemAt(view, `${below}.${member}`),
      ]);
      return html`<div class="row">
          ${cell(view, `${below}.name`, `Name of ${what}`, "name")}
          ${choices.length > 1 ? select(view, `${below}.type`, `Type of ${what}`, choices, true) : nothing}
          ${cell(
            view,
            `${below}.${value}`,
            `${isFunction ? "Default" : one.type === "parameter" ? "M parameter" : "Value"} of ${what}`,
            isFunction ? "the job's default" : one.type === "parameter" ? "its name" : "value",
          )}
          <button
            class="bare remove"
            type="button"
            aria-label=${`Remove ${what}`}
            @click=${() => view.change(path, all.toSpliced(row, 1), `${path}-add`)}
          >
            <span aria-hidden="true">✕</span>
          </button>
        </div>
        ${problems.map(([at, problem]) => told(idOf(String(at)), problem))}
        ${
          isFunction
            ? html`<details class="inner">
              <summary>More about ${one.name || what}</summary>
              <div class="stack">
                ${cell(view, `${below}.description`, `Description of ${what}`, "what it is for")}
                ${field(view, { path: "allowed", kind: "lines", label: "Values to choose from", hint: "One on each line." }, `${below}.`)}
              </div>
            </details>`
            : nothing
        }`;
    })}
    ${told(idOf(path), problemAt(view, path))}
    <div>
      <button
        id=${idOf(`${path}-add`)}
        type="button"
        @click=${() => view.change(path, [...all, blankParameter()], `${path}.${all.length}.name`)}
      >
        Add a parameter
      </button>
    </div>
  </div>`;
}

/**
 * @param {View} view
 * @param {number} index
 */
function columns(view, index) {
  const path = `jobs.${index}.columns`;
  /** @type {Job["columns"]} */
  const all = at(view.draft, path);
  const { sample } = view;
  return html`<div class="field" role="group" aria-labelledby=${idOf(`${path}-label`)}>
    <span class="label" id=${idOf(`${path}-label`)}>Columns</span>
    <p class="hint">
      ${
        all.length === 0
          ? "Known columns let Power BI ask for them without a run. Without them, it learns them from the output."
          : "Asking for them runs nothing. A value of another type is an error in its cell."
      }
    </p>
    ${all.map(
      (one, row) => html`<div class="row two">
        ${cell(view, `${path}.${row}.name`, `Name of column ${row + 1}`, "name")}
        ${select(view, `${path}.${row}.type`, `Type of column ${row + 1}`, COLUMN_TYPES, true)}
        <button
          class="bare remove"
          type="button"
          aria-label=${`Remove column ${one.name || row + 1}`}
          @click=${() => view.change(path, all.toSpliced(row, 1), `${path}-add`)}
        >
          <span aria-hidden="true">✕</span>
        </button>
      </div>`,
    )}
    ${told(idOf(path), problemAt(view, path))}
    <div class="buttons">
      ${
        sample.length > 0
          ? html`<button type="button" @click=${() =>
              view.change(
                path,
                sample.map((one) => ({ ...one })),
                `${path}-add`,
              )}>
            Take the ${counted(sample.length, "column")} of the last result
          </button>`
          : nothing
      }
      <button
        id=${idOf(`${path}-add`)}
        type="button"
        @click=${() => view.change(path, [...all, { name: "", type: "utf8" }], `${path}.${all.length}.name`)}
      >
        Add a column
      </button>
    </div>
  </div>`;
}

import { html, nothing } from "lit";

import { caution, field, radios } from "./controls.js";
import { EXTENSION, OUTPUT, REUSE, WAITS } from "./fields.js";
import { jobs, oneJob } from "./jobs.js";
import { serviceOf } from "./draft.js";

/**
 * @import { View } from "./controls.js"
 * @import { Field } from "./fields.js"
 * @import { Form, Job } from "./draft.js"
 */

/**
 * All options, the fewest first.
 *
 * @param {View} view
 * @param {(form: Form) => void} onForm
 */
export function form(view, onForm) {
  const isQuery = view.form === "query";
  return html`
    ${radios(
      "form",
      "Form",
      [
        ["query", "Query"],
        ["connector", "Connector"],
      ],
      view.form,
      (value) => onForm(/** @type {Form} */ (value)),
    )}
    ${aboutForm(view)}
    ${radios(
      "service",
      "Service",
      [
        ["databricks", "Databricks"],
        ["fabric", "Microsoft Fabric"],
        ...(isQuery ? [] : [/** @type {const} */ (["both", "Both"])]),
      ],
      isQuery && view.draft.service === "both" ? "databricks" : view.draft.service,
      (value) => chooseService(view, value),
    )}
    ${field(
      view,
      isQuery
        ? {
            path: "name",
            label: "Name",
            hint: "What the file is called; the M does not depend on it.",
            placeholder: "Query",
          }
        : {
            path: "name",
            label: "Name",
            hint: "A letter, then letters and digits. The functions and the file begin with it.",
            placeholder: "Pqrun",
          },
    )}
    ${isQuery ? html`${host(view)} ${work(view)} ${aboutParameters(view)} ${signIn(view)}` : html`${functions(view)} ${aboutParameters(view)}`}
    ${more(view, "When a run counts for a new one", REUSE)} ${more(view, "What of the output is read", OUTPUT)}
    ${more(view, "How it waits", WAITS)} ${isQuery ? nothing : more(view, "Version and hosts", EXTENSION)}
  `;
}

/**
 * Where a connector becomes one for both, each job is of the service whose ids it has.
 *
 * @param {View} view
 * @param {string} value
 */
function chooseService(view, value) {
  const { service: before, jobs: all } = view.draft;
  if (value === "both" && before !== "both") {
    const ofIds = (/** @type {Job} */ { jobId, itemId }) => {
      const [isDatabricks, isFabric] = [jobId !== "", itemId !== ""];
      return isDatabricks === isFabric ? before : isFabric ? "fabric" : "databricks";
    };
    view.change(
      "jobs",
      all.map((job) => ({ ...job, service: ofIds(job) })),
    );
  }
  view.change("service", value);
}

/** @param {View} view */
function aboutForm({ form: chosen }) {
  return chosen === "query"
    ? caution(
        "Text for the Advanced Editor, without installation. Power Query lets a query send a POST only without a credential: so the token is text in the model, for all who may open it.",
      )
    : html`<p class="hint">
        An extension to install. The credential stays in Power BI. In the Power BI service it needs an on-premises data gateway; dataflows do not
        take it.
      </p>`;
}

/** @param {View} view */
function host(view) {
  const isFabric = view.draft.service === "fabric";
  const isParameter = view.draft.hostFrom === "parameter";
  return html`<div class="pair">
    ${field(
      view,
      isParameter
        ? {
            path: "hostParameter",
            label: "M parameter with the address",
            hint: "Its name in Power BI, under Manage Parameters.",
          }
        : isFabric
          ? {
              path: "host",
              label: "API address",
              hint: "Leave it empty for the public cloud.",
              placeholder: "https://api.fabric.microsoft.com",
            }
          : {
              path: "host",
              label: "Workspace address",
              hint: "As in the browser's address bar, up to the first single slash.",
              placeholder: "https://adb-1111222233334444.5.azuredatabricks.net",
            },
    )}
    ${fromParameter(view, "hostFrom", "The address is an M parameter")}
  </div>`;
}

/**
 * Whether a value stands in the text, or is an M parameter.
 *
 * @param {View} view
 * @param {"hostFrom" | "tenantFrom" | "clientFrom"} path
 * @param {string} label
 */
function fromParameter(view, path, label) {
  return html`<label class="tick">
    <input
      type="checkbox"
      .checked=${view.draft[path] === "parameter"}
      @change=${(/** @type {any} */ event) => view.change(path, event.target.checked ? "parameter" : "text")}
    />${label}
  </label>`;
}

/**
 * What a query runs.
 *
 * @param {View} view
 */
function work(view) {
  const { which } = view.draft;
  return html`
    ${radios(
      "which",
      "Runs",
      [
        ["one", "One job"],
        ["rows", "Several jobs"],
        ["query", "From a query"],
      ],
      which,
      (value) => view.change("which", value),
    )}
    ${which === "one" ? oneJob(view, 0) : nothing} ${which === "rows" ? jobs(view) : nothing}
    ${
      which === "query"
        ? field(view, {
            path: "jobsQuery",
            label: "Query with the jobs",
            hint:
              view.draft.service === "fabric"
                ? "Its name. Each row is a run, with the columns WorkspaceId, ItemId and, if need be, JobType and Parameters."
                : "Its name. Each row is a run, with the columns JobId and, if need be, JobParameters.",
          })
        : nothing
    }
  `;
}

/**
 * The jobs that have functions of their own.
 *
 * @param {View} view
 */
function functions(view) {
  return html`<section class="stack" aria-labelledby="functions">
    <div>
      <h3 id="functions">Functions for jobs</h3>
      <p class="hint">
        Each job named here gets a function with its parameters as arguments. Without any, RunJob and RunItem run whatever job they are given.
      </p>
    </div>
    ${jobs(view)}
  </section>`;
}

/**
 * What Fabric can't promise, by what is chosen.
 *
 * @param {View} view
 */
function aboutParameters(view) {
  const { draft, form: chosen } = view;
  const items = draft.jobs.filter((job) => serviceOf(draft, job) === "fabric");
  if (
    draft.service === "databricks" ||
    items.length === 0 ||
    draft.attachOnly ||
    draft.adoptAnyParameters ||
    draft.marker !== ""
  ) {
    return nothing;
  }
  if (items.some((job) => job.parameters.some(({ name }) => name !== ""))) {
    return caution(
      "Fabric does not show the parameters of a run. Each evaluation starts a run of its own, unless a marker says how to tell that a run will do: see When a run counts for a new one.",
    );
  }
  return chosen === "query"
    ? caution(
        "On Fabric a query can't know its own run: one run is promised for evaluations one after another only. The connector is safer.",
      )
    : nothing;
}

/**
 * Where a query has its token from. No choice of it has a field for a secret.
 *
 * @param {View} view
 */
function signIn(view) {
  const isFabric = view.draft.service === "fabric";
  const chosen = view.draft.signIn === "principal" && !isFabric ? "parameter" : view.draft.signIn;
  return html`
    ${radios(
      "sign-in",
      "Token",
      [
        ["parameter", "M parameter"],
        ...(isFabric ? [/** @type {const} */ (["principal", "Fetched by the query"])] : []),
        ["text", "In the text"],
      ],
      chosen,
      (value) => view.change("signIn", value),
    )}
    ${
      chosen === "parameter"
        ? field(view, {
            path: "tokenParameter",
            label: "M parameter with the token",
            hint: isFabric
              ? "Its name. The token itself is entered in Power BI, not here. Fabric's tokens live for about an hour."
              : "Its name. The token itself is entered in Power BI, not here.",
          })
        : nothing
    }
    ${chosen === "text" ? caution("The M has YOUR-TOKEN, to be replaced in the Advanced Editor. Whoever sees the query sees the token.") : nothing}
    ${chosen === "principal" ? principal(view) : nothing}
  `;
}

/** @param {View} view */
function principal(view) {
  const { tenantFrom, clientFrom } = view.draft;
  return html`
    <div class="pair">
      ${field(view, {
        path: "tenant",
        label: tenantFrom === "parameter" ? "M parameter with the tenant" : "Tenant",
        hint: tenantFrom === "parameter" ? "Its name in Power BI." : "The tenant's id or domain.",
      })}
      ${fromParameter(view, "tenantFrom", "The tenant is an M parameter")}
    </div>
    <div class="pair">
      ${field(view, {
        path: "client",
        label: clientFrom === "parameter" ? "M parameter with the client id" : "Client id",
        hint: clientFrom === "parameter" ? "Its name in Power BI." : "The application's id of the service principal.",
      })}
      ${fromParameter(view, "clientFrom", "The client id is an M parameter")}
    </div>
    ${field(view, {
      path: "secretParameter",
      label: "M parameter with the secret",
      hint: "Its name. The secret itself is entered in Power BI, not here, and is text in the model.",
      placeholder: "ClientSecret",
    })}
  `;
}

/**
 * Fields that few need.
 *
 * @param {View} view
 * @param {string} summary
 * @param {readonly Field[]} fields
 */
function more(view, summary, fields) {
  const { service } = view.draft;
  const shown = fields.filter(
    (one) =>
      (one.service === undefined || service === "both" || one.service === service) &&
      (one.form === undefined || one.form === view.form),
  );
  return html`<details>
    <summary>${summary}</summary>
    <div class="stack">${shown.map((one) => field(view, one))}</div>
  </details>`;
}

import { html } from "lit";

import { serviceOf } from "./draft.js";
import { functionName, isGiven } from "./options.js";

/**
 * @import { ConnectorOptions, QueryOptions } from "pqrun/connector"
 * @import { Draft, Form } from "./draft.js"
 */

/**
 * What a person does with what was generated.
 *
 * @param {Form} form
 * @param {Draft} draft
 * @param {QueryOptions | ConnectorOptions} options What it was generated from.
 */
export function nextSteps(form, draft, options) {
  return html`<section class="steps" part="steps" aria-labelledby="steps">
    <h3 id="steps">What next</h3>
    <ol>
      ${form === "query" ? ofQuery(/** @type {QueryOptions} */ (options)) : ofConnector(draft, /** @type {ConnectorOptions} */ (options))}
    </ol>
  </section>`;
}

/** @param {QueryOptions} options */
function ofQuery(options) {
  const parameters = parametersOf(options);
  const places = placeholdersOf(options);
  return html`
    <li>
      ${
        parameters.length === 0
          ? html`In Power BI, open Transform data.`
          : html`In Power BI, under Transform data, Manage Parameters, make ${listed(parameters)}, of the type Text.`
      }
    </li>
    <li>
      New Source, Blank Query, Advanced Editor: put the query in the place of what is there.
      ${places.length === 0 ? "" : html`Replace ${listed(places)} in it.`}
    </li>
    <li>Choose Anonymous as the credential of the service's address, and skip the test of the connection.</li>
  `;
}

/**
 * @param {Draft} draft
 * @param {ConnectorOptions} options
 */
function ofConnector(draft, { service, name = "Pqrun" }) {
  const credential = {
    databricks: "a personal access token, or an account",
    fabric: "an account; a pasted token lives for about an hour",
    both: "a personal access token or an account for Databricks, an account for Fabric",
  }[service];
  return html`
    <li>
      Put <code>${name}.mez</code> into <code>Documents\\Power BI Desktop\\Custom Connectors</code>; for refresh in the Power BI service,
      also into the gateway's folder of custom connectors.
    </li>
    <li>In Power BI Desktop, under Options, Security, Data Extensions, allow any extension to load, and restart.</li>
    <li>
      Get data, ${name}, or a blank query with ${calls(draft, service, name).map((call, at) => html`${at === 0 ? "" : " or "}<code>${call}</code>`)}.
      As the credential choose ${credential}.
    </li>
  `;
}

/**
 * How the functions are called, in words.
 *
 * @param {Draft} draft
 * @param {"databricks" | "fabric" | "both"} service
 * @param {string} name
 */
function calls(draft, service, name) {
  const kind = {
    databricks: service === "both" ? `${name}Databricks` : name,
    fabric: service === "both" ? `${name}Fabric` : name,
  };
  const [job] = draft.jobs.filter((one) => isGiven(draft, one));
  if (job !== undefined) {
    const names = job.parameters.map((one) => one.name).filter((one) => one !== "");
    return [`${kind[serviceOf(draft, job)]}.${functionName(draft, job)}(${["host", ...names].join(", ")})`];
  }
  return [
    ...(service === "fabric" ? [] : [`${kind.databricks}.RunJob(host, jobId)`]),
    ...(service === "databricks" ? [] : [`${kind.fabric}.RunItem(host, workspaceId, itemId)`]),
  ];
}

/**
 * The M parameters that a query names.
 *
 * @param {QueryOptions} options
 * @returns {string[]}
 */
function parametersOf({ hostParameter, tokenParameter, servicePrincipal, job, jobs }) {
  /** @type {(string | undefined)[]} */
  const names = [
    hostParameter,
    tokenParameter,
    servicePrincipal?.tenantParameter,
    servicePrincipal?.clientIdParameter,
    servicePrincipal && (servicePrincipal.clientSecretParameter ?? "ClientSecret"),
  ];
  const find = (/** @type {unknown} */ value) => {
    if (typeof value === "object" && value !== null) {
      const name = Reflect.get(value, "$parameter");
      if (typeof name === "string") {
        names.push(name);
      } else {
        Object.values(value).forEach(find);
      }
    }
  };
  find(job);
  find(jobs);
  return [...new Set(names.filter((name) => name !== undefined))];
}

/**
 * What the generator leaves to fill in.
 *
 * @param {QueryOptions} options
 */
function placeholdersOf({ service, host, hostParameter, tokenParameter, servicePrincipal, job, jobs, jobsQuery }) {
  const isFabric = service === "fabric";
  const hasJob = [job, jobs, jobsQuery].some((given) => given !== undefined);
  const hasHost = host !== undefined || hostParameter !== undefined || isFabric;
  const hasToken = tokenParameter !== undefined || servicePrincipal !== undefined;
  return [
    ...(hasHost ? [] : ["YOUR-WORKSPACE"]),
    ...(hasToken ? [] : ["YOUR-TOKEN"]),
    ...(hasJob ? [] : isFabric ? ["YOUR-WORKSPACE-ID", "YOUR-PIPELINE-ID"] : ["YOUR-JOB-ID"]),
    ...(servicePrincipal && !servicePrincipal.tenantId && !servicePrincipal.tenantParameter ? ["YOUR-TENANT-ID"] : []),
    ...(servicePrincipal && !servicePrincipal.clientId && !servicePrincipal.clientIdParameter
      ? ["YOUR-CLIENT-ID"]
      : []),
  ];
}

/**
 * `A`, `B` and `C`.
 *
 * @param {readonly string[]} names
 */
const listed = (names) =>
  names.map((name, at) => html`${at === 0 ? "" : at === names.length - 1 ? " and " : ", "}<code>${name}</code>`);

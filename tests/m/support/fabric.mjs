/** A simulated Fabric workspace with a pipeline or another item, and queries against it. */

import { evaluateParsed, makeEngine } from "../evaluate.mjs";
import { simulatedHost } from "../hosts/simulated.mjs";
import { START, parsedOnce } from "./evaluations.mjs";
import { evaluateInterleaved } from "./interleaved.mjs";
import { HOST, TOKEN, fabricDocuments, options } from "./given-fabric.mjs";

/**
 * @import { Evaluation } from "../evaluate.mjs"
 * @import { EngineOptions, Mode } from "../engine.mjs"
 * @import { Choose } from "./interleaved.mjs"
 * @import { Changes, Form } from "./given-fabric.mjs"
 */

export { MODES, START, errorOf, valueOf } from "./evaluations.mjs";
export { byChance, inTurn } from "./interleaved.mjs";

export const FORMS = /** @type {Form[]} */ (["query", "connector"]);

export const WORKSPACE = "1f0c4b7e-52aa-4c0d-9b7e-0d6f3a1e8c21";
export const ITEM = "7a93e1d4-0f5b-4e0a-8d3c-64b2f9c7a510";
export const OTHER_ITEM = "c2d81b90-3e6f-4d77-a1f4-95e08b6c3d02";

export const ROWS = [
  { id: 1, name: "a" },
  { id: 2, name: null },
];
export const LOOKUP = { name: "Read", type: "Lookup", rows: ROWS };
/** A run of a minute that gives {@link ROWS}. */
export const GOOD = { durationSeconds: 60, activities: [LOOKUP] };
export const BAD = {
  durationSeconds: 5,
  end: { status: "Failed", errorCode: "JobInstanceStatusFailed", message: "it broke" },
  activities: [
    {
      name: "Load",
      type: "Copy",
      durationSeconds: 4,
      status: "Failed",
      error: { errorCode: "2200", message: "no such file" },
    },
  ],
};

/**
 * A workspace with one pipeline, or with these items.
 *
 * @param {object | object[]} items Members of an item's scenario.
 * @param {{ switches?: object, faults?: object[], now?: number, tokens?: object[], entra?: object }} [more]
 */
export function fabric(items, { switches = {}, faults = [], now = START, tokens, entra } = {}) {
  const all = (Array.isArray(items) ? items : [items]).map((item) => ({
    id: ITEM,
    workspaceId: WORKSPACE,
    kind: "DataPipeline",
    name: "orders",
    runs: [GOOD],
    ...item,
  }));
  const scenario = {
    seed: 7,
    tokens: tokens ?? [{ value: TOKEN, service: "fabric" }],
    entra: entra ?? {},
    fabric: { workspaces: [{ id: WORKSPACE, name: "Sales" }], items: all, switches },
    faults,
  };
  return simulatedHost({ scenario: JSON.stringify(scenario), now });
}

/** @typedef {ReturnType<typeof fabric>} Fabric */

/**
 * What an engine of a form is told.
 *
 * @param {Form} form
 * @returns {Partial<EngineOptions>}
 */
function engineOf(form) {
  if (form === "query") return {};
  return { extension: true, credential: { AuthenticationKind: "Key", Key: TOKEN } };
}

/**
 * Evaluates M that sees the library.
 *
 * @param {Fabric} host
 * @param {string} expression
 * @param {{ form?: Form, given?: Record<string, string> } & Partial<EngineOptions>} [more]
 * @returns {Promise<Evaluation>}
 */
export async function query(host, expression, { form = "connector", given = {}, ...engine } = {}) {
  const documents = await parsedOnce(`${form} ${JSON.stringify(given)}`, () => fabricDocuments(form, given));
  const own = await parsedOnce(expression, () => [expression]);
  return evaluateParsed(makeEngine({ host, ...engineOf(form), ...engine }), [...documents, ...own]);
}

/**
 * Several evaluations, interleaved at every request.
 *
 * @param {Fabric} host
 * @param {string} expression
 * @param {{ form?: Form, times?: number, mode: Mode, choose: Choose }} how
 */
export function together(host, expression, { form = "connector", times = 6, mode, choose }) {
  const documents = fabricDocuments(form);
  return evaluateInterleaved(host, { documents, expression, times, mode, choose, engine: engineOf(form) });
}

/**
 * An item job as M.
 *
 * @param {string} [more] More fields.
 */
export function item(more = "") {
  return `[WorkspaceId = "${WORKSPACE}", ItemId = "${ITEM}"${more === "" ? "" : `, ${more}`}]`;
}

/**
 * `RunItem` as M.
 *
 * @param {Changes} [changes]
 * @param {string} [job]
 */
export function runItem(changes = {}, job = item()) {
  return `RunItem(${job}, ${options(changes)})`;
}

/**
 * The runs that the service has really made of an item.
 *
 * @param {Fabric} host
 * @param {string} [itemId]
 * @returns {any[]}
 */
export function runsMade(host, itemId = ITEM) {
  return host.state().fabric.instances.filter((/** @type {any} */ run) => run.itemId === itemId && run.parent === null);
}

/**
 * A request that somebody else sends.
 *
 * @param {Fabric} host
 * @param {string} method
 * @param {string} path Below the item.
 * @param {object} [body]
 */
export function sentByOthers(host, method, path, body) {
  return host.request({
    method,
    url: `${HOST}/v1/workspaces/${WORKSPACE}/items/${ITEM}/${path}`,
    headers: [
      ["Authorization", `Bearer ${TOKEN}`],
      ["Content-Type", "application/json"],
    ],
    body: new TextEncoder().encode(body === undefined ? "" : JSON.stringify(body)),
    timeoutMs: 60_000,
  });
}

/**
 * Starts a run, as somebody else. Gives its id.
 *
 * @param {Fabric} host
 * @param {object} [body]
 * @returns {string}
 */
export function startedBefore(host, body) {
  const { headers } = sentByOthers(host, "POST", "jobs/Pipeline/instances", body);
  return headers.find(([name]) => name === "x-ms-job-id")?.[1] ?? "";
}

/** The requests that a start is. @param {{ requests: any[] }} evaluation */
export function starts({ requests }) {
  return requests.filter(({ method, path }) => method === "POST" && path.endsWith("/instances"));
}

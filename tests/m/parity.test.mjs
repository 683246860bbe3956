// The same scenario through the package's poller and through generated M: the same requests, the same rows, the same types.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { generateConnector, generateQuery } from "../../pkg/connector.node.js";
import { Poller, Table } from "../../pkg/node.js";
import { evaluate, toJson } from "./evaluate.mjs";
import { simulatedHost } from "./hosts/simulated.mjs";
import { columnTypes } from "./json.mjs";
import { MTable } from "./value.mjs";

/**
 * @import { Host } from "./host.mjs"
 * @import { Evaluation } from "./evaluate.mjs"
 */

const SCENARIO = readFileSync(new URL("../scenarios/ends.json", import.meta.url), "utf8");
/** 2026-03-01T10:00:00Z */
const NOW = Date.UTC(2026, 2, 1, 10);

const DATABRICKS = "https://adb-1111222233334444.5.azuredatabricks.net";
const FABRIC = "https://api.fabric.microsoft.com";
const TOKENS = { databricks: "dapi-test-0123456789", fabric: "fabric-test-0123456789" };
const WORKSPACE = "11111111-1111-4111-8111-111111111111";

/** Rust's column types as Power Query's. */
const TYPES = /** @type {Record<string, string>} */ ({
  bool: "nullable logical",
  int64: "nullable Int64.Type",
  float64: "nullable number",
  timestamp: "nullable datetimezone",
  utf8: "nullable text",
  json: "nullable text",
});

/** @typedef {{ method: string, target: string, body: string }} Seen */

/**
 * A request, so that order of members and escapes in it do not count.
 *
 * @param {string} method
 * @param {string} url
 * @param {string} body
 * @returns {Seen}
 */
function seen(method, url, body) {
  const { pathname, searchParams } = new URL(url);
  searchParams.sort();
  return { method, target: `${pathname}?${searchParams}`, body: body === "" ? "" : JSON.stringify(sorted(body)) };
}

/** @param {string} json */
function sorted(json) {
  return JSON.parse(json, (_, value) =>
    value !== null && typeof value === "object" && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value,
  );
}

/**
 * By phase, each request once: what was asked before the start, the start, what came after it.
 *
 * @param {Seen[]} requests
 */
function phases(requests) {
  const isStart = (/** @type {Seen} */ { method, target }) =>
    method === "POST" && /\/run-now\?|\/instances\?/.test(target);
  const first = requests.findIndex(isStart);
  const before = first < 0 ? requests : requests.slice(0, first);
  const after = first < 0 ? [] : requests.slice(first).filter((request) => !isStart(request));
  const set = (/** @type {Seen[]} */ some) =>
    [...new Set(some.map(({ method, target, body }) => `${method} ${target} ${body}`))].sort();
  return { look: set(before), start: set(requests.filter(isStart)), then: set(after) };
}

/**
 * The run through the poller, on the host's clock.
 *
 * @param {Host} host
 * @param {object} job
 * @param {"databricks" | "fabric"} service
 */
function byPoller(host, job, service) {
  /** @type {Seen[]} */
  const requests = [];
  const poller = Poller.start(/** @type {any} */ ({ service, ...job }), { reuse: {} }, host.now());
  for (;;) {
    const output = poller.pollOutput();
    if (output.kind === "done") return { result: output.result, requests };
    if (output.kind === "transmit") {
      const { id, method, url, headers, body = "", timeout } = output.request;
      requests.push(seen(method, url, body));
      const all = /** @type {[string, string][]} */ ([...headers, ["Authorization", `Bearer ${TOKENS[service]}`]]);
      try {
        const answer = host.request({
          method,
          url,
          headers: all,
          body: new TextEncoder().encode(body),
          timeoutMs: timeout,
        });
        poller.handleResponse(host.now(), id, answer.status, answer.headers, answer.body);
      } catch (error) {
        poller.handleTransportFailed(host.now(), id, String(error), true);
      }
    } else if (output.kind === "timeout") {
      host.sleep(Math.max(output.deadline.at - host.now(), 0));
      poller.handleTimeout(host.now());
    }
  }
}

/** @param {Evaluation} evaluation */
function requestsOf({ requests }) {
  return requests.map(({ method, url, body }) => seen(method, url, body));
}

/**
 * @param {string} host
 * @param {object} job
 * @param {"databricks" | "fabric"} service
 * @param {Host} network
 */
function byQuery(host, job, service, network) {
  const query = generateQuery({ service, host, tokenParameter: "My Token", job: { ...job } });
  const parameters = (/** @type {string} */ name) => (name === "My Token" ? TOKENS[service] : undefined);
  return evaluate({ documents: [query], host: network, parameters });
}

/**
 * @param {string} call
 * @param {"databricks" | "fabric"} service
 * @param {Host} network
 */
function byConnector(call, service, network) {
  const files = generateConnector({ service, name: "Pqrun" });
  const [document] = files.filter(({ path }) => path === "Pqrun.pq");
  return evaluate({
    documents: [new TextDecoder().decode(document.content)],
    expression: call,
    host: network,
    extension: true,
    credential: { AuthenticationKind: "Key", Key: TOKENS[service] },
  });
}

function host() {
  return simulatedHost({ scenario: SCENARIO, now: NOW });
}

/**
 * The rows and column types that the package reads from the only table among the outputs.
 *
 * @param {any} result
 */
function tableOf(result) {
  const tables = result.outputs.flatMap((/** @type {any} */ output) => {
    if (output.kind === "notebookResult") return [Table.read(output.text)];
    if (output.kind === "rows" || output.kind === "returnValue") {
      const bytes = JSON.stringify(output.kind === "rows" ? output.data : [output.data]);
      return [Table.read(bytes, { format: "json" })];
    }
    return [];
  });
  assert.equal(tables.length, 1);
  return {
    rows: tables[0].toArray(),
    types: tables[0].columns.map((/** @type {any} */ { name, type }) => [name, TYPES[type]]),
  };
}

/** @param {Evaluation} evaluation */
function tableOfM({ value, error }) {
  if (error) throw error;
  assert.ok(value instanceof MTable);
  return { rows: toJson(value), types: Object.entries(columnTypes(value)) };
}

/** How the jobs of the scenario end. */
const JOBS = {
  101: "succeeded",
  102: "failed",
  103: "cancelled",
  104: "skipped",
  106: "succeeded",
  107: "succeeded",
  108: "rejected",
  109: "succeeded",
  110: "succeeded",
  111: "failed",
};

for (const [jobId, outcome] of Object.entries(JOBS)) {
  test(`Databricks job ${jobId}, ${outcome}: M sends what the poller sends`, async () => {
    const { requests, result } = byPoller(host(), { host: DATABRICKS, jobId }, "databricks");
    assert.equal(result.outcome, outcome);
    const forms = {
      query: await byQuery(DATABRICKS, { jobId }, "databricks", host()),
      connector: await byConnector(`Pqrun.RunJob("${DATABRICKS}", "${jobId}")`, "databricks", host()),
    };
    for (const [form, evaluation] of Object.entries(forms)) {
      assert.deepEqual(phases(requestsOf(evaluation)), phases(requests), form);
      if (jobId === "101") assert.deepEqual(tableOfM(evaluation), tableOf(result), form);
    }
  });
}

const ITEMS = /** @type {Record<string, { number: number, outcome: string, jobType?: string }>} */ ({
  "a pipeline": { number: 1, outcome: "succeeded" },
  "a pipeline that fails": { number: 2, outcome: "failed" },
  "a pipeline that is cancelled": { number: 3, outcome: "cancelled" },
  "a table's maintenance that is deduped": { number: 4, outcome: "skipped", jobType: "TableMaintenance" },
  "a pipeline that may not be run": { number: 6, outcome: "rejected" },
  "a notebook": { number: 7, outcome: "succeeded", jobType: "RunNotebook" },
});

for (const [what, { number, outcome, jobType = "Pipeline" }] of Object.entries(ITEMS)) {
  const itemId = `aaaaaaaa-0000-4000-8000-00000000000${number}`;
  const job = { workspaceId: WORKSPACE, itemId, jobType };

  test(`Fabric, ${what}: the extension sends what the poller sends`, async () => {
    const { requests, result } = byPoller(host(), { host: FABRIC, ...job }, "fabric");
    assert.equal(result.outcome, outcome);
    const call = `Pqrun.RunItem("${FABRIC}", "${WORKSPACE}", "${itemId}", [JobType = "${jobType}"])`;
    const evaluation = await byConnector(call, "fabric", host());
    assert.deepEqual(phases(requestsOf(evaluation)), phases(requests));
    if (jobType === "RunNotebook") assert.deepEqual(tableOfM(evaluation), tableOf(result));
  });

  test(`Fabric, ${what}: the plain query reads the rows that the poller reads`, async () => {
    const { result } = byPoller(host(), { host: FABRIC, ...job }, "fabric");
    const evaluation = await byQuery(FABRIC, job, "fabric", host());
    assert.equal(evaluation.error === undefined, outcome === "succeeded", evaluation.error?.message);
    if (jobType === "RunNotebook") assert.deepEqual(tableOfM(evaluation), tableOf(result));
  });
}

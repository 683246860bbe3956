/** A service that answers from a list of what it holds, for what the simulator never says. */

/**
 * @import { Host, HostRequest } from "../host.mjs"
 */

/** 2026-03-01T10:00:00Z */
export const NOW = Date.UTC(2026, 2, 1, 10);

/**
 * An answer: a value as JSON, or a status and a text.
 *
 * @typedef {object | { status: number, body: string }} Answer
 */

/**
 * A host on a virtual clock.
 *
 * @param {(endpoint: string, query: URLSearchParams, body: string) => Answer} answer `endpoint` as in `jobs/runs/get`.
 * @returns {Host & { asked: string[] }} `asked`: each request as endpoint and query.
 */
export function cannedHost(answer) {
  let clock = NOW;
  /** @type {string[]} */
  const asked = [];
  return {
    asked,
    request({ url, body }) {
      const { pathname, search, searchParams } = new URL(url);
      const endpoint = pathname.replace(/^\/api\/2\.\d\//, "");
      asked.push(`${endpoint}${search}`);
      const given = answer(endpoint, searchParams, new TextDecoder().decode(body));
      const { status, text } =
        "status" in given && typeof given.status === "number" && "body" in given
          ? { status: given.status, text: String(given.body) }
          : { status: 200, text: JSON.stringify(given) };
      return { status, headers: [["Date", new Date(clock).toUTCString()]], body: new TextEncoder().encode(text) };
    },
    sleep(milliseconds) {
      clock += milliseconds;
    },
    now: () => clock,
    random: () => 0.5,
  };
}

/**
 * A run as the service shows it.
 *
 * @param {number} runId
 * @param {object} [members]
 */
export function run(runId, members = {}) {
  return {
    run_id: runId,
    job_id: 7,
    trigger: "ONE_TIME",
    run_page_url: `https://example.test/run/${runId}`,
    start_time: NOW - 100_000,
    end_time: NOW - 60_000,
    status: { state: "TERMINATED", termination_details: { code: "SUCCESS", type: "SUCCESS", message: "" } },
    job_parameters: [],
    tasks: [],
    ...members,
  };
}

/** A run that is under way. */
export const ACTIVE = { end_time: 0, status: { state: "RUNNING" } };

/**
 * A workspace that holds runs. A run that is started has ended at once.
 *
 * @param {object} holds
 * @param {any[]} [holds.active]
 * @param {any[]} [holds.ended]
 * @param {any[]} [holds.whole] What `runs/get` tells in the place of the rows.
 * @param {number} [holds.pageSize]
 */
export function cannedWorkspace({ active = [], ended = [], whole = [], pageSize = 24 }) {
  /** @type {any[]} */
  const started = [];
  const host = cannedHost((endpoint, query, body) => {
    const page = (/** @type {any[]} */ rows) => {
      const from = Number(query.get("page_token") ?? 0);
      const more = from + pageSize < rows.length ? { next_page_token: String(from + pageSize) } : {};
      return { runs: rows.slice(from, from + pageSize), ...more };
    };
    if (endpoint === "jobs/run-now") {
      started.push({ ...run(1000 + started.length), start_time: NOW + 1000, body: JSON.parse(body) });
      return { run_id: started.at(-1).run_id };
    }
    if (endpoint === "jobs/runs/list") return page(query.has("active_only") ? active : ended);
    if (endpoint === "jobs/runs/get-output") return { notebook_output: { result: `from ${query.get("run_id")}` } };
    const id = Number(query.get("run_id"));
    const found = [...started, ...whole, ...active, ...ended].find(({ run_id: known }) => known === id);
    if (found === undefined || found.gone) {
      return { status: 400, body: `{"error_code":"INVALID_PARAMETER_VALUE","message":"Run ${id} does not exist."}` };
    }
    // Whoever is asked for by its id has ended by now.
    return { ...run(id), ...found, ...(found.stays ? {} : { status: run(id).status, end_time: NOW - 1000 }) };
  });
  return Object.assign(host, { started });
}

// What ends a generated document's evaluation: its limits, refusals, faults, and outputs that were cut off.

import assert from "node:assert/strict";
import test from "node:test";

import { extension } from "./support/extension.mjs";
import * as fabrics from "./support/fabric.mjs";
import * as databricks from "./support/given-databricks.mjs";
import * as fabricGiven from "./support/given-fabric.mjs";
import { callOf, evaluateOnce, queryOf } from "./support/refresh.mjs";
import { ROWS, ROWS_READ, START, runsOf, workspace } from "./support/workspace.mjs";

/**
 * @import { Mode } from "./engine.mjs"
 * @import { Generated, Service } from "./support/refresh.mjs"
 */

const SOME_MODES = /** @type {Mode[]} */ (["shared", "pessimistic"]);

const { ITEM, LOOKUP, WORKSPACE } = fabrics;

const databricksExtension = extension({ service: "databricks" });
const fabricExtension = extension({ service: "fabric" });

/**
 * A service as these tests see it.
 *
 * @typedef {object} Kind
 * @property {string} name
 * @property {(limits: { maxPolls?: number, maxMinutes?: number }) => Record<string, Generated>} forms
 * @property {(seconds: number, more?: { faults?: object[], isCut?: boolean }) => Service} make
 * @property {() => Service} makeOther Without the job that is asked for.
 * @property {(host: Service) => string[]} runs Their ids.
 * @property {any[]} rows
 * @property {Record<string, string>} endpoints
 * @property {string} missing The code where the run's service knows no such job.
 */

/** @param {{ maxPolls?: number, maxMinutes?: number }} limits */
function optionsOf({ maxPolls, maxMinutes }) {
  const fields = [
    ...(maxPolls === undefined ? [] : [`MaxPolls = ${maxPolls}`]),
    ...(maxMinutes === undefined ? [] : [`MaxMinutes = ${maxMinutes}`]),
  ];
  return `[${fields.join(", ")}]`;
}

/** @type {Kind[]} */
const KINDS = [
  {
    name: "Databricks",
    forms: (limits) => ({
      query: queryOf({ service: "databricks", host: databricks.HOST, job: { jobId: "7" }, ...limits }, databricks.TOKEN),
      connector: callOf(
        databricksExtension,
        `Pqrun.RunJob("${databricks.HOST}", "7", ${optionsOf(limits)})`,
        databricks.TOKEN,
      ),
    }),
    make: (seconds, { faults = [], isCut = false } = {}) => {
      const cut = { rows: 200, columns: { id: { type: "sequence" } }, truncateAt: 500 };
      const tasks = [{ key: "load", run: { seconds, output: isCut ? cut : { result: ROWS } } }];
      return workspace({ tasks }, { faults });
    },
    makeOther: () => workspace({ id: 8 }),
    runs: (host) => runsOf(/** @type {any} */ (host)).map(({ runId }) => runId),
    rows: ROWS_READ,
    endpoints: { look: "jobs/runs/list", start: "jobs/run-now", poll: "jobs/runs/get", output: "jobs/runs/get-output" },
    missing: "jobNotFound",
  },
  {
    name: "Fabric",
    forms: (limits) => ({
      query: queryOf({ service: "fabric", job: { workspaceId: WORKSPACE, itemId: ITEM }, ...limits }, fabricGiven.TOKEN),
      connector: callOf(
        fabricExtension,
        `Pqrun.RunItem("${fabricGiven.HOST}", "${WORKSPACE}", "${ITEM}", ${optionsOf(limits)})`,
        fabricGiven.TOKEN,
      ),
    }),
    make: (seconds, { faults = [], isCut = false } = {}) => {
      const runs = [{ durationSeconds: seconds, activities: [{ ...LOOKUP, oversize: isCut }] }];
      return fabrics.fabric({ runs }, { faults });
    },
    makeOther: () => fabrics.fabric({ id: fabrics.OTHER_ITEM }),
    runs: (host) => fabrics.runsMade(host).map(({ id }) => id),
    rows: fabrics.ROWS,
    endpoints: {
      look: "jobs/instances/list",
      start: "jobs/instances/run",
      poll: "jobs/instances/get",
      output: "pipelineruns/queryactivityruns",
    },
    missing: "notFound",
  },
];

for (const { name, forms, make, makeOther, runs, rows, endpoints, missing } of KINDS) {
  const unlimited = forms({});
  const ofPolls = forms({ maxPolls: 3 });
  const ofTime = forms({ maxMinutes: 10 });

  for (const mode of SOME_MODES) {
    for (const form of ["query", "connector"]) {
      const title = `${name}, ${form}, ${mode}`;
      /** @type {(host: Service, generated?: Generated) => Promise<import("./support/refresh.mjs").End>} */
      const evaluate = (host, generated = unlimited[form]) => evaluateOnce(host, generated, { mode });

      for (const [limit, limited] of Object.entries({ "attempt limit": ofPolls, "elapsed-time limit": ofTime })) {
        test(`${title}: the ${limit} ends in an error with the run's id and page`, async () => {
          const host = make(3600);
          const { error } = await evaluate(host, limited[form]);
          const [id] = runs(host);
          assert.equal(error?.Detail.Code, "deadlinePassed");
          assert.equal(error.Detail.RunId, id);
          assert.ok(error.Message.includes(id) && error.Message.includes(error.Detail.RunPageUrl), error.Message);
          assert.equal(runs(host).length, 1);
          if (limited === ofTime) assert.equal(host.now() - START, 600_000);
          else assert.ok(host.now() - START < 600_000);
        });
      }

      test(`${title}: a refused token (401) ends at once, and starts nothing`, async () => {
        const host = make(20, { faults: [{ endpoint: endpoints.look, kind: { status: { code: 401 } } }] });
        const { error, requests } = await evaluate(host);
        if (form === "query") assert.equal(error?.Detail.Code, "unauthenticated", error?.Message);
        else assert.equal(error?.Reason, "Credential.AccessDenied");
        // Body and metadata may each be a request.
        assert.ok(requests.length <= (mode === "shared" ? 1 : 2));
        assert.deepEqual(runs(host), []);
      });

      test(`${title}: a start that is refused with 401 is not made later, nor looked for`, async () => {
        const host = make(20, { faults: [{ endpoint: endpoints.start, kind: { status: { code: 401 } } }] });
        const { error, requests } = await evaluate(host);
        if (form === "query") assert.equal(error?.Detail.Code, "unauthenticated", error?.Message);
        else assert.equal(error?.Reason, "Credential.AccessDenied");
        assert.equal(requests[requests.length - 1].method, "POST");
        assert.deepEqual(runs(host), []);
      });

      test(`${title}: a job that does not exist (404) is told, and nothing is started`, async () => {
        const host = makeOther();
        const { error } = await evaluate(host);
        assert.equal(error?.Detail.Code, missing);
        assert.deepEqual(runs(host), []);
      });

      for (const [phase, endpoint] of Object.entries(endpoints)) {
        for (const [fault, kind] of Object.entries({
          "429": { throttle: { seconds: 3 } },
          "500": { status: { code: 500 } },
          "503": { status: { code: 503 } },
        })) {
          // A start that the service did not take, and did not say so, is not sent again on Fabric without its id.
          if (name === "Fabric" && phase === "start" && fault !== "429") continue;
          test(`${title}: ${fault} at the ${phase} passes, and one run is made`, async () => {
            const host = make(20, { faults: [{ endpoint, nth: 1, times: 2, kind }] });
            const { value, error } = await evaluate(host);
            assert.deepEqual(error ?? value, rows);
            assert.equal(runs(host).length, 1);
          });
        }
      }

      test(`${title}: a service that fails for good is told, at the look before anything is started`, async () => {
        const host = make(20, { faults: [{ endpoint: endpoints.look, kind: { status: { code: 500 } } }] });
        const { error } = await evaluate(host);
        assert.equal(error?.Detail.Code, "serverError");
        assert.deepEqual(runs(host), []);
      });

      test(`${title}: a start that is throttled for good is told, and was never taken`, async () => {
        const host = make(20, { faults: [{ endpoint: endpoints.start, kind: { throttle: { seconds: 2 } } }] });
        const { error } = await evaluate(host);
        assert.equal(error?.Detail.Code, "throttled");
        assert.deepEqual(runs(host), []);
      });

      test(`${title}: a run whose polls fail for good is lost from sight, with its id`, async () => {
        const faults = [{ endpoint: endpoints.poll, nth: name === "Fabric" ? 1 : 5, times: 10_000, kind: { status: { code: 500 } } }];
        const host = make(36_000, { faults });
        const { error } = await evaluate(host);
        assert.equal(error?.Detail.Code, "lostSight");
        assert.equal(error.Detail.RunId, runs(host)[0]);
        assert.equal(runs(host).length, 1);
      });

      test(`${title}: an output that was cut off is an error, not half of the rows`, async () => {
        const { error } = await evaluate(make(20, { isCut: true }));
        assert.equal(error?.Detail.Code, "outputTruncated", error?.Message);
      });
    }
  }
}

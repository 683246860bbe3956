/** The exit code of each way to end, for both services, with what a person and a script then see. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

import {
  DATABRICKS_TOKEN,
  FABRIC_TOKEN,
  ITEM,
  WORKSPACE,
  databricks,
  fabric,
  folder,
  pqrun,
  simulate,
} from "./support.mjs";

/**
 * No end but the good one leaves a person without the run's id, its page, and the next step.
 *
 * @param {string} stderr
 */
function assertSaysHowToGoOn(stderr) {
  assert.match(stderr, /^ {2}run {5}\S+ {2}https?:\/\/\S+$/mu);
  assert.match(stderr, /^ {2}look {4}pqrun status (databricks|fabric) .*--(run-id|instance) \S+$/mu);
}

/** @param {string} stderr */
function assertStillGoesOn(stderr) {
  assertSaysHowToGoOn(stderr);
  assert.match(stderr, /^ {2}go on {3}pqrun resume \S+\.json$/mu);
  assert.match(stderr, /^ {2}stop {4}pqrun cancel (databricks|fabric) /mu);
}

const ENDS = [
  ["good", "good", 0],
  ["failing", "failing", 3],
  ["stopped", "stopped", 4],
  ["full", "skipped", 5],
];

for (const [job, item, code] of ENDS) {
  test(`a run that ends as "${job}" ends the command with ${code}`, async (t) => {
    const server = await simulate(t);
    const state = folder(t);
    const [ofDatabricks, ofFabric] = await Promise.all([
      pqrun(t, databricks(server, job), { state }),
      pqrun(t, fabric(server, item), { state }),
    ]);
    for (const { code: found, stdout, stderr } of [ofDatabricks, ofFabric]) {
      assert.equal(found, code, stderr);
      if (code === 0) {
        assert.notEqual(stdout, "");
      } else {
        assert.equal(stdout, "");
        assertSaysHowToGoOn(stderr);
      }
    }
    assert.deepEqual(readdirSync(path.join(state, "pqrun")), [], "there is nothing to go on with");
  });
}

test("the service's own time-out is a failure", async (t) => {
  const server = await simulate(t);
  const { code, stderr } = await pqrun(t, databricks(server, "timed out"));
  assert.equal(code, 3, stderr);
});

test("a failed task's message and trace are shown", async (t) => {
  const server = await simulate(t);
  const { stderr } = await pqrun(t, databricks(server, "failing"));
  assert.match(stderr, /second: ValueError: no column qty/u);
  assert.match(stderr, /Traceback:\n +line 18\n/u);
});

test("our own deadline ends the command with 6 and leaves the run going", async (t) => {
  const server = await simulate(t);
  for (const args of [databricks(server, "long", "--timeout", "2s"), fabric(server, "long", "--timeout", "2s")]) {
    const { code, stderr } = await pqrun(t, args);
    assert.equal(code, 6, stderr);
    assertStillGoesOn(stderr);
  }
  assert.equal(server.truth().databricks.runs[0].ended, null);
  assert.equal(server.truth().fabric.instances.at(-1).ended, false);
});

test("with --on-timeout cancel the deadline stops the run", async (t) => {
  const server = await simulate(t);
  const { code, stderr } = await pqrun(t, databricks(server, "long", "--timeout", "2s", "--on-timeout", "cancel"));
  assert.equal(code, 6, stderr);
  assert.equal(server.truth().databricks.runs[0].outcome, "CANCELED");
});

test("a run that succeeded in part is a success with a warning, and with --strict a failure", async (t) => {
  const server = await simulate(t);
  const [loose, strict] = await Promise.all([
    pqrun(t, databricks(server, "partly", "--quiet")),
    pqrun(t, databricks(server, "partly", "--strict", "--quiet")),
  ]);
  assert.equal(loose.code, 0);
  assert.match(loose.stderr, /^warning: /mu);
  assert.equal(strict.code, 3);
  assertSaysHowToGoOn(strict.stderr);
});

test("what the service refuses ends with 7, and nothing was started", async (t) => {
  const server = await simulate(t);
  const cases = {
    "not found": databricks(server, "no such job"),
    ambiguous: databricks(server, "twin"),
    forbidden: databricks(server, "forbidden"),
    "forbidden item": fabric(server, "forbidden"),
    "no such item": ["run", "fabric", "--host", server.url, "--workspace", WORKSPACE, "--item", WORKSPACE],
  };
  for (const [name, args] of Object.entries(cases)) {
    const { code, stdout, stderr } = await pqrun(t, args);
    assert.equal(code, 7, `${name}: ${stderr}`);
    assert.equal(stdout, "");
    assert.match(stderr, /was not started/u, name);
  }
  assert.deepEqual(server.truth().databricks.runs, []);
});

test("a token that the service refuses ends with 7 and is not shown", async (t) => {
  const server = await simulate(t);
  const env = { DATABRICKS_TOKEN: "dapi-of-someone-else", FABRIC_TOKEN: "fabric-of-someone-else" };
  for (const args of [databricks(server, "good"), fabric(server, "good")]) {
    const { code, stdout, stderr } = await pqrun(t, args, { env });
    assert.equal(code, 7, stderr);
    assert.doesNotMatch(stdout + stderr, /of-someone-else/u);
  }
});

test("a missing token ends with 7 before anything is sent", async (t) => {
  const server = await simulate(t);
  const env = { DATABRICKS_TOKEN: undefined, FABRIC_TOKEN: " " };
  for (const [args, variable] of /** @type {const} */ ([
    [databricks(server, "good"), "DATABRICKS_TOKEN"],
    [fabric(server, "good"), "FABRIC_TOKEN"],
  ])) {
    const { code, stderr } = await pqrun(t, args, { env });
    assert.equal(code, 7);
    assert.match(stderr, new RegExp(variable, "u"));
  }
  assert.deepEqual(server.truth().requests, []);
});

test("a token that no header can hold is refused without being shown", async (t) => {
  const server = await simulate(t);
  const { code, stdout, stderr } = await pqrun(t, databricks(server, "good"), {
    env: { DATABRICKS_TOKEN: "secret\nvalue" },
  });
  assert.equal(code, 7);
  assert.doesNotMatch(stdout + stderr, /secret|value/u);
});

test("losing sight of a run ends with 8", async (t) => {
  const server = await simulate(t, {
    change: (it) => (it.faults = [{ endpoint: "jobs/runs/get", kind: { status: { code: 503 } } }]),
  });
  const { code, stderr } = await pqrun(t, databricks(server, "good", "--retry-budget", "1s"));
  assert.equal(code, 8, stderr);
  assert.match(stderr, /pqrun resume /u);
});

test("a start that may or may not have happened ends with 8", async (t) => {
  const server = await simulate(t, {
    change: (it) => {
      it.fabric.switches.requestIdHeader = false;
      it.faults = [{ endpoint: "jobs/instances/run", when: "before", kind: "drop" }];
    },
  });
  const { code, stderr } = await pqrun(t, fabric(server, "good", "--timeout", "5s"));
  assert.ok(code === 8 || code === 6, `${code}: ${stderr}`);
  assert.match(stderr, /pqrun resume /u);
  assert.match(stderr, new RegExp(`pqrun list fabric .*--item ${ITEM.good}`, "u"));
});

test("an output that was cut ends with 9, and can be read again", async (t) => {
  const server = await simulate(t);
  const { code, stdout, stderr } = await pqrun(t, databricks(server, "cut", "--format", "json"));
  assert.equal(code, 9, stderr);
  assert.equal(stdout, "null\n");
  assert.match(stderr, /the service cut the output.*--follow-path/u);
  assert.match(stderr, /pqrun resume /u);
});

test("a file is left as it is if there is nothing to put into it", async (t) => {
  const server = await simulate(t);
  const out = path.join(folder(t), "rows.csv");
  writeFileSync(out, "rows of yesterday");
  const { code } = await pqrun(t, databricks(server, "cut", "--out", out));
  assert.equal(code, 9);
  assert.equal(readFileSync(out, "utf8"), "rows of yesterday");
});

test("an output that can't be fetched ends with 9; the run still counts as succeeded", async (t) => {
  const server = await simulate(t, {
    change: (it) => (it.faults = [{ endpoint: "jobs/runs/get-output", kind: { status: { code: 403 } } }]),
  });
  const { code, stderr } = await pqrun(t, databricks(server, "good"));
  assert.equal(code, 9, stderr);
  assert.match(stderr, /the run succeeded/u);
});

test("a path that leads nowhere ends with 9", async (t) => {
  const server = await simulate(t);
  const { code, stderr } = await pqrun(t, databricks(server, "good", "--output-path", "$.rows"));
  assert.equal(code, 9, stderr);
});

test("no end shows a token", async (t) => {
  const server = await simulate(t);
  for (const job of ["good", "failing", "forbidden"]) {
    for (const more of [[], ["--json"]]) {
      const { stdout, stderr } = await pqrun(t, databricks(server, job, ...more), { env: { PQRUN_DEBUG: "1" } });
      assert.ok(!`${stdout}${stderr}`.includes(DATABRICKS_TOKEN));
    }
  }
  const { stdout, stderr } = await pqrun(t, fabric(server, "failing", "--json"), { env: { PQRUN_DEBUG: "1" } });
  assert.ok(!`${stdout}${stderr}`.includes(FABRIC_TOKEN));
});

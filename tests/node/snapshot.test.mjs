/** The snapshot file, and going on after a process died at the worst moment. */

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

import {
  DATABRICKS_TOKEN,
  FABRIC_TOKEN,
  ITEM,
  databricks,
  databricksRuns,
  environment,
  fabric,
  fabricRuns,
  folder,
  pqrun,
  simulate,
  startCommand,
  until,
} from "./support.mjs";

const POSIX = process.platform !== "win32";

test("the file is private, whole at any moment, and free of secrets", async (t) => {
  const server = await simulate(t);
  const place = folder(t);
  const file = path.join(place, "run.json");
  const secrets = ["--param", "day=1", "--secret-param", "secret"];
  const env = environment(place, { PQRUN_SECRET_SECRET: "hush-hush" });
  const { ended } = startCommand(databricks(server, "good", "--snapshot", file, ...secrets), { env });
  let seen = 0;
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      if (existsSync(file)) {
        const text = readFileSync(file, "utf8");
        assert.equal(JSON.parse(text).job.service, "databricks");
        assert.doesNotMatch(text, /hush-hush/u);
        assert.ok(!text.includes(DATABRICKS_TOKEN));
        if (POSIX) {
          assert.equal(statSync(file).mode & 0o777, 0o600);
        }
        seen += 1;
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  const { code, stdout, stderr } = await ended;
  isOver = true;
  await watching;
  assert.equal(code, 0, stderr);
  assert.ok(seen > 0);
  assert.doesNotMatch(stdout + stderr, /hush-hush/u);
  assert.deepEqual(
    readdirSync(place).filter((name) => name.includes("tmp")),
    [],
  );
  assert.equal(server.truth().databricks.runs.length, 1);
});

test("without --snapshot the file is in a private directory, and goes with a run that has ended", async (t) => {
  const server = await simulate(t);
  const state = folder(t);
  const kept = path.join(state, "pqrun");
  const command = startCommand(databricks(server, "good"), { env: environment(state) });
  await until("the file", () => existsSync(kept) && readdirSync(kept).some((name) => name.endsWith(".json")));
  if (POSIX) {
    assert.equal(statSync(kept).mode & 0o777, 0o700);
  }
  assert.equal((await command.ended).code, 0);
  assert.deepEqual(readdirSync(kept), []);
});

test("where there is no place for it, the command says so and runs", { skip: !POSIX }, async (t) => {
  const server = await simulate(t);
  const { code, stderr } = await pqrun(t, databricks(server, "good"), { env: { XDG_STATE_HOME: "/dev/null" } });
  assert.equal(code, 0, stderr);
  assert.match(stderr, /no place for a snapshot/u);
});

test("a named file that holds a run under way is not written over", async (t) => {
  const server = await simulate(t);
  const file = path.join(folder(t), "run.json");
  const first = await pqrun(t, databricks(server, "long", "--timeout", "1s", "--snapshot", file));
  assert.equal(first.code, 6, first.stderr);
  const before = readFileSync(file, "utf8");
  const second = await pqrun(t, databricks(server, "good", "--snapshot", file));
  assert.equal(second.code, 2);
  assert.match(second.stderr, /pqrun resume/u);
  assert.equal(readFileSync(file, "utf8"), before);
  assert.equal(databricksRuns(server, 101).length, 0);
});

test("a named file of a run that is over may be used again", async (t) => {
  const server = await simulate(t);
  const file = path.join(folder(t), "run.json");
  for (const job of ["good", "failing", "good"]) {
    const { stderr } = await pqrun(t, databricks(server, job, "--snapshot", file));
    assert.doesNotMatch(stderr, /may still be going/u);
  }
  assert.equal(server.truth().databricks.runs.length, 3);
});

test("what is no snapshot ends resume with 2", async (t) => {
  const file = path.join(folder(t), "run.json");
  for (const text of [
    "",
    "nonsense",
    "{}",
    "[]",
    '{"job": {"service": "databricks"}}',
    '{"pqrun": 99, "job": {"service": "fabric"}}',
  ]) {
    writeFileSync(file, text);
    const { code, stderr } = await pqrun(t, ["resume", file]);
    assert.equal(code, 2, `${text}: ${stderr}`);
  }
});

/** The answer to the start comes only after the process is dead. */
const SLOW_START = {
  databricks: { endpoint: "jobs/run-now", nth: 1, kind: { slow: { seconds: 100_000 } } },
  fabric: { endpoint: "jobs/instances/run", nth: 1, kind: { slow: { seconds: 100_000 } } },
};

for (const service of /** @type {const} */ (["databricks", "fabric"])) {
  const runs = (/** @type {any} */ server) =>
    service === "databricks" ? databricksRuns(server, 101) : fabricRuns(server, ITEM.good);
  const command = (/** @type {any} */ server, /** @type {string[]} */ ...more) =>
    service === "databricks" ? databricks(server, "good", ...more) : fabric(server, "good", ...more);

  test(`${service}: killed between the start and its answer, resumed: one run`, { skip: !POSIX }, async (t) => {
    const server = await simulate(t, { change: (it) => (it.faults = [SLOW_START[service]]) });
    const state = folder(t);
    const file = path.join(state, "run.json");
    const first = startCommand(command(server, "--snapshot", file), { env: environment(state) });
    await until("the run", () => runs(server).length === 1);
    first.child.kill("SIGKILL");
    assert.equal((await first.ended).signal, "SIGKILL");
    const snapshot = JSON.parse(readFileSync(file, "utf8"));
    assert.equal(snapshot.run, undefined, "the run is not known yet");
    assert.ok(snapshot.start.sentAt > 0);
    const { code, stdout, stderr } = await pqrun(t, ["resume", file, "--format", "json"], { state });
    assert.equal(code, 0, stderr);
    assert.notEqual(stdout, "");
    assert.equal(runs(server).length, 1);
  });

  test(`${service}: killed while the run goes on, resumed: the same run`, { skip: !POSIX }, async (t) => {
    const server = await simulate(t, { speed: 2 });
    const state = folder(t);
    const first = startCommand(command(server), { env: environment(state) });
    await until("the run in the progress", () => /^ +\d:\d\d {2}run /mu.test(first.output.stderr));
    first.child.kill("SIGKILL");
    await first.ended;
    const [kept] = readdirSync(path.join(state, "pqrun"));
    const file = path.join(state, "pqrun", kept);
    const { code, stderr } = await pqrun(t, ["resume", file], { state });
    assert.equal(code, 0, stderr);
    assert.equal(runs(server).length, 1);
    assert.ok(!existsSync(file), "it ended well");
  });

  test(`${service}: the answer to the start is lost after the service acted: one run`, async (t) => {
    const endpoint = SLOW_START[service].endpoint;
    const server = await simulate(t, {
      change: (it) => (it.faults = [{ endpoint, nth: 1, when: "after", kind: "drop" }]),
    });
    const { code, stderr } = await pqrun(t, command(server));
    assert.equal(code, 0, stderr);
    assert.equal(runs(server).length, 1);
  });

  test(`${service}: the start is answered with 503 after the service acted: one run`, async (t) => {
    const endpoint = SLOW_START[service].endpoint;
    const server = await simulate(t, {
      change: (it) => (it.faults = [{ endpoint, nth: 1, when: "after", kind: { status: { code: 503 } } }]),
    });
    const { code, stderr } = await pqrun(t, command(server));
    assert.equal(code, 0, stderr);
    assert.equal(runs(server).length, 1);
  });
}

test(
  "a secret parameter is asked for when the start must be sent again, and only then",
  { skip: !POSIX },
  async (t) => {
    const server = await simulate(t, { change: (it) => (it.faults = [SLOW_START.databricks]) });
    const state = folder(t);
    const file = path.join(state, "run.json");
    const env = { PQRUN_SECRET_SECRET: "hush-hush" };
    const args = databricks(server, "good", "--snapshot", file, "--secret-param", "secret");
    const first = startCommand(args, { env: environment(state, env) });
    await until("the run", () => databricksRuns(server, 101).length === 1);
    first.child.kill("SIGKILL");
    await first.ended;
    assert.doesNotMatch(readFileSync(file, "utf8"), /hush-hush/u);
    const without = await pqrun(t, ["resume", file], { state });
    assert.equal(without.code, 2, without.stderr);
    assert.match(without.stderr, /secret/u);
    assert.match(without.stderr, /PQRUN_SECRET_SECRET/u);
    const resumed = await pqrun(t, ["resume", file], { state, env });
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.equal(databricksRuns(server, 101).length, 1);
    const again = await pqrun(t, ["resume", file], { state });
    assert.equal(again.code, 0, `the run is known, nothing is sent again: ${again.stderr}`);
  },
);

test("no snapshot of a Fabric run holds its token or a secret", async (t) => {
  const server = await simulate(t);
  const file = path.join(folder(t), "run.json");
  const args = fabric(
    server,
    "long",
    "--timeout",
    "1s",
    "--snapshot",
    file,
    "--param",
    "p_day=hush-hush",
    "--secret-param",
    "p_day",
  );
  const { code, stderr } = await pqrun(t, args);
  assert.equal(code, 6, stderr);
  const text = readFileSync(file, "utf8");
  assert.ok(!text.includes(FABRIC_TOKEN));
  assert.doesNotMatch(text + stderr, /hush-hush/u);
});

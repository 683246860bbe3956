/** What signals do to a run that is being followed. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import path from "node:path";
import { pathToFileURL } from "node:url";

import {
  PACKAGE,
  databricks,
  databricksRuns,
  environment,
  fabric,
  fabricRuns,
  folder,
  ITEM,
  simulate,
  startCommand,
  until,
} from "./support.mjs";

const POSIX = process.platform !== "win32";
const { interruptPolicy, watchInterrupts } = await import(pathToFileURL(path.join(PACKAGE, "node/interrupt.js")).href);

/**
 * A command that follows a long run.
 *
 * @param {import("node:test").TestContext} t
 * @param {string[]} args
 */
async function following(t, args) {
  const command = startCommand(args, { env: environment(folder(t)) });
  t.after(() => command.child.kill("SIGKILL"));
  await until("the run in the progress", () => / {2}running/u.test(command.output.stderr));
  return command;
}

for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
  test(`${signal} where nobody can be asked: the run goes on, 8, and how to go on`, { skip: !POSIX }, async (t) => {
    const server = await simulate(t);
    const { child, ended } = await following(t, databricks(server, "long"));
    child.kill(signal);
    const { code, stdout, stderr } = await ended;
    assert.equal(code, 8, stderr);
    assert.equal(stdout, "");
    assert.match(stderr, /pqrun resume \S+\.json/u);
    assert.match(stderr, /pqrun cancel databricks /u);
    assert.equal(databricksRuns(server, 105)[0].ended, null);
  });
}

test("--on-interrupt cancel stops the run and waits for its end", { skip: !POSIX }, async (t) => {
  const server = await simulate(t);
  for (const args of [
    databricks(server, "long", "--on-interrupt", "cancel"),
    fabric(server, "long", "--on-interrupt", "cancel"),
  ]) {
    const { child, ended } = await following(t, args);
    child.kill("SIGINT");
    const { code, stderr } = await ended;
    assert.equal(code, 4, stderr);
  }
  assert.equal(databricksRuns(server, 105)[0].outcome, "CANCELED");
  assert.equal(fabricRuns(server, ITEM.long)[0].statusNow, "Cancelled");
});

test("a second signal stops watching, although the run is being cancelled", { skip: !POSIX }, async (t) => {
  const server = await simulate(t, { change: (it) => (it.databricks.cancelSeconds = 1_000_000) });
  const { child, output, ended } = await following(t, databricks(server, "long", "--on-interrupt", "cancel"));
  child.kill("SIGINT");
  await until("the cancel", () => /cancelling/u.test(output.stderr));
  child.kill("SIGINT");
  const { code, stderr } = await ended;
  assert.equal(code, 8, stderr);
  assert.match(stderr, /pqrun resume/u);
});

test("a shared run is not cancelled by an interrupt, but with --cancel-shared it is", { skip: !POSIX }, async (t) => {
  const server = await simulate(t);
  const shared = ["--idempotency-token", "ours", "--on-interrupt", "cancel"];
  const first = await following(t, databricks(server, "long", ...shared));
  first.child.kill("SIGINT");
  assert.equal((await first.ended).code, 8);
  assert.equal(databricksRuns(server, 105)[0].ended, null);
  const second = await following(t, databricks(server, "long", ...shared, "--cancel-shared"));
  second.child.kill("SIGINT");
  assert.equal((await second.ended).code, 4);
  assert.equal(databricksRuns(server, 105).length, 1);
});

/** A terminal, a run and a display that only note what happens to them. */
function stage() {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const stderr = Object.assign(new PassThrough(), { isTTY: true });
  /** @type {string[]} */
  const calls = [];
  const noted = (/** @type {string} */ name) => () => void calls.push(name);
  const handle = { cancel: noted("cancel"), detach: noted("detach") };
  const progress = { show() {}, stop() {}, note() {}, pause: noted("pause"), resume: noted("resume") };
  return { stdin, stderr, calls, handle, progress, streams: { stdin, stderr } };
}

/**
 * @param {import("node:test").TestContext} t
 * @param {ReturnType<typeof stage>} scene
 */
function watchAsking(t, { handle, progress, streams }) {
  const watch = watchInterrupts({ policy: "ask", handle, progress, streams, exitCode: 8 });
  t.after(() => watch.stop());
  return watch;
}

for (const [answer, call] of [
  ["d\n", "detach"],
  ["\n", "detach"],
  ["c\n", "cancel"],
  ["Cancel\n", "cancel"],
]) {
  test(`asked, a person says ${JSON.stringify(answer)}: ${call}`, { skip: !POSIX }, async (t) => {
    const scene = stage();
    watchAsking(t, scene);
    process.emit("SIGINT");
    assert.match(String(await once(scene.stderr, "data")), /\[d\]etach.*\[c\]ancel.*\[w\]ait/u);
    scene.stdin.write(answer);
    await until("the answer's effect", () => scene.calls.includes(call));
    assert.deepEqual(scene.calls, ["pause", "resume", call]);
  });
}

test("asked, a person says wait: nothing happens, and the next Ctrl-C asks again", { skip: !POSIX }, async (t) => {
  const scene = stage();
  watchAsking(t, scene);
  for (let round = 0; round < 2; round += 1) {
    scene.calls.length = 0;
    process.emit("SIGINT");
    scene.stdin.write("w\n");
    await until("the display", () => scene.calls.includes("resume"));
    assert.deepEqual(scene.calls, ["pause", "resume"]);
  }
});

test("a second Ctrl-C while being asked detaches at once", { skip: !POSIX }, async (t) => {
  const scene = stage();
  watchAsking(t, scene);
  process.emit("SIGINT");
  process.emit("SIGINT");
  await until("the display", () => scene.calls.includes("resume"));
  assert.deepEqual(
    scene.calls.filter((call) => call === "detach" || call === "cancel"),
    ["detach"],
  );
});

test("the default asks only where a person can answer", () => {
  const terminal = { isTTY: true };
  const pipe = { isTTY: undefined };
  assert.equal(interruptPolicy(undefined, { stdin: terminal, stderr: terminal }), "ask");
  assert.equal(interruptPolicy(undefined, { stdin: pipe, stderr: terminal }), "detach");
  assert.equal(interruptPolicy("ask", { stdin: terminal, stderr: pipe }), "detach");
  assert.equal(interruptPolicy("cancel", { stdin: pipe, stderr: pipe }), "cancel");
});

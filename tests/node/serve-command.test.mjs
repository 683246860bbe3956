/** `pqrun serve` as a process. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { test } from "node:test";

import { runDatabricksJob } from "pqrun";

import { throughProxy } from "./served.mjs";
import { DATABRICKS_TOKEN, FABRIC_TOKEN, environment, folder, pqrun, simulate, startCommand, until } from "./support.mjs";

/**
 * The command, once it listens.
 *
 * @param {import("node:test").TestContext} t
 * @param {string[]} args
 * @param {Record<string, string | undefined>} [env]
 */
async function started(t, args, env) {
  const command = startCommand(["serve", ...args], { env: environment(folder(t), env) });
  t.after(() => command.child.kill("SIGKILL"));
  await until("the command to listen", () => command.output.stderr.includes("Ctrl-C") || command.child.exitCode !== null);
  const address = new URL(command.output.stdout.trim());
  const key = new URLSearchParams(address.hash.slice(1)).get("session") ?? undefined;
  return { ...command, address, url: `${address.origin}/`, key };
}

test("it says where it listens, runs a job through its proxy, and ends with 0 when it is interrupted", async (t) => {
  const simulator = await simulate(t);
  const server = await started(t, ["--no-open", "--port", "0", "--databricks", "--fabric-host", simulator.url, "--log-level", "debug"], {
    DATABRICKS_HOST: simulator.url,
  });
  assert.match(server.output.stderr, /^Databricks at http:\/\/127\.0\.0\.1:\d+: a token that is there already \(DATABRICKS_TOKEN\); all jobs$/mu);
  assert.match(server.output.stderr, /^Fabric at http:\/\/127\.0\.0\.1:\d+: a token that is there already \(FABRIC_TOKEN\); all items$/mu);
  const run = runDatabricksJob({
    host: simulator.url,
    jobName: "good",
    token: null,
    pollInterval: "500ms",
    fetch: throughProxy(server),
  });
  const { outcome, message } = await run.result;
  assert.equal(outcome, "succeeded", message);
  await fetch(`${server.url}session`, { headers: { "X-Pqrun-Session": "wrong" } });
  server.child.kill("SIGINT");
  const { code, stdout, stderr } = await server.ended;
  assert.equal(code, 0);
  assert.equal(stdout, `${server.address.href}\n`);
  assert.match(stderr, /level=debug target=pqrun::serve message="request answered" method=POST endpoint=jobs\/run-now status=200 durationMs=\d+$/mu);
  assert.match(stderr, /level=warn target=pqrun::serve message="request refused" method=GET status=401 /mu);
  for (const secret of [DATABRICKS_TOKEN, FABRIC_TOKEN]) {
    assert.ok(!`${stdout}${stderr}`.includes(secret));
  }
  assert.ok(!stderr.includes(server.key));
});

test("without a service it serves the page alone, and asks for no credential", async (t) => {
  const server = await started(t, ["--no-open", "--port", "0"], { DATABRICKS_TOKEN: undefined, FABRIC_TOKEN: undefined });
  assert.equal(server.key, undefined);
  assert.equal((await fetch(`${server.url}wasm/pqrun_bg.wasm`)).headers.get("content-type"), "application/wasm");
  assert.equal((await fetch(`${server.url}session`)).status, 404);
  server.child.kill("SIGTERM");
  assert.equal((await server.ended).code, 0);
});

test("the browser is opened at an address that says no key", async (t) => {
  const made = folder(t);
  const log = path.join(made, "opened");
  for (const name of ["xdg-open", "open"]) {
    writeFileSync(path.join(made, name), `#!/bin/sh\nprintf %s "$1" > ${log}.part\nmv ${log}.part ${log}\n`, { mode: 0o755 });
  }
  const server = await started(t, ["--port", "0", "--databricks-host", "http://127.0.0.1:9"], {
    PATH: `${made}${path.delimiter}/usr/bin${path.delimiter}/bin`,
  });
  const opened = await until("the browser", () => {
    try {
      return readFileSync(log, "utf8");
    } catch {
      return undefined;
    }
  });
  assert.ok(opened.startsWith(`${server.url}open/`) && !opened.includes(server.key), opened);
  const response = await fetch(opened, { redirect: "manual" });
  assert.equal(response.headers.get("location"), `/page/#session=${server.key}`);
});

test("without a program that opens browsers it says so and goes on", async (t) => {
  const server = await started(t, ["--port", "0"], { PATH: folder(t) });
  assert.match(server.output.stderr, /^no browser could be opened: open the address above$/mu);
  assert.equal((await fetch(`${server.url}browser.js`)).status, 200);
});

/** A port that somebody else has. @param {import("node:test").TestContext} t */
async function takenPort(t, wanted = 0) {
  const server = createServer();
  server.listen(wanted, "127.0.0.1");
  // Whoever has it already does as well.
  await Promise.race([once(server, "listening"), once(server, "error")]).catch(() => {});
  t.after(() => server.close());
  return server.listening ? /** @type {import("node:net").AddressInfo} */ (server.address()).port : wanted;
}

test("a port that was asked for and is taken is an error; the one of its own has a free one in its place", async (t) => {
  const port = await takenPort(t);
  const refused = await pqrun(t, ["serve", "--no-open", "--port", String(port)]);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /^error: the server can't start: listen EADDRINUSE/mu);
  await takenPort(t, 8717);
  const server = await started(t, ["--no-open"]);
  assert.notEqual(server.address.port, "8717");
  assert.match(server.output.stderr, /^port 8717 is taken, so it listens on \d+: /mu);
});

test("flags that do not fit are refused before anything listens", async (t) => {
  const host = ["--databricks-host", "http://127.0.0.1:9"];
  for (const [args, code, message] of [
    [["--allow-job", "11"], 2, /--allow-job needs --databricks/u],
    [["--allow-item", "x", ...host], 2, /--allow-item needs --fabric/u],
    [["--follow-path"], 2, /--follow-path needs --databricks or --fabric/u],
    [["--allow-job", "eleven", ...host], 2, /expected a positive 64-bit number, found "eleven"/u],
    [["--fabric", "--allow-item", "11"], 2, /expected a GUID, found "11"/u],
    [["--port", "70000"], 2, /Expected a number from 0 to 65535/u],
    [["--databricks"], 2, /--databricks-host is missing\n {2}give --databricks-host https/u],
    [["--databricks-host", "https://evil.example"], 7, /expected a host of Databricks/u],
    [["--token", "x"], 2, /--token is no flag/u],
  ]) {
    const found = await pqrun(t, ["serve", "--no-open", ...args]);
    assert.equal(found.code, code, found.stderr);
    assert.match(found.stderr, message);
    assert.equal(found.stdout, "");
  }
});

test("a credential that is missing is said before anything listens", async (t) => {
  const env = { DATABRICKS_TOKEN: undefined, PATH: "/nowhere" };
  const found = await pqrun(t, ["serve", "--no-open", "--databricks-host", "https://adb-1.5.azuredatabricks.net"], { env });
  assert.equal(found.code, 7, found.stderr);
  assert.match(found.stderr, /no credential for Databricks/u);
});

test("listening for others says what that means", async (t) => {
  const server = await started(t, ["--no-open", "--port", "0", "--host", "0.0.0.0"]);
  assert.match(server.output.stderr, /^it listens on 0\.0\.0\.0: others on the network may reach it/mu);
  assert.equal((await fetch(`${server.url}browser.js`)).status, 200);
});

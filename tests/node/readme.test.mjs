/** The examples of README.md, run as they stand; only the port is one that is free. */

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { readmeBlock } from "./readme.mjs";
import { PACKAGE, folder, simulate, until } from "./support.mjs";

const run = promisify(execFile);
/** The project in which the package is installed. */
const PROJECT = fileURLToPath(new URL("../..", import.meta.url));

test("the Node example runs as it stands", async (t) => {
  const server = await simulate(t, { scenario: "demo" });
  const file = path.join(PROJECT, `readme-${process.pid}.mjs`);
  writeFileSync(file, readmeBlock("js"));
  t.after(() => rmSync(file, { force: true }));
  const env = { ...process.env, DATABRICKS_HOST: server.url, DATABRICKS_TOKEN: "dapi-simulated" };
  const { stdout, stderr } = await run(process.execPath, [file], { env, timeout: 60_000 });
  assert.match(stdout, /Łukasz Żak/u);
  assert.match(stderr, /running/u);
});

test("the command-line example runs as it stands", { skip: process.platform === "win32" }, async (t) => {
  const port = await freePort();
  const place = folder(t);
  const block = readmeBlock("sh");
  assert.match(block, /8017/u);
  const script = block.replaceAll("8017", String(port)).replaceAll("orders.csv", `${place}/orders.csv`);
  const { PATH } = process.env;
  const shell = spawn("bash", ["-e", "-c", script], {
    cwd: PROJECT,
    env: { PATH, HOME: place },
    stdio: ["ignore", "pipe", "ignore"],
    // A group of its own: the example leaves its simulator running.
    detached: true,
  });
  t.after(() => process.kill(-(shell.pid ?? 0), "SIGKILL"));
  let stdout = "";
  shell.stdout.on("data", (chunk) => (stdout += chunk));
  const [code] = await once(shell, "exit", { signal: AbortSignal.timeout(90_000) });
  assert.equal(code, 0);
  assert.match(readFileSync(path.join(place, "orders.csv"), "utf8"), /^order_id,/u);
  // The address of the simulator stands before it.
  const rows = JSON.parse(await until("the rows", () => /^\[.*\]$/mu.exec(stdout)?.[0]));
  assert.equal(rows.length, 4);
});

test("the Power Query example runs as it stands", { skip: process.platform === "win32" }, async (t) => {
  const place = folder(t);
  const { PATH } = process.env;
  const script = readmeBlock("bash").replaceAll("--out ", `--out ${place}/`);
  await run("bash", ["-e", "-c", script], { cwd: PROJECT, env: { PATH, HOME: place }, timeout: 60_000 });
  assert.ok(existsSync(path.join(place, "orders-connector", "Orders.mez")));
  const made = readFileSync(path.join(place, "orders-connector", "Orders.pq"), "utf8");
  for (const name of ["OrdersDatabricks.RunJob", "OrdersDatabricks.JobOutput", "OrdersDatabricks.Runs"]) {
    assert.ok(made.includes(`shared ${name} =`), name);
  }
  assert.match(readFileSync(path.join(place, "orders-query", "Daily.pq"), "utf8"), /"2026-03-01"/u);
  // What it says of the functions, and how it is imported.
  const readme = readFileSync(path.join(PACKAGE, "README.md"), "utf8");
  const [, imported = ""] = /^import \{ ([^}]*) \} from "pqrun\/connector";$/mu.exec(readme) ?? [];
  assert.deepEqual(imported.split(", ").sort(), Object.keys(await import("pqrun/connector")).sort());
});

test("README.md and the command agree on the exit codes", async () => {
  const readme = readFileSync(path.join(PACKAGE, "README.md"), "utf8");
  const listed = [...readme.matchAll(/^\| (\d) \|/gmu)].map(([, code]) => Number(code));
  assert.deepEqual(listed, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** What the tests of the installed package share: a simulator, the command as a process, a place for files. */

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { startSimulator } from "pqrun/simulator";

const require = createRequire(import.meta.url);

/** The folder of the installed package. */
export const PACKAGE = path.dirname(require.resolve("pqrun/package.json"));
export const MANIFEST = JSON.parse(readFileSync(path.join(PACKAGE, "package.json"), "utf8"));
/** The script of the `pqrun` command. */
export const BIN = path.join(PACKAGE, MANIFEST.bin.pqrun);
const HERE = path.dirname(fileURLToPath(import.meta.url));
const SCENARIOS = path.join(HERE, "../scenarios/");

export const DATABRICKS_TOKEN = "dapi-test-0123456789";
export const FABRIC_TOKEN = "fabric-test-0123456789";
export const WORKSPACE = "11111111-1111-4111-8111-111111111111";

/** Items of `ends.json`. */
export const ITEM = Object.freeze({
  good: "aaaaaaaa-0000-4000-8000-000000000001",
  failing: "aaaaaaaa-0000-4000-8000-000000000002",
  stopped: "aaaaaaaa-0000-4000-8000-000000000003",
  skipped: "aaaaaaaa-0000-4000-8000-000000000004",
  long: "aaaaaaaa-0000-4000-8000-000000000005",
  forbidden: "aaaaaaaa-0000-4000-8000-000000000006",
  notebook: "aaaaaaaa-0000-4000-8000-000000000007",
});

/** Job types of items that are no pipelines. */
export const JOB_TYPE = Object.freeze({ skipped: "TableMaintenance", notebook: "RunNotebook" });

/** No process of a test may take longer. */
const PROCESS_MS = 60_000;

/** @param {string} name */
export function scenario(name) {
  return JSON.parse(readFileSync(path.join(SCENARIOS, `${name}.json`), "utf8"));
}

/**
 * A simulator for one test.
 *
 * @param {import("node:test").TestContext} t
 * @param {{ scenario?: string, speed?: number, change?: (scenario: any) => void }} [options]
 */
export async function simulate(t, { scenario: name = "ends", speed = 20, change } = {}) {
  const document = scenario(name);
  change?.(document);
  const server = await startSimulator({ scenario: document, speed });
  t.after(() => server.close());
  return Object.assign(server, {
    /** What really happened. */
    truth: () => JSON.parse(server.simulator.state(Date.now())),
  });
}

/**
 * How many runs of a Databricks job there are.
 *
 * @param {{ truth: () => any }} server
 * @param {string | number} jobId
 */
export function databricksRuns(server, jobId) {
  return server.truth().databricks.runs.filter((run) => run.jobId === String(jobId));
}

/**
 * How many instances of a Fabric item there are.
 *
 * @param {{ truth: () => any }} server
 * @param {string} itemId
 */
export function fabricRuns(server, itemId) {
  return server.truth().fabric.instances.filter((instance) => instance.itemId === itemId);
}

/**
 * A folder that goes with the test.
 *
 * @param {import("node:test").TestContext} t
 */
export function folder(t) {
  const made = mkdtempSync(path.join(tmpdir(), "pqrun-test-"));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/**
 * A program in the place of Azure CLI, in a folder of its own, which writes down how it is called.
 *
 * @param {import("node:test").TestContext} t
 * @param {unknown} answer What it writes: a text as it is, anything else as JSON; `hang` never ends.
 * @param {string} [refusal] What it says in its place.
 * @param {string} [refused] A part of the arguments of calls that are refused; all are if it is left out.
 */
export function fakeAzureCli(t, answer, refusal, refused = "") {
  const made = folder(t);
  const log = path.join(made, "calls");
  const text = typeof answer === "string" ? answer : JSON.stringify(answer);
  const script = `#!${process.execPath}
const args = process.argv.slice(2);
require("node:fs").appendFileSync(${JSON.stringify(log)}, JSON.stringify(args) + "\\n");
if (${JSON.stringify(answer === "hang")}) {
  setInterval(() => {}, 1000);
} else if (${JSON.stringify(refusal !== undefined)} && args.join(" ").includes(${JSON.stringify(refused)})) {
  process.stderr.write(${JSON.stringify(refusal ?? "")});
  process.exitCode = 1;
} else {
  process.stdout.write(${JSON.stringify(text ?? "")});
}
`;
  writeFileSync(path.join(made, "az"), script, { mode: 0o755 });
  return {
    folder: made,
    env: { PATH: made },
    /** @returns {string[][]} The arguments of each call. */
    calls: () =>
      existsSync(log)
        ? readFileSync(log, "utf8")
            .trimEnd()
            .split("\n")
            .map((line) => JSON.parse(line))
        : [],
  };
}

/**
 * The environment of a command: nothing of ours but what is needed.
 *
 * @param {string} state Where it keeps snapshots.
 * @param {Record<string, string | undefined>} [more]
 */
export function environment(state, more = {}) {
  const { PATH, SystemRoot } = process.env;
  return { PATH, SystemRoot, HOME: state, XDG_STATE_HOME: state, DATABRICKS_TOKEN, FABRIC_TOKEN, ...more };
}

/**
 * Starts the command.
 *
 * @param {string[]} args
 * @param {{ env: Record<string, string | undefined>, cwd?: string }} options
 */
export function startCommand(args, options) {
  return startNode([BIN, ...args], options);
}

/**
 * @param {string[]} args
 * @param {{ env: Record<string, string | undefined>, cwd?: string }} options
 */
function startNode(args, { env, cwd }) {
  const child = spawn(process.execPath, args, { env, cwd, stdio: ["ignore", "pipe", "pipe"] });
  const output = { stdout: "", stderr: "" };
  for (const name of /** @type {const} */ (["stdout", "stderr"])) {
    child[name].setEncoding("utf8").on("data", (text) => {
      output[name] += text;
    });
  }
  const ended = new Promise((resolve, reject) => {
    const alarm = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`${args.join(" ")} did not end:\n${output.stdout}\n${output.stderr}`));
    }, PROCESS_MS);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(alarm);
      resolve({ code, signal, ...output });
    });
  });
  return {
    child,
    output,
    /** @type {Promise<{ code: number | null, signal: string | null, stdout: string, stderr: string }>} */
    ended,
  };
}

/**
 * Runs a program that uses the package, to its end.
 *
 * @param {import("node:test").TestContext} t
 * @param {string} script A module; it may import whatever the tests may.
 * @param {Record<string, string | undefined>} [env]
 */
export function program(t, script, env) {
  // Beside this file, where imports are found as any program finds them.
  const file = path.join(HERE, `program-${process.pid}-${Math.random().toString(36).slice(2)}.mjs`);
  writeFileSync(file, script);
  t.after(() => rmSync(file, { force: true }));
  return startNode([file], { env: environment(folder(t), env) }).ended;
}

/**
 * Runs the command to its end.
 *
 * @param {import("node:test").TestContext} t
 * @param {string[]} args
 * @param {{ env?: Record<string, string | undefined>, cwd?: string, state?: string }} [options]
 */
export function pqrun(t, args, { env, cwd, state } = {}) {
  return startCommand(args, { env: environment(state ?? folder(t), env), cwd }).ended;
}

/**
 * Waits until something holds, but not for ever.
 *
 * @template T
 * @param {string} what
 * @param {() => T | undefined | false | null | Promise<T | undefined | false | null>} look
 * @param {number} [limit]
 * @returns {Promise<T>}
 */
export async function until(what, look, limit = 20_000) {
  const end = Date.now() + limit;
  for (;;) {
    const seen = await look();
    if (seen) {
      return seen;
    }
    if (Date.now() > end) {
      throw new Error(`waited for ${what} for ${limit} ms`);
    }
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
}

/**
 * The flags of a Databricks run against a simulator.
 *
 * @param {{ url: string }} server
 * @param {string} job The job's name.
 * @param {string[]} more
 */
export function databricks(server, job, ...more) {
  return ["run", "databricks", "--host", server.url, "--job-name", job, "--poll-interval", "500ms", ...more];
}

/**
 * The flags of a Fabric run against a simulator.
 *
 * @param {{ url: string }} server
 * @param {keyof typeof ITEM} item
 * @param {string[]} more
 */
export function fabric(server, item, ...more) {
  const place = ["--host", server.url, "--workspace", WORKSPACE, "--item", ITEM[item]];
  const jobType = item in JOB_TYPE ? ["--job-type", JOB_TYPE[item]] : [];
  return ["run", "fabric", ...place, ...jobType, "--poll-interval", "500ms", ...more];
}

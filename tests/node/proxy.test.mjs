/** The package and the command behind a proxy. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { DATABRICKS_HOST, ENTRA_HOST, FABRIC_HOST, authorityFile, serveTls, startProxy } from "./network.mjs";
import {
  DATABRICKS_TOKEN,
  FABRIC_TOKEN,
  ITEM,
  WORKSPACE,
  databricks,
  databricksRuns,
  fabric,
  fabricRuns,
  folder,
  pqrun,
  program,
  simulate,
} from "./support.mjs";

const USER = "anna";
const PASSWORD = "Wolken:kratzer@7%";
const URL_PASSWORD = encodeURIComponent(PASSWORD);
const BASIC = Buffer.from(`${USER}:${PASSWORD}`).toString("base64");

/** What no output may hold. */
const SECRETS = [PASSWORD, URL_PASSWORD, BASIC, DATABRICKS_TOKEN, FABRIC_TOKEN];

/** @param {{ stdout: string, stderr: string }} output */
function assertNoSecrets({ stdout, stderr }) {
  for (const secret of SECRETS) {
    assert.ok(!`${stdout}${stderr}`.includes(secret), `${secret} is in\n${stdout}\n${stderr}`);
  }
}

/**
 * A simulator behind TLS, and a proxy that leads there.
 *
 * @param {import("node:test").TestContext} t
 * @param {Omit<Parameters<typeof startProxy>[1], "to"> & { acted?: (request: string) => void, scenario?: string }} [options]
 */
async function network(t, { acted, scenario, ...options } = {}) {
  const server = await simulate(t, { scenario });
  const tls = await serveTls(t, server, acted);
  const proxy = await startProxy(t, { to: tls.port, ...options });
  return { server, tls, proxy, env: { HTTPS_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: await authorityFile(t) } };
}

const GOOD = databricks({ url: `https://${DATABRICKS_HOST}` }, "good", "--format", "json", "--log-level", "trace");

/**
 * What a program prints that uses the package.
 *
 * @param {import("node:test").TestContext} t
 * @param {string} script It may use `pqrun`, and `print`, which writes JSON.
 * @param {Record<string, string | undefined>} env
 */
async function printed(t, script, env) {
  const head = 'import * as pqrun from "pqrun";\nconst print = (it) => console.log(JSON.stringify(it));\n';
  const output = await program(t, head + script, env);
  assertNoSecrets(output);
  assert.equal(output.code, 0, output.stderr);
  return JSON.parse(output.stdout);
}

for (const name of ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY"]) {
  test(`one run is started through the proxy of ${name}, and its table comes out`, async (t) => {
    const { server, proxy, env } = await network(t);
    const output = await pqrun(t, GOOD, { env: { ...env, HTTPS_PROXY: undefined, [name]: proxy.url } });
    assert.equal(output.code, 0, output.stderr);
    assert.equal(JSON.parse(output.stdout).length, 2);
    assert.equal(databricksRuns(server, 101).length, 1);
    assert.equal(proxy.asked.length, server.truth().requests.length);
    assert.deepEqual(new Set(proxy.asked), new Set([`${DATABRICKS_HOST}:443`]));
    assertNoSecrets(output);
  });
}

test("the proxy's user and password are taken from its address, which may lack its scheme", async (t) => {
  const { server, proxy, env } = await network(t, { user: `${USER}:${PASSWORD}` });
  const HTTPS_PROXY = `${USER}:${URL_PASSWORD}@127.0.0.1:${proxy.port}`;
  const output = await pqrun(t, GOOD, { env: { ...env, HTTPS_PROXY } });
  assert.equal(output.code, 0, output.stderr);
  assert.equal(databricksRuns(server, 101).length, 1);
  assertNoSecrets(output);
});

test("a proxy that wants a user and a password is told of at once, with what to set", async (t) => {
  const { server, proxy, env } = await network(t, { user: `${USER}:${PASSWORD}` });
  const output = await pqrun(t, GOOD, { env });
  assert.equal(output.code, 7, output.stderr);
  assert.match(output.stderr, new RegExp(`the proxy 127\\.0\\.0\\.1:${proxy.port} of HTTPS_PROXY wants a user`, "u"));
  assert.match(output.stderr, /HTTPS_PROXY: it may want a user and a password/u);
  assert.equal(proxy.asked.length, 1);
  assert.deepEqual(server.truth().requests, []);
});

test("a proxy that refuses the password is told of without the password", async (t) => {
  const { server, proxy, env } = await network(t, { user: "someone:else" });
  const HTTPS_PROXY = `http://${USER}:${URL_PASSWORD}@127.0.0.1:${proxy.port}`;
  for (const more of [[], ["--json"]]) {
    const args = databricks({ url: `https://${DATABRICKS_HOST}` }, "good", "--log-level", "trace", ...more);
    const output = await pqrun(t, args, { env: { ...env, HTTPS_PROXY, PQRUN_DEBUG: "1" } });
    assert.equal(output.code, 7, output.stderr);
    assert.match(output.stderr, new RegExp(`the proxy 127\\.0\\.0\\.1:${proxy.port} of HTTPS_PROXY refused the user`, "u"));
    assertNoSecrets(output);
  }
  assert.deepEqual(server.truth().requests, []);
});

test("a proxy that does not let through to the host says so in the error", async (t) => {
  const { env } = await network(t, { deed: () => 403 });
  const told = await printed(
    t,
    `const run = pqrun.runDatabricksJob({ host: "https://${DATABRICKS_HOST}", token: process.env.DATABRICKS_TOKEN, jobName: "good" });
     const { outcome, error } = await run.result;
     print({ outcome, ...error });`,
    env,
  );
  assert.deepEqual([told.outcome, told.code, told.retryable], ["rejected", "proxyRefused", false]);
  assert.match(told.message, new RegExp(`refused the way to ${DATABRICKS_HOST}:443 with the status 403$`, "u"));
});

test("an address that is none is an error that does not repeat it", async (t) => {
  for (const address of [`socks5://${USER}:${URL_PASSWORD}@127.0.0.1:1`, `http://${USER}:%7@127.0.0.1:1`, "http://["]) {
    const output = await pqrun(t, GOOD, { env: { HTTPS_PROXY: address } });
    assert.equal(output.code, 7, output.stderr);
    assert.match(output.stderr, /HTTPS_PROXY: expected an address such as/u);
    assert.ok(!output.stderr.includes(address), output.stderr);
    assertNoSecrets(output);
  }
});

test("a proxy that has a passing fault, or ends connections, is asked again", async (t) => {
  const { server, env } = await network(t, { deed: (nth) => (nth === 0 ? 503 : nth === 1 ? "drop" : "open") });
  const output = await pqrun(t, GOOD, { env });
  assert.equal(output.code, 0, output.stderr);
  assert.match(output.stderr, /of HTTPS_PROXY refused the way to \S+ with the status 503/u);
  assert.match(output.stderr, /no answer from the proxy 127\.0\.0\.1:\d+ of HTTPS_PROXY/u);
  assert.equal(databricksRuns(server, 101).length, 1);
});

test("a proxy that can't be reached is named", async (t) => {
  const closed = createServer().listen(0, "127.0.0.1");
  await once(closed, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (closed.address());
  closed.close();
  const HTTPS_PROXY = `http://${USER}:${URL_PASSWORD}@127.0.0.1:${port}`;
  const output = await pqrun(t, [...GOOD, "--retry-budget", "1s"], { env: { HTTPS_PROXY } });
  assert.equal(output.code, 7, output.stderr);
  assert.match(output.stderr, new RegExp(`no answer from the proxy 127\\.0\\.0\\.1:${port} of HTTPS_PROXY: .*ECONNREFUSED`, "u"));
  assertNoSecrets(output);
});

/** @param {string} timeout */
const fabricRun = (timeout) => `
  const run = pqrun.runFabricItem({
    host: "https://${FABRIC_HOST}", token: process.env.FABRIC_TOKEN, workspaceId: "${WORKSPACE}", itemId: "${ITEM.good}",
    pollInterval: 500, timeout: "${timeout}",
  });
  const phases = [];
  for await (const { phase } of run) phases.push(phase);
  const { outcome, run: found } = await run.result;
  print({ outcome, identifiedBy: found?.identifiedBy, phases });
`;

/**
 * Which tunnel of a Fabric run carries its start.
 *
 * @param {import("node:test").TestContext} t
 */
async function tunnelOfStart(t) {
  /** @type {string[]} */
  const requests = [];
  const { env } = await network(t, { acted: (request) => requests.push(request) });
  await printed(t, fabricRun("1m"), env);
  return requests.findIndex((request) => request.startsWith("POST "));
}

for (const deed of /** @type {const} */ ([502, "drop", 407])) {
  test(`a start whose tunnel never stood (${deed}) has surely not left: it is sent again, without a look for a run`, async (t) => {
    const start = await tunnelOfStart(t);
    const { server, env } = await network(t, { deed: (nth) => (nth === start ? deed : "open") });
    const { outcome, identifiedBy, phases } = await printed(t, fabricRun("1m"), env);
    assert.deepEqual([outcome, identifiedBy], ["succeeded", "answer"]);
    assert.ok(!phases.includes("reconciling"), phases.join());
    assert.equal(fabricRuns(server, ITEM.good).length, 1);
  });
}

test("a start whose tunnel was cut may have left: its run is looked for, and not started twice", async (t) => {
  /** @type {{ cut(): void } | undefined} */
  let proxy;
  const made = await network(t, {
    acted: (request) => {
      if (request.startsWith("POST ")) {
        proxy?.cut();
      }
    },
  });
  proxy = made.proxy;
  // The service's list is slow to show it, and the core's own tests have the rest.
  const { outcome, phases } = await printed(t, fabricRun("3s"), made.env);
  assert.notEqual(outcome, "rejected");
  assert.ok(phases.includes("reconciling"), phases.join());
  assert.equal(fabricRuns(made.server, ITEM.good).length, 1);
});

for (const [how, change] of /** @type {const} */ ([
  ["through the proxy", (_, { env }) => env],
  ["without one", (t, { env, tls }) => ({ ...env, HTTPS_PROXY: undefined, ...direct(t, tls) })],
])) {
  test(`a certificate of an unknown authority ends it at once, with what to set, ${how}`, async (t) => {
    const made = await network(t);
    const args = databricks({ url: `https://${DATABRICKS_HOST}` }, "good", "--json");
    const output = await pqrun(t, args, { env: { ...change(t, made), NODE_EXTRA_CA_CERTS: undefined } });
    assert.equal(output.code, 7, output.stderr);
    const { result } = JSON.parse(output.stdout.trim().split("\n").at(-1) ?? "");
    assert.equal(result.error.code, "untrustedCertificate", result.error.message);
    assert.match(output.stderr, /NODE_EXTRA_CA_CERTS/u);
    assert.deepEqual(made.server.truth().requests, []);
  });
}

/**
 * The environment of a process whose own TLS connections all lead to one port of this machine, as if its network did so.
 *
 * @param {import("node:test").TestContext} t
 * @param {{ port: number }} tls
 */
function direct(t, { port }) {
  const file = path.join(folder(t), "direct.mjs");
  writeFileSync(
    file,
    `import tls from "node:tls";
     const { connect } = tls;
     tls.connect = (options, ...rest) =>
       connect(options.socket ? options : { ...options, host: "127.0.0.1", port: ${port} }, ...rest);`,
  );
  return { NODE_OPTIONS: `--import=${pathToFileURL(file).href}` };
}

for (const NO_PROXY of [DATABRICKS_HOST, ".azuredatabricks.net", "example.com, azuredatabricks.net", "*"]) {
  test(`NO_PROXY=${NO_PROXY} leads past the proxy`, async (t) => {
    const { server, tls, proxy, env } = await network(t, { deed: () => 403 });
    const output = await pqrun(t, GOOD, { env: { ...env, ...direct(t, tls), NO_PROXY } });
    assert.equal(output.code, 0, output.stderr);
    assert.deepEqual(proxy.asked, []);
    assert.equal(databricksRuns(server, 101).length, 1);
  });
}

test("NO_PROXY for other hosts changes nothing", async (t) => {
  const { proxy, env } = await network(t);
  const output = await pqrun(t, GOOD, { env: { ...env, NO_PROXY: "databricks.net,other.example,adb-1.5" } });
  assert.equal(output.code, 0, output.stderr);
  assert.notDeepEqual(proxy.asked, []);
});

const CLIENT_SECRET = "entra~simulated+secret&1=%25";
const SIGN_IN = `
  import { entraClientSecret } from "pqrun/auth";
  const records = [];
  pqrun.setLogger((record) => records.push(record), "debug");
  const credential = entraClientSecret({
    tenantId: "4d9e21b7-6c03-4f58-9a1e-b7c20d85f361", clientId: "e0000000-0000-4000-8000-000000000001",
    clientSecret: ${JSON.stringify(CLIENT_SECRET)},
  });
  const job = { host: "https://${DATABRICKS_HOST}", jobName: "nightly", pollInterval: 500 };
  const { outcome, error } = await pqrun.runDatabricksJob({ ...job, credential }).result;
  print({ outcome, code: error?.code, message: error?.message, records });
`;

test("signing in goes through the proxy, and into the same log", async (t) => {
  const { server, proxy, env } = await network(t, { scenario: "auth" });
  const { outcome, message, records } = await printed(t, SIGN_IN, env);
  assert.equal(outcome, "succeeded", message);
  assert.equal(proxy.asked[0], `${ENTRA_HOST}:443`);
  assert.equal(databricksRuns(server, 201).length, 1);
  const requests = records.filter((/** @type {any} */ { target }) => target === "pqrun::request");
  assert.deepEqual(
    requests.slice(0, 2).map((/** @type {any} */ { fields }) => [fields.path, fields.status]),
    [
      ["/{tenant}/oauth2/v2.0/token", 200],
      ["/api/{version}/jobs/list", 200],
    ],
  );
  assert.equal(requests.length, server.truth().requests.length);
  const text = JSON.stringify(records);
  assert.ok(!text.includes(CLIENT_SECRET) && !text.includes(encodeURIComponent(CLIENT_SECRET)));
});

test("a proxy that does not let through to where one signs in ends it at once", async (t) => {
  const { proxy, env } = await network(t, { scenario: "auth", deed: () => 403 });
  const { outcome, code, message } = await printed(t, SIGN_IN, env);
  assert.deepEqual([outcome, code], ["rejected", "proxyRefused"]);
  assert.match(message, new RegExp(`refused the way to ${ENTRA_HOST}:443 with the status 403`, "u"));
  assert.equal(proxy.asked.length, 1);
});

test("only a program behind a proxy loads the package that speaks to one", async (t) => {
  const { server, env } = await network(t);
  const script = (/** @type {string} */ host) => `
    import { createRequire } from "node:module";
    const { cache } = createRequire(import.meta.url);
    const job = { host: "${host}", token: process.env.DATABRICKS_TOKEN, jobName: "good", pollInterval: 500 };
    const { outcome } = await pqrun.runDatabricksJob(job).result;
    print([outcome, Object.keys(cache).some((file) => file.includes("undici"))]);`;
  assert.deepEqual(await printed(t, script(server.url), env), ["succeeded", false]);
  assert.deepEqual(await printed(t, script(`https://${DATABRICKS_HOST}`), env), ["succeeded", true]);
});

test("this machine is reached without the proxy", async (t) => {
  const { proxy } = await network(t, { deed: () => 403 });
  const server = await simulate(t);
  for (const url of [server.url, `http://localhost:${server.port}`]) {
    const env = { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url };
    const output = await pqrun(t, fabric({ url }, "good"), { env });
    assert.equal(output.code, 0, output.stderr);
  }
  assert.deepEqual(proxy.asked, []);
});

test("this machine is reached without the proxy by a Node that heeds proxies itself", async (t) => {
  const { proxy } = await network(t);
  const server = await simulate(t);
  const told = await printed(
    t,
    // As Node does since 24 when it starts.
    `import { EnvHttpProxyAgent, setGlobalDispatcher } from "undici";
     setGlobalDispatcher(new EnvHttpProxyAgent());
     const told = [];
     for (const host of ["${server.url}", "http://localhost:${server.port}"]) {
       const job = { host, token: process.env.DATABRICKS_TOKEN, jobName: "good", pollInterval: 500 };
       told.push((await pqrun.runDatabricksJob(job).result).outcome);
     }
     print(told);`,
    { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url, NODE_USE_ENV_PROXY: "1" },
  );
  assert.deepEqual(told, ["succeeded", "succeeded"]);
  assert.deepEqual(proxy.asked, []);
});

test("a fetch that the program gives goes its own way, and so does one in the place of the global one", async (t) => {
  const { server, proxy, env } = await network(t, { deed: () => 403 });
  const told = await printed(
    t,
    `const own = (url, init) => fetchBefore(url.replace("https://${DATABRICKS_HOST}", "${server.url}"), init);
     const fetchBefore = globalThis.fetch;
     const job = { host: "https://${DATABRICKS_HOST}", token: process.env.DATABRICKS_TOKEN, jobName: "good", pollInterval: 500 };
     const given = await pqrun.runDatabricksJob({ ...job, fetch: own }).result;
     globalThis.fetch = own;
     const put = await pqrun.runDatabricksJob(job).result;
     print([given.outcome, put.outcome]);`,
    env,
  );
  assert.deepEqual(told, ["succeeded", "succeeded"]);
  assert.deepEqual(proxy.asked, []);
});

test("a program may name the proxy after its imports", async (t) => {
  const { proxy, env } = await network(t);
  const told = await printed(
    t,
    `process.env.HTTPS_PROXY = "${proxy.url}";
     const job = { host: "https://${DATABRICKS_HOST}", token: process.env.DATABRICKS_TOKEN, jobName: "good", pollInterval: 500 };
     print((await pqrun.runDatabricksJob(job).result).outcome);`,
    { ...env, HTTPS_PROXY: undefined },
  );
  assert.equal(told, "succeeded");
  assert.notDeepEqual(proxy.asked, []);
});

/** The page's files, and runs through the proxy. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { request as send } from "node:http";

import { DatabricksClient, FabricClient, runDatabricksJob, runFabricItem } from "pqrun";

import { databricksAt, fabricAt, serve, throughProxy, upstream } from "./served.mjs";
import { DATABRICKS_TOKEN, FABRIC_TOKEN, ITEM, WORKSPACE, databricksRuns, scenario, simulate } from "./support.mjs";

/** The id of a job of `ends.json`. @param {string} name */
function jobId(name) {
  return String(scenario("ends").databricks.jobs.find((job) => job.name === name).id);
}

/**
 * A request whose headers `fetch` would not let us choose.
 *
 * @param {{ port: number }} server
 * @param {string} path
 * @param {Record<string, string>} headers
 * @returns {Promise<{ status: number, headers: import("node:http").IncomingHttpHeaders, body: Buffer }>}
 */
function plain({ port }, path, headers) {
  return new Promise((resolve, reject) => {
    send({ port, host: "127.0.0.1", path, headers }, (answer) => {
      const chunks = [];
      answer.on("data", (chunk) => chunks.push(chunk));
      answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks) }));
    })
      .on("error", reject)
      .end();
  });
}

test("the page's address leads to the page, and each file has its type", async (t) => {
  const server = await serve(t);
  const first = await server.fetch("/");
  assert.deepEqual([first.status, first.headers.get("location")], [303, "/page/"]);
  for (const [path, type] of [
    ["/page/", "text/html; charset=utf-8"],
    ["/page/index.html", "text/html; charset=utf-8"],
    ["/page/page.js", "text/javascript; charset=utf-8"],
    ["/page/page.css", "text/css; charset=utf-8"],
    ["/elements/index.js?v=1", "text/javascript; charset=utf-8"],
    ["/wasm/pqrun_bg.wasm", "application/wasm"],
    ["/browser.js", "text/javascript; charset=utf-8"],
  ]) {
    const { status, headers } = await server.fetch(path);
    assert.deepEqual([status, headers.get("content-type")], [200, type], path);
  }
});

test("a file has a strict policy, and no other origin may read it", async (t) => {
  const server = await serve(t);
  const { headers } = await server.fetch("/page/");
  const policy = headers.get("content-security-policy") ?? "";
  assert.match(policy, /^default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self';/u);
  const [, asked = ""] = /; connect-src ([^;]+);/u.exec(policy) ?? [];
  assert.deepEqual(asked.split(" "), [
    "'self'",
    "https://api.fabric.microsoft.com",
    "https://*.api.fabric.microsoft.com",
    "https://*.dfs.fabric.microsoft.com",
  ]);
  assert.doesNotMatch(policy.replace(asked, ""), /unsafe-inline|unsafe-eval'? 'self|\*/u);
  assert.equal(headers.get("x-content-type-options"), "nosniff");
  assert.equal(headers.get("referrer-policy"), "no-referrer");
  assert.equal(headers.get("cross-origin-opener-policy"), "same-origin");
  assert.equal(headers.get("cross-origin-resource-policy"), "same-origin");
  assert.equal(headers.get("cache-control"), "no-cache");
  assert.equal(headers.get("access-control-allow-origin"), null);
});

test("a file is compressed as it is asked for, and not sent again if it has not changed", async (t) => {
  const server = await serve(t);
  const path = "/elements/index.js";
  const whole = await plain(server, path, {});
  assert.equal(whole.headers["content-encoding"], undefined);
  for (const [accepted, encoding, decode] of [
    ["gzip, deflate, br", "br", brotliDecompressSync],
    ["gzip;q=0.5, br;q=0", "gzip", gunzipSync],
    ["br;q=0.0, gzip;q=0", undefined, (body) => body],
  ]) {
    const { headers, body } = await plain(server, path, { "Accept-Encoding": accepted });
    assert.equal(headers["content-encoding"], encoding);
    assert.equal(headers.vary, "Accept-Encoding");
    assert.deepEqual(decode(body), whole.body);
    const again = await plain(server, path, { "Accept-Encoding": accepted, "If-None-Match": `W/${headers.etag}` });
    assert.deepEqual([again.status, again.body.length, again.headers.etag], [304, 0, headers.etag]);
  }
  const head = await server.fetch(path, { method: "HEAD" });
  assert.deepEqual([head.status, await head.text()], [200, ""]);
});

test("nothing but the page's files is served", async (t) => {
  const server = await serve(t);
  for (const path of [
    "/package.json",
    "/README.md",
    "/index.d.ts",
    "/node/cli.js",
    "/.env.js",
    "/page/.hidden.js",
    "/page/../node/cli.js",
    "/page/..%2fnode/cli.js",
    "/page/%2e%2e/node/cli.js",
    "/page/%252e%252e/node/cli.js",
    "/page/..%5cnode%5ccli.js",
    "/..%2foutside.js",
    "/%2e%2e/outside.js",
    "//outside.js",
    "/page",
    "/page/page.js/",
    "/page/page%2ejs",
    "/PAGE/page.js",
    "/page/page.js%00",
    "/__proto__",
  ]) {
    // As it is: fetch would tidy the path up.
    const { status, body } = await plain(server, path, {});
    assert.equal(status, 404, path);
    assert.ok(!body.includes("secret"), path);
  }
  for (const method of ["POST", "PUT", "DELETE"]) {
    const response = await server.fetch("/page/", { method });
    assert.deepEqual([response.status, response.headers.get("allow")], [405, "GET, HEAD"]);
  }
});

test("without a service there is no proxy and no key", async (t) => {
  const server = await serve(t);
  assert.equal(server.key, undefined);
  assert.equal(server.address, server.url);
  assert.equal((await server.fetch("/session")).status, 404);
  assert.equal((await server.fetch("/proxy/127.0.0.1/api/2.2/jobs/list")).status, 404);
});

test("the session tells the page what it may do, and no secret", async (t) => {
  const services = [
    databricksAt({ url: "http://127.0.0.1:1" }, { only: ["11"], workspaceId: "42" }),
    fabricAt({ url: "http://127.0.0.1:1" }, { followPath: true }),
  ];
  const server = await serve(t, { services });
  const response = await server.fetch("/session");
  assert.deepEqual(await response.json(), {
    services: [
      {
        service: "databricks",
        host: "http://127.0.0.1:1",
        credential: "a token that is there already (DATABRICKS_TOKEN)",
        jobs: ["11"],
        workspaceId: "42",
        followPath: false,
      },
      {
        service: "fabric",
        host: "http://127.0.0.1:1",
        credential: "a token that is there already (FABRIC_TOKEN)",
        followPath: true,
      },
    ],
  });
  assert.equal(response.headers.get("cache-control"), "no-store");
  assert.equal((await server.fetch("/session", { method: "POST" })).status, 405);
});

test("the address for the browser's arguments leads to the page with the key once, and whoever comes second is told", async (t) => {
  const server = await serve(t, { services: [databricksAt({ url: "http://127.0.0.1:1" })] });
  assert.ok(!server.once.includes(server.key));
  for (const method of ["HEAD", "POST"]) {
    const other = await fetch(server.once, { method, redirect: "manual" });
    assert.equal(other.headers.get("location"), null, method);
  }
  const first = await fetch(server.once, { redirect: "manual" });
  assert.deepEqual([first.status, first.headers.get("location")], [303, `/page/#session=${server.key}`]);
  const second = await fetch(server.once, { redirect: "manual" });
  assert.deepEqual([second.status, second.headers.get("content-type")], [410, "text/plain; charset=utf-8"]);
  assert.match(await second.text(), /Open the address that pqrun serve printed\..*somebody else.*start it again/su);
  assert.match(server.log(), /"level":"warn"[^}]*"path":"\/open","status":410[^}]*somebody else may have the session key/u);
  assert.ok(!server.log().includes(server.key));
});

test("the address for the browser's arguments leads nowhere later", async (t) => {
  // Over before anybody can ask.
  const server = await serve(t, { services: [databricksAt({ url: "http://127.0.0.1:1" })], openMs: Number.MIN_VALUE });
  for (const _ of [1, 2]) {
    const late = await fetch(server.once, { redirect: "manual" });
    assert.deepEqual([late.status, late.headers.get("location")], [410, null]);
    // Nobody has the key.
    assert.doesNotMatch(await late.text(), /somebody else/u);
  }
});

test("where no browser is opened there is no address for one", async (t) => {
  const server = await serve(t, { services: [databricksAt({ url: "http://127.0.0.1:1" })], openMs: 0 });
  assert.equal(server.once, undefined);
});

test("a Databricks run goes through the proxy from its start to its table, and no token with it", async (t) => {
  const simulator = await simulate(t);
  const server = await serve(t, { services: [databricksAt(simulator, { only: [jobId("good")] })] });
  const told = [];
  const seen = (response) => told.push([...response.headers].join(), response.text());
  const run = runDatabricksJob({
    host: simulator.url,
    jobName: "good",
    token: null,
    pollInterval: "500ms",
    fetch: throughProxy(server, seen),
  });
  const { outcome, message, table } = await run.result;
  assert.equal(outcome, "succeeded", message);
  assert.ok(table.toArray().length > 0);
  assert.equal(databricksRuns(simulator, jobId("good")).length, 1);
  const all = (await Promise.all(told)).join("\n") + server.log();
  assert.ok(!all.includes(DATABRICKS_TOKEN) && !server.log().includes(server.key));
  assert.match(server.log(), /"endpoint":"jobs\/run-now","status":200/u);
});

test("a Fabric run goes through the proxy from its start to its table", async (t) => {
  const simulator = await simulate(t);
  const server = await serve(t, { services: [fabricAt(simulator, { only: [ITEM.good] })] });
  const run = runFabricItem({
    host: simulator.url,
    workspaceId: WORKSPACE,
    itemId: ITEM.good,
    token: null,
    pollInterval: "500ms",
    fetch: throughProxy(server),
  });
  const { outcome, message, outputs } = await run.result;
  assert.equal(outcome, "succeeded", message);
  assert.ok(outputs.some(({ table }) => table !== undefined));
  assert.ok(!server.log().includes(FABRIC_TOKEN));
});

test("both services of one address are told apart by their paths", async (t) => {
  const simulator = await simulate(t);
  const server = await serve(t, { services: [databricksAt(simulator), fabricAt(simulator)] });
  const options = { host: simulator.url, token: null, fetch: throughProxy(server) };
  assert.ok((await new DatabricksClient(options).listJobs()).length > 0);
  assert.ok((await new FabricClient({ ...options, workspaceId: WORKSPACE }).listItems()).length > 0);
});

test("a run that is cancelled by the page is cancelled, and one of another job is not", async (t) => {
  const simulator = await simulate(t);
  const direct = new DatabricksClient({ host: simulator.url, token: DATABRICKS_TOKEN });
  const [own, other] = await Promise.all(
    ["long", "good"].map(async (jobName) => (await direct.runNow({ jobName })).runId),
  );
  const server = await serve(t, { services: [databricksAt(simulator, { only: [jobId("long")] })] });
  const client = new DatabricksClient({ host: simulator.url, token: null, fetch: throughProxy(server) });
  await client.cancelRun(own);
  for (const call of ["cancelRun", "getRun", "getRunOutput"]) {
    await assert.rejects(client[call](other), (error) => error.status === 403 && error.serviceCode === "PQRUN_PROXY");
  }
  await assert.rejects(client.runNow({ jobId: jobId("good") }), { status: 403 });
  assert.deepEqual(
    (await client.listJobs()).map(({ jobId: id }) => id),
    [jobId("long")],
  );
});

test("a token that the service refuses is replaced, and the request sent again", async (t) => {
  const service = await upstream(t, ({ headers }, response) => {
    const isGood = headers.authorization === "Bearer second-token";
    response.writeHead(isGood ? 200 : 401, { "content-type": "application/json" }).end(isGood ? '{"jobs":[]}' : "{}");
  });
  const asked = [];
  const credential = {
    getToken: async (_, { refresh }) => {
      asked.push(refresh);
      return { token: refresh ? "second-token" : "first-token", expiresOnTimestamp: Date.now() + 3_600_000 };
    },
  };
  const server = await serve(t, { services: [databricksAt(service, { token: undefined, credential })] });
  for (let nth = 0; nth < 2; nth += 1) {
    assert.equal((await server.fetch(`/proxy/${service.host}/api/2.2/jobs/list`)).status, 200);
  }
  assert.deepEqual(asked, [false, true]);
  assert.equal(service.asked.length, 3);
});

test("what the service says about pace, place and time goes back, and what is of its connection does not", async (t) => {
  const date = "Thu, 01 Jan 2026 00:00:00 GMT";
  const service = await upstream(t, (_, response) => {
    const headers = {
      "Retry-After": "7",
      Location: "https://api.fabric.microsoft.com/v1/x",
      "x-ms-operation-id": "e58a6f13-9c40-4b2e-b6d1-2f7740ac91de",
      RequestId: "r-1",
      Date: date,
      "Set-Cookie": "a=b",
      "Content-Type": "application/json",
      "Access-Control-Allow-Origin": "*",
      "WWW-Authenticate": 'Basic realm="x"',
    };
    response.writeHead(202, headers).end("null");
  });
  const server = await serve(t, { services: [fabricAt(service)] });
  const target = `/proxy/${service.host}/v1/workspaces/${WORKSPACE}/items/${ITEM.good}/jobs/Pipeline/instances`;
  const { status, headers } = await server.fetch(target, { method: "POST" });
  assert.equal(status, 202);
  assert.equal(headers.get("retry-after"), "7");
  assert.equal(headers.get("location"), "https://api.fabric.microsoft.com/v1/x");
  assert.equal(headers.get("x-ms-operation-id"), "e58a6f13-9c40-4b2e-b6d1-2f7740ac91de");
  assert.equal(headers.get("requestid"), "r-1");
  assert.equal(headers.get("date"), date);
  for (const name of ["set-cookie", "access-control-allow-origin", "www-authenticate"]) {
    assert.equal(headers.get(name), null, name);
  }
  assert.match(headers.get("content-security-policy") ?? "", /sandbox/u);
});

test("files that outputs name are read through the proxy, if paths are followed, with the token of their store", async (t) => {
  const simulator = await simulate(t, { scenario: "demo", speed: 200 });
  const storage = "https://storage.azure.com/.default";
  const token = ({ scope }) => (scope === storage ? "storage-simulated" : "fabric-simulated");
  const options = { token: null, followPath: true, pollInterval: "500ms", host: simulator.url };
  for (const followPath of [true, false]) {
    const services = [databricksAt(simulator, { token: "dapi-simulated", followPath }), fabricAt(simulator, { token, followPath })];
    const through = throughProxy(await serve(t, { services }));
    const [ofJob, ofItem] = await Promise.all([
      runDatabricksJob({ ...options, jobId: "880012345678909", fetch: through }).result,
      runFabricItem({
        ...options,
        workspaceId: "1f0c4b7e-52aa-4c0d-9b7e-0d6f3a1e8c21",
        itemId: "5b0e7d13-9a46-4c2f-8e71-d3f6a80b4c95",
        jobType: "RunNotebook",
        fetch: through,
      }).result,
    ]);
    for (const { outcome, outputs } of [ofJob, ofItem]) {
      assert.equal(outcome, "succeeded");
      const [{ table, error }] = outputs;
      assert.deepEqual([(table?.rowCount ?? 0) > 0, error?.status], followPath ? [true, undefined] : [false, 403], error?.message);
    }
  }
});

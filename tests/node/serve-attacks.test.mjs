/** Attacks on `pqrun serve`: from other sites, by other programs, by crooked requests. None gets to a service. */

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { SECRETS, databricksAt, fabricAt, serve, statusOf, upstream } from "./served.mjs";
import { ITEM, WORKSPACE } from "./support.mjs";

/** Whatever was told to anybody in a test. @type {string[]} */
let told = [];

afterEach(() => {
  const all = told.join("\n");
  for (const secret of SECRETS) {
    assert.ok(!all.includes(secret), "a token was told");
  }
  told = [];
});

/**
 * A server before a service that nobody should reach.
 *
 * @param {import("node:test").TestContext} t
 * @param {object} [options]
 */
async function guarded(t, { limits, ...more } = {}) {
  const service = await upstream(t, (_, response) => response.writeHead(200, { "content-type": "application/json" }).end("{}"));
  const server = await serve(t, { services: [databricksAt(service, more), fabricAt(service)], limits });
  const proxied = (path) => `/proxy/${service.host}${path}`;
  return {
    service,
    server,
    proxied,
    list: proxied("/api/2.2/jobs/list"),
    /** Requests it, and holds the status and the refusal's form. */
    async assertRefused(status, target, init) {
      const response = await server.fetch(target, init);
      const text = await response.text();
      told.push([...response.headers].join("\n"), text, server.log());
      assert.equal(response.status, status, text);
      const refusal = JSON.parse(text);
      assert.deepEqual([refusal.error_code, refusal.errorCode], ["PQRUN_PROXY", "PQRUN_PROXY"]);
      assert.match(refusal.message, /expected .+, found /u);
      assert.equal(response.headers.get("access-control-allow-origin"), null);
      assert.deepEqual(service.asked, []);
      return response;
    },
    /** The same, byte by byte: `HOST` and `KEY` stand for the server's own. */
    async assertRefusedRaw(status, ...parts) {
      const answer = await server.raw(...parts);
      told.push(answer, server.log());
      assert.equal(statusOf(answer), status, answer);
      assert.deepEqual(service.asked, []);
      return answer;
    },
  };
}

/** The head of a request that is fine. */
const GOOD = "Host: HOST\r\nX-Pqrun-Session: KEY\r\nConnection: close\r\n";
/** What a browser says of a link on a page elsewhere that somebody follows. */
const LINK = "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n";
const JSON_TYPE = { "Content-Type": "application/json" };
const START = JSON.stringify({ job_id: 11, idempotency_token: "t" });

test("without the session key nothing of a service is told", async (t) => {
  const { assertRefused, list } = await guarded(t);
  for (const target of ["/session", list, "/proxy/", "/proxy/evil.example/x"]) {
    for (const key of ["", "x", "a".repeat(43)]) {
      await assertRefused(401, target, { headers: { "X-Pqrun-Session": key } });
    }
  }
});

test("the session key counts as a header only, and once", async (t) => {
  const { assertRefused, assertRefusedRaw, server, list } = await guarded(t);
  await assertRefused(401, `${list}?session=${server.key}`, { headers: { "X-Pqrun-Session": "" } });
  await assertRefusedRaw(400, `GET ${list} HTTP/1.1\r\n${GOOD}X-Pqrun-Session: KEY\r\n\r\n`);
  await assertRefusedRaw(401, `GET ${list} HTTP/1.1\r\nHost: HOST\r\nCookie: X-Pqrun-Session=KEY\r\nConnection: close\r\n\r\n`);
});

test("a name that somebody points at this machine is not this server", async (t) => {
  const { assertRefusedRaw, server, list } = await guarded(t);
  for (const host of [
    "evil.example",
    `evil.example:${server.port}`,
    "127.0.0.1",
    "127.0.0.1:1",
    `127.0.0.1.evil.example:${server.port}`,
    `127.0.0.2:${server.port}`,
    `localhost.:${server.port}`,
    `user@localhost:${server.port}`,
    `0.0.0.0:${server.port}`,
    "",
  ]) {
    const head = `Host: ${host}\r\nX-Pqrun-Session: KEY\r\nConnection: close\r\n\r\n`;
    await assertRefusedRaw(421, `GET ${list} HTTP/1.1\r\n${head}`);
    await assertRefusedRaw(421, `GET /page/ HTTP/1.1\r\n${head}`);
  }
  for (const host of [`localhost:${server.port}`, `Localhost:${server.port}`, `[::1]:${server.port}`]) {
    const answer = await server.raw(`GET /page/ HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    assert.equal(statusOf(answer), 200, host);
  }
});

test("a page of another origin is refused, whatever it knows", async (t) => {
  const { assertRefused, assertRefusedRaw, server, list } = await guarded(t);
  for (const origin of ["https://evil.example", "null", `https://${server.authority}`, `http://localhost:${server.port}`, "http://127.0.0.1", `http://${server.authority}/`]) {
    for (const target of [list, "/session", "/page/"]) {
      await assertRefused(403, target, { headers: { Origin: origin } });
    }
  }
  for (const site of ["cross-site", "same-site", "x"]) {
    for (const target of [list, "/session", "/page/page.js"]) {
      await assertRefused(403, target, { headers: { "Sec-Fetch-Site": site } });
    }
  }
  await assertRefusedRaw(403, `GET ${list} HTTP/1.1\r\n${GOOD}${LINK}\r\n`);
  await assertRefusedRaw(403, `GET /page/ HTTP/1.1\r\n${GOOD}${LINK.replace("document", "iframe")}\r\n`);
});

test("a link may lead to the page, and the page's own requests go through", async (t) => {
  const { service, server, list } = await guarded(t);
  assert.equal(statusOf(await server.raw(`GET / HTTP/1.1\r\n${GOOD}${LINK}\r\n`)), 303);
  const own = { "Sec-Fetch-Site": "same-origin", Origin: `http://${server.authority}` };
  assert.equal((await server.fetch(list, { headers: own })).status, 200);
  assert.equal(service.asked.length, 1);
});

test("no other origin is let in by a question before", async (t) => {
  const { assertRefused, list } = await guarded(t);
  for (const target of [list, "/session", "/page/", "/nothing"]) {
    const response = await assertRefused(405, target, {
      method: "OPTIONS",
      headers: { "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-pqrun-session" },
    });
    for (const name of response.headers.keys()) {
      assert.doesNotMatch(name, /^access-control/u);
    }
  }
});

test("another host is refused", async (t) => {
  const { assertRefused, service } = await guarded(t);
  const path = "/api/2.2/jobs/list";
  for (const host of [
    "evil.example",
    "169.254.169.254",
    "localhost",
    `${service.host}.evil.example`,
    `evil.example@${service.host}`,
    `${service.host}@evil.example`,
    service.host.replace("127.0.0.1", "localhost"),
    service.host.replace("127.0.0.1", "127.1"),
    service.host.replace(":", "%3A"),
    "api.fabric.microsoft.com",
  ]) {
    await assertRefused(403, `/proxy/${host}${path}`);
  }
  await assertRefused(403, `/proxy/${path}`);
  await assertRefused(403, `/proxy//evil.example${path}`);
  await assertRefused(403, `/proxy/https://${service.host}${path}`.replace("https://", "https:"));
});

test("a path that leads elsewhere is refused, however it is written", async (t) => {
  const { assertRefusedRaw, proxied } = await guarded(t);
  for (const path of [
    "/api/2.2/jobs/../../2.0/token/list",
    "/api/2.2/jobs/list/../../../2.0/token/list",
    "/api/2.2/jobs/%2e%2e/%2e%2e/2.0/token/list",
    "/api/2.2/jobs/%2E%2e/list",
    "/api/2.2/jobs/%252e%252e/list",
    "/api/2.2/jobs%2flist",
    "/api/2.2/jobs%252flist",
    "/api/2.2/jobs%5clist",
    "/api/2.2/jobs\\list",
    "/api/2.2/jobs//list",
    "/api/2.2/jobs/list;x=y",
    "/api/2.2/jobs/list%00",
    "/api/2.2/jobs/list%0d%0aX-Evil:%20y",
    "/../page/",
    "/.%2e/session",
  ]) {
    const answer = await assertRefusedRaw(path.includes(";") ? 403 : 400, `GET ${proxied(path)} HTTP/1.1\r\n${GOOD}\r\n`);
    assert.ok(!answer.includes("X-Evil"));
  }
  for (const path of ["/api/2.0/token/list", "/api/2.0/secrets/get?scope=a&key=b", "/api/2.2/jobs/delete", "/api/2.2/jobs/runs/cancel-all", "/"]) {
    await assertRefusedRaw(path === "/" ? 400 : 403, `GET ${proxied(path)} HTTP/1.1\r\n${GOOD}\r\n`);
  }
});

test("a file is read only if paths are followed", async (t) => {
  const { assertRefused, proxied } = await guarded(t);
  await assertRefused(403, proxied("/api/2.0/fs/files/Volumes/a/b/c/d.csv"));
  await assertRefused(403, proxied("/api/2.0/dbfs/read?path=%2Fa&offset=0&length=1"));
});

test("a method that an endpoint does not have is refused", async (t) => {
  const { assertRefused, assertRefusedRaw, list } = await guarded(t);
  for (const method of ["POST", "PUT", "DELETE", "PATCH"]) {
    const response = await assertRefused(405, list, { method });
    assert.equal(response.headers.get("allow"), "GET, POST");
  }
  await assertRefusedRaw(405, `TRACE ${list} HTTP/1.1\r\n${GOOD}\r\n`);
});

test("another job is refused, also if it is hidden behind an allowed one", async (t) => {
  const { assertRefused, proxied } = await guarded(t, { only: ["11"] });
  const start = proxied("/api/2.2/jobs/run-now");
  for (const [body, status] of [
    ['{"job_id": 12, "idempotency_token": "t"}', 403],
    ['{"job_id": 11, "idempotency_token": "t", "job_id": 12}', 400],
    ['{"job_id": 12, "idempotency_token": "t", "job_id": 11}', 400],
    ['{"job_id": 11, "idempotency_token": "t", "\\u006aob_id": 12}', 400],
    ['{"job_id": 11.0, "idempotency_token": "t"}', 400],
    ['{"job_id": 18446744073709551627, "idempotency_token": "t"}', 400],
    ['{"job_id": "11", "idempotency_token": "t"}', 400],
    ['{"job_id": 11, "idempotency_token": "t", "job_settings": {}}', 403],
    ['{"idempotency_token": "t"}', 400],
    ["[]", 400],
    ["{", 400],
    ["", 400],
  ]) {
    await assertRefused(status, start, { method: "POST", headers: JSON_TYPE, body });
  }
  await assertRefused(415, start, { method: "POST", headers: { "Content-Type": "text/plain" }, body: START });
  await assertRefused(403, proxied("/api/2.2/jobs/get?job_id=12"));
  await assertRefused(400, proxied("/api/2.2/jobs/get?job_id=11&job_id=12"));
  await assertRefused(403, proxied("/api/2.2/jobs/runs/list"));
});

test("another item is refused", async (t) => {
  const service = await upstream(t, (_, response) => response.end("{}"));
  const server = await serve(t, { services: [fabricAt(service, { only: [ITEM.good] })] });
  for (const [method, rest] of [
    ["POST", `items/${ITEM.failing}/jobs/Pipeline/instances`],
    ["GET", `items/${ITEM.failing}/jobs/instances`],
    ["POST", `items/${ITEM.failing}/jobs/instances/${WORKSPACE}/cancel`],
  ]) {
    const { status } = await server.fetch(`/proxy/${service.host}/v1/workspaces/${WORKSPACE}/${rest}`, { method });
    assert.equal(status, 403, rest);
  }
  assert.deepEqual(service.asked, []);
});

test("a body that is too large is refused, and whoever sends it learns why", async (t) => {
  const { assertRefused, assertRefusedRaw, proxied } = await guarded(t, { limits: { bodyBytes: 1000 } });
  const start = proxied("/api/2.2/jobs/run-now");
  await assertRefused(413, start, { method: "POST", headers: JSON_TYPE, body: "x".repeat(1001) });
  await assertRefused(413, start, { method: "POST", headers: JSON_TYPE, body: "x".repeat(5_000_000) });
  // Without a length it shows on the way.
  const chunk = `400\r\n${"x".repeat(1024)}\r\n`;
  const head = `POST ${start} HTTP/1.1\r\n${GOOD}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;
  await assertRefusedRaw(413, head, chunk, chunk, "0\r\n\r\n");
});

test("a body that does not come is not waited for", async (t) => {
  const { assertRefusedRaw, proxied } = await guarded(t, { limits: { bodyMs: 100 } });
  const head = `POST ${proxied("/api/2.2/jobs/run-now")} HTTP/1.1\r\n${GOOD}Content-Type: application/json\r\n`;
  await assertRefusedRaw(408, `${head}Content-Length: 100\r\n\r\n`, "{");
  await assertRefusedRaw(408, `${head}Transfer-Encoding: chunked\r\n\r\n`, "1\r\n{\r\n");
});

test("a head that does not come is not waited for, and one that does not end is refused", async (t) => {
  const { assertRefusedRaw, list } = await guarded(t, { limits: { headersMs: 200, headerBytes: 4096 } });
  await assertRefusedRaw(408, `GET ${list} HTTP/1.1\r\nHost: HOST\r\n`);
  await assertRefusedRaw(431, `GET ${list} HTTP/1.1\r\n${GOOD}X-Long: ${"x".repeat(5000)}\r\n\r\n`);
});

test("a request that could be read in two ways is refused", async (t) => {
  const { assertRefusedRaw, list, proxied } = await guarded(t);
  const start = `POST ${proxied("/api/2.2/jobs/run-now")} HTTP/1.1\r\n${GOOD}Content-Type: application/json\r\n`;
  const inner = `GET ${list} HTTP/1.1\r\n${GOOD}\r\n`;
  const length = `Content-Length: ${START.length}\r\n`;
  for (const parts of [
    // Two lengths, or a length and pieces: what stands behind would be another request to some.
    [`${start}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, inner],
    [`${start}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`, inner],
    [`${start}${length}Content-Length: 5\r\n\r\n${START}`, inner],
    [`${start}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`, inner],
    [`${start}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`, inner],
    [`${start}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`, inner],
    [`${start}Content-Length: +5\r\n\r\n{}   `, inner],
    [`${start}Content-Length: 5, 5\r\n\r\n{}   `, inner],
    [`GET ${list} HTTP/1.1\r\n${GOOD}Host: evil.example\r\n\r\n`],
    [`GET ${list} HTTP/1.1\r\nHost: HOST\r\nHost: HOST\r\nX-Pqrun-Session: KEY\r\nConnection: close\r\n\r\n`],
    [`GET ${list} HTTP/1.1\r\nX-Pqrun-Session: KEY\r\nConnection: close\r\n\r\n`],
    [`GET ${list} HTTP/1.1\r\n${GOOD}X-A: b\rX-C: d\r\n\r\n`],
    [`GET ${list} HTTP/1.1\r\n${GOOD}X-A: b\0c\r\n\r\n`],
    [`GET ${list} HTTP/1.1\r\n${GOOD} X-Folded: b\r\n\r\n`],
    [`GET ${list} HTTP/1.1\n${GOOD.replaceAll("\r\n", "\n")}\n`],
    [`GET ${list} HTTP/1.1\r\n${GOOD}Origin: http://HOST\r\nOrigin: https://evil.example\r\n\r\n`],
    [`GET ${list} HTTP/9.9\r\n${GOOD}\r\n`],
    ["\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
  ]) {
    const answer = await assertRefusedRaw(400, ...parts);
    assert.equal(answer.split("HTTP/1.1 ").length, 2, "one answer, and the connection is over");
  }
});

test("a target that is no path is refused", async (t) => {
  const { assertRefusedRaw, service, list } = await guarded(t);
  await assertRefusedRaw(400, `GET http://${service.host}/api/2.2/jobs/list HTTP/1.1\r\n${GOOD}\r\n`);
  await assertRefusedRaw(400, `GET http://HOST${list} HTTP/1.1\r\n${GOOD}\r\n`);
  await assertRefusedRaw(400, `GET ${service.host} HTTP/1.1\r\n${GOOD}\r\n`);
  await assertRefusedRaw(400, `OPTIONS * HTTP/1.1\r\n${GOOD}\r\n`);
  await assertRefusedRaw(405, `CONNECT ${service.host} HTTP/1.1\r\n${GOOD}\r\n`);
});

test("no other protocol is spoken", async (t) => {
  const { assertRefusedRaw, list } = await guarded(t);
  const upgrade = (to) => GOOD.replace("close", "Upgrade").concat(`Upgrade: ${to}\r\n\r\n`);
  for (const to of ["websocket", "h2c"]) {
    await assertRefusedRaw(400, `GET ${list} HTTP/1.1\r\n${upgrade(to)}`);
  }
  await assertRefusedRaw(417, `POST ${list} HTTP/1.1\r\n${GOOD}Expect: 200-ok\r\nContent-Length: 2\r\n\r\n`, "{}");
});

test("nobody is asked for a body before the head was looked at", async (t) => {
  const { assertRefusedRaw, proxied } = await guarded(t);
  const start = `POST ${proxied("/api/2.2/jobs/run-now")} HTTP/1.1\r\n`;
  const rest = `Expect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: ${START.length}\r\n\r\n`;
  const refused = await assertRefusedRaw(401, `${start}${GOOD.replace("KEY", "x")}${rest}`, START);
  assert.ok(!refused.includes("100 Continue"));
});

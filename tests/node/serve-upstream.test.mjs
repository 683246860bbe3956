/** Services that misbehave, behind the proxy of `pqrun serve`: no token gets out, and nobody waits for ever. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { request as send } from "node:http";
import { test } from "node:test";
import { brotliCompressSync, gzipSync } from "node:zlib";

import { databricksAt, serve, upstream } from "./served.mjs";
import { DATABRICKS_TOKEN } from "./support.mjs";

const JSON_TYPE = { "content-type": "application/json" };

/**
 * What comes through the proxy of a service that answers like this.
 *
 * @param {import("node:test").TestContext} t
 * @param {import("node:http").RequestListener} listener
 * @param {object} [options] Of the server; `service` goes to the service.
 */
async function through(t, listener, { service: more, ...options } = {}) {
  const service = await upstream(t, listener);
  const server = await serve(t, { services: [databricksAt(service, more)], ...options });
  const response = await server.fetch(`/proxy/${service.host}/api/2.2/jobs/list`);
  const text = await response.text();
  const told = [[...response.headers].join("\n"), text, server.log()].join("\n");
  assert.ok(!told.includes(DATABRICKS_TOKEN), told);
  return { response, text, service, server };
}

/** @param {string} text */
function message(text) {
  const refusal = JSON.parse(text);
  assert.equal(refusal.error_code, "PQRUN_PROXY");
  return refusal.message;
}

test("a refusal that repeats the token is told without it", async (t) => {
  for (const spelled of [DATABRICKS_TOKEN, encodeURIComponent(DATABRICKS_TOKEN), DATABRICKS_TOKEN.replace("d", "\\u0064")]) {
    const { response, text } = await through(t, ({ headers }, answer) => {
      const head = { ...JSON_TYPE, "x-request-id": headers.authorization?.slice(7) ?? "" };
      answer.writeHead(403, head).end(`{"error_code":"X","message":"no ${spelled}!"}`);
    });
    assert.equal(response.status, 403);
    assert.deepEqual(JSON.parse(text), { error_code: "X", message: "no [secret]!" });
    assert.equal(response.headers.get("x-request-id"), "[secret]");
  }
});

test("a good answer that holds the token is not passed on", async (t) => {
  for (const [head, body] of [
    [{}, DATABRICKS_TOKEN],
    [{ "x-request-id": DATABRICKS_TOKEN }, ""],
  ]) {
    const { response, text } = await through(t, (_, answer) => answer.writeHead(200, { ...JSON_TYPE, ...head }).end(`{"a":"${body}"}`));
    assert.equal(response.status, 502);
    assert.match(message(text), /without the token/u);
  }
});

test("a redirect is not followed, and leads nobody elsewhere", async (t) => {
  const elsewhere = await upstream(t, (_, answer) => answer.end("{}"));
  for (const status of [301, 302, 303, 307, 308]) {
    const { response, text } = await through(t, (_, answer) => answer.writeHead(status, { location: `${elsewhere.url}/x` }).end());
    assert.equal(response.status, 403);
    assert.equal(response.headers.get("location"), null);
    assert.match(message(text), /a redirect, which is not followed/u);
  }
  assert.deepEqual(elsewhere.asked, []);
});

test("a service that does not answer is given up", async (t) => {
  const { response, text } = await through(t, () => {}, { limits: { upstreamMs: 150 } });
  assert.equal(response.status, 504);
  assert.match(message(text), /^no answer from 127\.0\.0\.1 within 0\.15 s$/u);
});

test("a service that stops in the midst of its answer is given up", async (t) => {
  const begin = (_, answer) => {
    answer.writeHead(200, { ...JSON_TYPE, "content-length": "100" });
    answer.write("{");
  };
  const hanging = await through(t, begin, { limits: { upstreamMs: 150 } });
  assert.equal(hanging.response.status, 504);
  const cut = await through(t, (request, answer) => {
    begin(request, answer);
    setImmediate(() => answer.destroy());
  });
  assert.equal(cut.response.status, 502);
});

test("a service that can't be reached is told as such", async (t) => {
  const { response, text } = await through(t, (_, answer) => answer.end(), {
    service: { host: "http://127.0.0.1:1" },
  }).catch((error) => assert.fail(error));
  // The page asked for another host than the one that it was started for.
  assert.equal(response.status, 403, text);
  const server = await serve(t, { services: [databricksAt({ url: "http://127.0.0.1:9" })] });
  const refused = await server.fetch("/proxy/127.0.0.1:9/api/2.2/jobs/list");
  assert.equal(refused.status, 502);
  assert.match(message(await refused.text()), /^no answer from 127\.0\.0\.1: /u);
});

test("an answer that is too large is not passed on, compressed or not", async (t) => {
  const large = Buffer.alloc(5_000_000, "x");
  for (const [encoding, body] of [
    [undefined, large],
    ["gzip", gzipSync(large)],
    ["br", brotliCompressSync(large)],
  ]) {
    const head = { ...JSON_TYPE, ...(encoding && { "content-encoding": encoding }) };
    const limits = { answerBytes: 1_000_000 };
    const { response, text } = await through(t, (_, answer) => answer.writeHead(200, head).end(body), { limits });
    assert.equal(response.status, 502);
    assert.match(message(text), /at most 1000000 bytes/u);
  }
});

test("a compressed answer comes out whole", async (t) => {
  const body = JSON.stringify({ jobs: [{ job_id: 1, name: "ü".repeat(1000) }] });
  for (const [encoding, encoded] of [
    ["gzip", gzipSync(body)],
    ["br", brotliCompressSync(body)],
  ]) {
    const { response, text } = await through(t, (_, answer) => answer.writeHead(200, { ...JSON_TYPE, "content-encoding": encoding }).end(encoded));
    assert.deepEqual([response.status, text], [200, body]);
    assert.equal(response.headers.get("content-encoding"), null);
    assert.equal(response.headers.get("content-length"), String(Buffer.byteLength(body)));
  }
});

test("a page of the service is data, and no page of ours", async (t) => {
  const { response } = await through(t, (_, answer) => answer.writeHead(200, { "content-type": "text/html" }).end("<script>1</script>"));
  assert.match(response.headers.get("content-security-policy") ?? "", /default-src 'none'.*sandbox/u);
  assert.equal(response.headers.get("x-content-type-options"), "nosniff");
});

test("a credential that fails is told without its secret, and not as a wrong session key", async (t) => {
  const credential = {
    getToken: async () => {
      throw Object.assign(new Error(`no sign-in with ${DATABRICKS_TOKEN}`), { name: "PqrunError", code: "signInRefused", hint: "look" });
    },
  };
  const clean = (text) => text.replaceAll(DATABRICKS_TOKEN, "***");
  const { response, text, service } = await through(t, (_, answer) => answer.end(), { service: { token: undefined, credential }, clean });
  assert.equal(response.status, 403);
  assert.match(message(text), /^the server has no token: no sign-in with \*\*\*/u);
  assert.deepEqual(service.asked, []);
});

test("a page that leaves ends what it asked for, but not a start", async (t) => {
  const ended = [];
  const service = await upstream(t, (request, answer) => {
    answer.once("close", () => ended.push([request.method, answer.writableFinished]));
    if (request.method === "POST") {
      setTimeout(() => answer.writeHead(200, JSON_TYPE).end('{"run_id":5}'), 200);
    }
  });
  const server = await serve(t, { services: [databricksAt(service)] });
  const start = { method: "POST", headers: JSON_TYPE, body: '{"job_id":1,"idempotency_token":"t"}' };
  for (const [path, init] of [
    ["jobs/list", {}],
    ["jobs/run-now", start],
  ]) {
    const before = ended.length;
    const leave = new AbortController();
    const asked = server.fetch(`/proxy/${service.host}/api/2.2/${path}`, { ...init, signal: leave.signal });
    const reached = service.asked.length;
    while (service.asked.length === reached) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    leave.abort();
    await assert.rejects(asked);
    while (ended.length === before) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  assert.deepEqual(ended, [
    ["GET", false],
    ["POST", true],
  ]);
});

test("no more requests are with a service at once than are allowed", async (t) => {
  /** @type {import("node:http").ServerResponse[]} */
  const waiting = [];
  const service = await upstream(t, (_, answer) => waiting.push(answer));
  const server = await serve(t, { services: [databricksAt(service)], limits: { atOnce: 1 } });
  const target = `/proxy/${service.host}/api/2.2/jobs/list`;
  const first = server.fetch(target);
  while (waiting.length === 0) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  const second = await server.fetch(target);
  assert.deepEqual([second.status, second.headers.get("retry-after")], [503, "1"]);
  waiting[0]?.writeHead(200, JSON_TYPE).end("{}");
  assert.equal((await first).status, 200);
});

test("a body that is still coming counts among the requests at once, so that no more of them are held than are allowed", async (t) => {
  const service = await upstream(t, (_, answer) => answer.writeHead(200, JSON_TYPE).end("{}"));
  const server = await serve(t, { services: [databricksAt(service)], limits: { atOnce: 1 } });
  const target = `/proxy/${service.host}/api/2.2/jobs`;
  const start = { ...JSON_TYPE, "content-length": "2", expect: "100-continue", "x-pqrun-session": server.key };
  for (const isCut of [true, false]) {
    const reading = send(`${server.url.slice(0, -1)}${target}/run-now`, { method: "POST", headers: start });
    const ended = once(reading, isCut ? "error" : "response");
    reading.flushHeaders();
    await once(reading, "continue");
    const second = await server.fetch(`${target}/list`);
    assert.deepEqual([second.status, second.headers.get("retry-after")], [503, "1"]);
    if (isCut) {
      reading.destroy(new Error("cut"));
    } else {
      reading.end("{}");
    }
    await ended;
    // The place is free again once the server has seen the end.
    while ((await server.fetch(`${target}/list`)).status === 503) {}
    assert.equal((await server.fetch(`${target}/list`)).status, 200);
  }
});

/** What the tests of `pqrun serve` share: the server in this process, services behind it, and requests byte by byte. */

import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { setLogger } from "pqrun";

import { DATABRICKS_TOKEN, FABRIC_TOKEN, PACKAGE, folder } from "./support.mjs";

const { startServer } = await import(pathToFileURL(path.join(PACKAGE, "node/server/server.js")).href);

/** No secret, and so are all that have something else in its place. */
export const SECRETS = Object.freeze([DATABRICKS_TOKEN, FABRIC_TOKEN]);

/**
 * A package with a page, as far as the server can tell.
 *
 * @param {import("node:test").TestContext} t
 * @param {Record<string, string | Uint8Array>} [more] Files by their paths.
 */
export function standIn(t, more = {}) {
  const root = path.join(folder(t), "package");
  const files = {
    "page/index.html": "<!doctype html><title>page</title>",
    "page/page.js": "export {};\n",
    "page/page.css": "body {}\n",
    "elements/index.js": `export const text = ${JSON.stringify("x".repeat(5000))};\n`,
    "wasm/pqrun_bg.wasm": new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]),
    "browser.js": "export {};\n",
    "package.json": "{}",
    "README.md": "readme",
    "index.d.ts": "export {};",
    "node/cli.js": "secret",
    "page/.hidden.js": "secret",
    ".env.js": "secret",
    "../outside.js": "secret",
    ...more,
  };
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  return root;
}

/**
 * The server for one test, and the lines of its log.
 *
 * @param {import("node:test").TestContext} t
 * @param {object} [options] Those of the server.
 */
export async function serve(t, options = {}) {
  const server = await startServer({ folder: standIn(t), ...options });
  /** @type {object[]} */
  const lines = [];
  setLogger((record) => lines.push(record), "trace");
  t.after(async () => {
    setLogger(undefined);
    await server.close();
  });
  const authority = `127.0.0.1:${server.port}`;
  return Object.assign(server, {
    authority,
    /** Each line as text. @returns {string} */
    log: () => JSON.stringify(lines),
    /** With the session key, if `headers` have no other one. */
    fetch: (target, { headers, ...init } = {}) =>
      fetch(new URL(target, server.url), {
        redirect: "manual",
        ...init,
        headers: { ...(server.key && { "X-Pqrun-Session": server.key }), ...headers },
      }),
    /** What is written goes out byte by byte; gives all that came back until the connection ended. */
    raw: (...parts) => rawExchange(server.port, parts.map((part) => part.replaceAll("HOST", authority).replaceAll("KEY", server.key ?? ""))),
  });
}

/**
 * @param {number} port
 * @param {string[]} parts Written one after another.
 * @returns {Promise<string>}
 */
async function rawExchange(port, parts) {
  const socket = connect(port, "127.0.0.1");
  let told = "";
  socket.setEncoding("latin1").on("data", (text) => {
    told += text;
  });
  // A server that ends a connection in the midst of what we write may reset it.
  socket.on("error", () => {});
  await once(socket, "connect");
  for (const part of parts) {
    socket.write(part, "latin1");
  }
  await once(socket, "close");
  return told;
}

/** @param {string} told What came back. */
export function statusOf(told) {
  return Number(/^HTTP\/1\.1 (\d{3}) /u.exec(told)?.[1] ?? 0);
}

/**
 * As a page does it: requests to the services go to the server.
 *
 * @param {{ url: string, key?: string }} server
 * @param {(response: Response) => void} [seen]
 */
export function throughProxy(server, seen = () => {}) {
  return async (url, init) => {
    const { host, pathname, search } = new URL(url);
    const headers = { ...init.headers, "X-Pqrun-Session": server.key };
    const response = await fetch(`${server.url}proxy/${host}${pathname}${search}`, { ...init, headers });
    seen(response.clone());
    return response;
  };
}

/**
 * A service that answers as the test wants.
 *
 * @param {import("node:test").TestContext} t
 * @param {import("node:http").RequestListener} listener
 */
export async function upstream(t, listener) {
  /** @type {string[]} */
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    listener(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { url: `http://127.0.0.1:${port}`, host: `127.0.0.1:${port}`, asked };
}

/** @param {{ url: string }} service @param {object} [more] */
export function databricksAt({ url }, more = {}) {
  const described = "a token that is there already (DATABRICKS_TOKEN)";
  return { service: "databricks", host: url, only: [], followPath: false, token: DATABRICKS_TOKEN, described, ...more };
}

/** @param {{ url: string }} service @param {object} [more] */
export function fabricAt({ url }, more = {}) {
  const described = "a token that is there already (FABRIC_TOKEN)";
  return { service: "fabric", host: url, only: [], followPath: false, token: FABRIC_TOKEN, described, ...more };
}

/** The server of `pqrun serve`: the page's files, and the proxy that keeps tokens on this side. */

import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";

import { writeLog } from "../../logger.js";
import { authority, listen } from "../http.js";
import { DATA_HEADERS, rawRefusal, redirect, refuse } from "./answers.js";
import { PAGE, findFiles, sendFile } from "./files.js";
import { NO_KEY, hasKey, ownAuthorities, refusalOf } from "./guards.js";
import { makeOpening } from "./opening.js";
import { PROXY, passOn } from "./proxy.js";

/**
 * @import { IncomingMessage, ServerResponse } from "node:http"
 * @import { GuardedService } from "../../wasm/auth.js"
 * @import { Refusal } from "./answers.js"
 */

/**
 * How much and how long. Lengths of time in milliseconds.
 *
 * @typedef {object} Limits
 * @property {number} bodyBytes The longest body of a request; never more than the services take.
 * @property {number} bodyMs How long it may take to come.
 * @property {number} headersMs How long a request's head may take.
 * @property {number} headerBytes How long it may be.
 * @property {number} upstreamMs How long a service has for an answer.
 * @property {number} answerBytes The longest answer of a service, decompressed. It is held in memory.
 * @property {number} atOnce Requests that are read or with the services at once; each may hold a body in memory.
 * @property {number} connections Connections at once.
 */

/** @type {Readonly<Limits>} */
export const LIMITS = Object.freeze({
  bodyBytes: 10_000_000,
  bodyMs: 30_000,
  headersMs: 10_000,
  headerBytes: 16_384,
  // A little shorter than pqrun in the page waits, so that it learns why.
  upstreamMs: 55_000,
  answerBytes: 64 * 1024 * 1024,
  atOnce: 32,
  connections: 256,
});

/**
 * A service behind the proxy.
 *
 * @typedef {GuardedService & { described: string }} ProxiedService `described` tells of the credential, and is no secret.
 */

/**
 * @typedef {object} ServerOptions
 * @property {number} [port] 0, or left out, takes a free one.
 * @property {string} [host] The address to listen on; the loopback if left out.
 * @property {readonly ProxiedService[]} [services] Without any there is no proxy.
 * @property {string} [folder] The package's; another one for tests.
 * @property {number} [openMs] For how long `once` leads to the page, in milliseconds; 30 s if left out. 0: there is none.
 * @property {Partial<Limits>} [limits]
 * @property {(text: string) => string} [clean] Takes secrets out of what is told of failures.
 */

/**
 * @typedef {object} RunningServer
 * @property {string} url Where it listens, with a slash.
 * @property {string} address Where to open the page: with the session key behind `#`, if there is a proxy.
 * @property {string} [once] The same for programs whose arguments others can see: it leads there once, soon, and then nowhere.
 * @property {number} port
 * @property {string} [key] The session key of this start.
 * @property {boolean} hasPage
 * @property {() => Promise<void>} close Stops at once, also what is under way.
 */

/**
 * Starts it.
 *
 * @param {ServerOptions} [options]
 * @returns {Promise<RunningServer>}
 */
export async function startServer({ port = 0, host = "127.0.0.1", services = [], folder, openMs, limits: given, clean = (text) => text } = {}) {
  const limits = { ...LIMITS, ...given };
  const files = findFiles(folder ?? fileURLToPath(new URL("../../", import.meta.url)));
  const gate = services.length === 0 ? undefined : await makeGate(services);
  const key = gate && randomBytes(32).toString("base64url");
  const sessions = services.map(describe);
  const opening = key === undefined || openMs === 0 ? undefined : makeOpening(key, openMs);
  const load = { underWay: 0 };
  /** @type {Set<string>} */
  let own = new Set();

  /**
   * @param {IncomingMessage} request
   * @param {ServerResponse} response
   * @returns {Promise<import("./proxy.js").Outcome>}
   */
  const answer = async (request, response) => {
    const { url = "", method } = request;
    const [path = ""] = url.split("?", 1);
    const served = files.get(path);
    const isFile = path === "/" || served !== undefined;
    const refusal = refusalOf(request, own, isFile || path === opening?.path);
    if (refusal !== undefined) {
      return refused(request, response, refusal);
    }
    if (path === "/session" || path.startsWith(PROXY)) {
      if (gate === undefined || key === undefined) {
        const message = "expected a request for a file, found one for a service: none was named when the server was started";
        return refused(request, response, { status: 404, message });
      }
      if (!hasKey(request, key)) {
        return refused(request, response, NO_KEY);
      }
      if (path !== "/session") {
        return passOn(request, response, { gate, limits, load, clean });
      }
      if (method !== "GET") {
        const message = "expected GET, found another method";
        return refused(request, response, { status: 405, message, headers: { Allow: "GET" } });
      }
      const body = JSON.stringify({ services: sessions });
      response.writeHead(200, { ...DATA_HEADERS, "Content-Type": "application/json" }).end(body);
      return { path };
    }
    if (opening !== undefined && path === opening.path && method === "GET") {
      return opening.answer(response);
    }
    if (path === "/" && (method === "GET" || method === "HEAD")) {
      // What stands behind # goes along by itself.
      redirect(response, PAGE);
      return { path };
    }
    await sendFile(request, response, served);
    return served ? { path } : {};
  };

  /** @type {import("node:http").RequestListener} */
  const listener = (request, response) => {
    const begun = performance.now();
    /** @param {import("./proxy.js").Outcome} outcome */
    const ended = (outcome) => log(request, response, outcome, performance.now() - begun);
    answer(request, response).then(ended, (error) => {
      refuse(request, response, { status: 500, message: "expected to answer, found a fault of the server's own" });
      ended({ reason: clean(error instanceof Error ? error.message : String(error)) });
    });
  };

  const server = createServer({
    insecureHTTPParser: false,
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    // The body has a clock of its own, which gives a better answer.
    requestTimeout: limits.headersMs + limits.bodyMs + 5_000,
    connectionsCheckingInterval: Math.max(50, Math.min(5_000, limits.headersMs / 4)),
    requireHostHeader: false,
  });
  server.maxConnections = limits.connections;
  server.on("request", listener);
  // Without this Node would ask for the body before anybody has looked at the head.
  server.on("checkContinue", listener);
  server.on("checkExpectation", (request, response) => {
    refuse(request, response, { status: 417, message: "expected no expectation but 100-continue, found another one" });
  });
  server.on("connect", (_, socket) => {
    endRaw(socket, { status: 405, message: "expected a request for a path, found one for a tunnel" });
  });
  server.on("clientError", (error, socket) => {
    const code = String(Reflect.get(error, "code"));
    if (code === "ECONNRESET" || !socket.writable) {
      socket.destroy();
      return;
    }
    endRaw(socket, BROKEN.get(code) ?? { status: 400, message: "expected a request in HTTP/1.1, found something else" });
  });
  const listening = await listen(server, port, host);
  own = ownAuthorities(host, listening);
  // Nobody can open an address that stands for all of them.
  const [first = ""] = own;
  const origin = `http://${host === "127.0.0.1" || !own.has(authority(host, listening)) ? first : authority(host, listening)}`;
  return {
    url: `${origin}/`,
    address: key === undefined ? `${origin}/` : `${origin}/#session=${key}`,
    ...(openMs !== 0 && { once: `${origin}${opening?.path ?? "/"}` }),
    port: listening,
    ...(key !== undefined && { key }),
    hasPage: files.has(PAGE),
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          gate?.free();
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/** What Node found wrong with a request that it could not read. @type {ReadonlyMap<string, Refusal>} */
const BROKEN = new Map([
  ["HPE_HEADER_OVERFLOW", { status: 431, message: "expected a shorter head of the request, found a longer one" }],
  ["ERR_HTTP_REQUEST_TIMEOUT", { status: 408, message: "expected a whole request in time, found a part of it" }],
]);

/** @param {readonly ProxiedService[]} services */
async function makeGate(services) {
  // It loads the module that signs in, which a server without services does not need.
  await import("../../auth.node.js");
  const { Gate } = await import("../../wasm/auth.js");
  return new Gate(services.map(({ described: _, ...service }) => service));
}

/**
 * What the page may know of a service.
 *
 * @param {ProxiedService} service
 */
function describe({ service, host, described, only, workspaceId, followPath }) {
  const restriction = only.length === 0 ? {} : service === "databricks" ? { jobs: only } : { items: only };
  return { service, host, credential: described, ...restriction, ...(workspaceId !== undefined && { workspaceId }), followPath };
}

/**
 * @param {IncomingMessage} request
 * @param {ServerResponse} response
 * @param {Refusal} refusal
 */
function refused(request, response, refusal) {
  refuse(request, response, refusal);
  return { reason: refusal.message };
}

/**
 * @param {import("node:stream").Duplex} socket
 * @param {Refusal} refusal
 */
function endRaw(socket, refusal) {
  socket.on("error", () => {});
  socket.end(rawRefusal(refusal), () => socket.destroy());
  writeLog("warn", "pqrun::serve", "request refused", { status: refusal.status, reason: refusal.message });
}

/**
 * One line for a request: what is known of it, never what it was asked with.
 *
 * @param {IncomingMessage} request
 * @param {ServerResponse} response
 * @param {import("./proxy.js").Outcome} outcome
 * @param {number} length
 */
function log({ method = "" }, { statusCode: status }, { path, endpoint, reason }, length) {
  const level = reason === undefined ? "debug" : "warn";
  const message = reason === undefined ? "request answered" : "request refused";
  writeLog(level, "pqrun::serve", message, {
    method,
    ...(path !== undefined && { path }),
    ...(endpoint !== undefined && { endpoint }),
    status,
    durationMs: Math.round(length),
    ...(reason !== undefined && { reason }),
  });
}

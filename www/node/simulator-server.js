import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { Simulator } from "../simulator.node.js";
import { authority, listen, pairs } from "./http.js";

/**
 * @import { IncomingMessage, ServerResponse } from "node:http"
 */

/** A body larger than this is refused: no service takes more than 10 MB. */
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * @typedef {object} SimulatorOptions
 * @property {number} [port] Where to listen; any free port if left out.
 * @property {string} [host] The interface to listen on; the loopback if left out.
 * @property {string | object} [scenario] A scenario, as JSON text or as a value; the built-in one if left out. Ids beyond
 *   2^53 must be strings in a value.
 * @property {number} [speed] Divides every length of time; 1 if left out.
 * @property {{ key: string | Uint8Array, cert: string | Uint8Array }} [tls] Serves HTTPS with this key and certificate, both in
 *   PEM; HTTP if left out.
 * @property {Simulator} [simulator] Goes on with this one, instead of `scenario` and `speed`. It is then not freed on
 *   closing.
 */

/**
 * @typedef {object} RunningSimulator
 * @property {string} url Where it listens, without a trailing slash. With `tls` the name is `localhost`, for the
 *   certificate's sake.
 * @property {number} port The port.
 * @property {Simulator} simulator The simulator itself, for `state` and `snapshot`.
 * @property {() => Promise<void>} close Stops at once, also what is under way.
 */

/**
 * Serves a simulator on HTTP or HTTPS.
 *
 * @param {SimulatorOptions} [options]
 * @returns {Promise<RunningSimulator>}
 */
export async function startSimulator({ port = 0, host = "127.0.0.1", scenario, speed = 1, tls, simulator } = {}) {
  const text = scenario === undefined || typeof scenario === "string" ? scenario : JSON.stringify(scenario);
  const own = simulator ?? new Simulator(text, Date.now(), speed);
  /** @type {Set<NodeJS.Timeout>} */
  const delays = new Set();
  /** @type {import("node:http").RequestListener} */
  const listener = (request, response) => {
    answer(own, tls !== undefined, request, response, delays).catch(() => request.destroy());
  };
  const server = tls === undefined ? createServer(listener) : createSecureServer({ key: pem(tls.key), cert: pem(tls.cert) }, listener);
  const listening = await listen(server, port, host);
  // Certificates are made for names.
  const name = tls !== undefined && host === "127.0.0.1" ? "localhost" : host;
  return {
    url: `${tls === undefined ? "http" : "https"}://${authority(name, listening)}`,
    port: listening,
    simulator: own,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          if (simulator === undefined) own.free();
          resolve();
        });
        for (const delay of delays) clearTimeout(delay);
        server.closeAllConnections();
      }),
  };
}

/**
 * @param {Simulator} simulator
 * @param {boolean} secure
 * @param {IncomingMessage} request
 * @param {ServerResponse} response
 * @param {Set<NodeJS.Timeout>} delays
 */
async function answer(simulator, secure, request, response, delays) {
  /** @type {Buffer[]} */
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MOST_BYTES) {
      response.writeHead(413, { connection: "close" }).end();
      return;
    }
  }
  const reply = simulator.handle(
    Date.now(),
    request.method ?? "GET",
    target(request, secure),
    pairs(request.rawHeaders),
    Buffer.concat(chunks),
  );
  if (reply.delayMs > 0) {
    await new Promise((resolve) => {
      const delay = setTimeout(() => {
        delays.delete(delay);
        resolve(undefined);
      }, reply.delayMs);
      delays.add(delay);
    });
  }
  if (reply.fate === "drop") {
    request.socket.destroy();
    return;
  }
  // The simulator gives a `Date`; Node would add another.
  response.sendDate = false;
  const head = reply.headers.flat();
  if (request.method === "HEAD" || reply.status === 204 || reply.status === 304) {
    response.writeHead(reply.status, head).end();
    return;
  }
  response.writeHead(reply.status, [...head, "Content-Length", String(reply.body.length)]);
  if (reply.fate === "cut") {
    // The status line must be on its way before the connection ends.
    response.flushHeaders();
    response.write(reply.body.subarray(0, reply.cutBytes), () => request.socket.destroy());
  } else {
    response.end(reply.body);
  }
}

/** @param {string | Uint8Array} text */
function pem(text) {
  return typeof text === "string" ? text : Buffer.from(text);
}

/**
 * Path and query, or the whole URL where it must tell that it is HTTPS.
 *
 * @param {IncomingMessage} request
 * @param {boolean} secure
 */
function target({ url = "/", headers }, secure) {
  return secure && url.startsWith("/") && headers.host !== undefined ? `https://${headers.host}${url}` : url;
}

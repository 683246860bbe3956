import { createServer } from "node:http";
import { Simulator } from "../simulator.node.js";

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
 * @property {Simulator} [simulator] Goes on with this one, instead of `scenario` and `speed`. It is then not freed on
 *   closing.
 */

/**
 * @typedef {object} RunningSimulator
 * @property {string} url Where it listens, without a trailing slash.
 * @property {number} port The port.
 * @property {Simulator} simulator The simulator itself, for `state` and `snapshot`.
 * @property {() => Promise<void>} close Stops at once, also what is under way.
 */

/**
 * Serves a simulator on HTTP.
 *
 * @param {SimulatorOptions} [options]
 * @returns {Promise<RunningSimulator>}
 */
export async function startSimulator({ port = 0, host = "127.0.0.1", scenario, speed = 1, simulator } = {}) {
  const text = scenario === undefined || typeof scenario === "string" ? scenario : JSON.stringify(scenario);
  const own = simulator ?? new Simulator(text, Date.now(), speed);
  /** @type {Set<NodeJS.Timeout>} */
  const delays = new Set();
  const server = createServer((request, response) => {
    answer(own, request, response, delays).catch(() => request.destroy());
  });
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve(undefined));
  });
  const address = server.address();
  if (address === null || typeof address === "string") {
    throw new Error("expected a port to listen on");
  }
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${address.port}`,
    port: address.port,
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
 * @param {IncomingMessage} request
 * @param {ServerResponse} response
 * @param {Set<NodeJS.Timeout>} delays
 */
async function answer(simulator, request, response, delays) {
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
    request.url ?? "/",
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

/**
 * @param {string[]} raw Names and values in turn.
 * @returns {[string, string][]}
 */
function pairs(raw) {
  /** @type {[string, string][]} */
  const found = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    found.push([raw[at], raw[at + 1]]);
  }
  return found;
}

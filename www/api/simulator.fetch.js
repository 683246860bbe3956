/**
 * @import { Simulator, SimulatorReply } from "./wasm/simulator.js"
 */

/** Statuses whose answers have no body; `Response` refuses one. */
const WITHOUT_BODY = new Set([101, 204, 205, 304]);

/**
 * A `fetch` that reaches the simulator instead of the network, whatever the host of the URL.
 *
 * A dropped connection rejects with a `TypeError`, as in a browser; a cut one fails while the body is read. Redirects are
 * not followed: the answer comes as it is.
 *
 * @param {Simulator} simulator Who answers. Do not free it while requests are under way.
 * @param {{ now?: () => number }} [options] The clock; `Date.now` if left out.
 * @returns {typeof fetch}
 */
export function simulatedFetch(simulator, { now = Date.now } = {}) {
  return async (input, init) => {
    const request = new Request(input, init);
    request.signal.throwIfAborted();
    const body = new Uint8Array(await request.arrayBuffer());
    // `Request` drops `Host` in browsers, and does not make one in Node.
    const headers = [...request.headers].filter(([name]) => name !== "host");
    const reply = simulator.handle(now(), request.method, request.url, headers, body);
    await sleep(reply.delayMs, request.signal);
    if (reply.fate === "drop") {
      throw new TypeError("fetch failed: the simulator dropped the connection");
    }
    return new Response(WITHOUT_BODY.has(reply.status) ? null : stream(reply), {
      status: reply.status,
      headers: reply.headers,
    });
  };
}

/**
 * @param {SimulatorReply} reply
 * @returns {ReadableStream<Uint8Array<ArrayBuffer>>}
 */
function stream(reply) {
  let begun = false;
  return new ReadableStream({
    pull(controller) {
      const first = !begun;
      begun = true;
      const arriving = reply.fate === "cut" ? reply.body.subarray(0, reply.cutBytes) : reply.body;
      if (first && arriving.length > 0) {
        controller.enqueue(arriving);
      } else if (reply.fate === "cut") {
        controller.error(new TypeError("terminated: the simulator cut the connection"));
      } else {
        controller.close();
      }
    },
  });
}

/**
 * @param {number} milliseconds
 * @param {AbortSignal} signal
 */
async function sleep(milliseconds, signal) {
  if (milliseconds > 0) {
    await new Promise((resolve, reject) => {
      const abort = () => {
        clearTimeout(timer);
        reject(signal.reason);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener("abort", abort);
        resolve(undefined);
      }, milliseconds);
      signal.addEventListener("abort", abort, { once: true });
    });
  }
}

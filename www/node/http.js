/** What the servers of the package share: where they listen, and headers as they came. */

/**
 * Listens.
 *
 * @param {import("node:net").Server} server
 * @param {number} port 0 takes a free one.
 * @param {string} host The address.
 * @returns {Promise<number>} The port.
 */
export async function listen(server, port, host) {
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve(undefined);
    });
  });
  const address = server.address();
  if (address === null || typeof address === "string") {
    throw new Error("expected a port to listen on");
  }
  return address.port;
}

/**
 * Host and port, as a URL and the header `Host` have them.
 *
 * @param {string} host
 * @param {number} port
 */
export function authority(host, port) {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/**
 * @param {readonly string[]} raw Names and values in turn.
 * @returns {[string, string][]}
 */
export function pairs(raw) {
  /** @type {[string, string][]} */
  const found = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    found.push([raw[at] ?? "", raw[at + 1] ?? ""]);
  }
  return found;
}

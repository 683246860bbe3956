/** A corporate network for tests: an authority of its own, a service behind TLS, and the proxy in between. */

import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, request as send } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect } from "node:net";
import path from "node:path";

import { generate } from "selfsigned";

import { folder } from "./support.mjs";

/** Hosts of the services; the proxy leads all of them to the simulator. */
export const DATABRICKS_HOST = "adb-1.5.azuredatabricks.net";
export const FABRIC_HOST = "api.fabric.microsoft.com";
export const ENTRA_HOST = "login.microsoftonline.com";

/** Made once: a key takes a while. */
const authority = generate([{ name: "commonName", value: "pqrun test authority" }], {
  keyType: "ec",
  algorithm: "sha256",
  extensions: [{ name: "basicConstraints", cA: true, critical: true }],
});

/** A certificate of the authority, for the hosts of the services. */
export async function certificate() {
  const { private: key, cert } = await authority;
  const names = [DATABRICKS_HOST, FABRIC_HOST, ENTRA_HOST].map((value) => ({ type: 2, value }));
  const made = await generate([{ name: "commonName", value: DATABRICKS_HOST }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: false },
      { name: "subjectAltName", altNames: names },
    ],
    ca: { key, cert },
  });
  return { key: made.private, cert: made.cert };
}

/**
 * The authority's certificate in a file, for `NODE_EXTRA_CA_CERTS`.
 *
 * @param {import("node:test").TestContext} t
 */
export async function authorityFile(t) {
  const file = path.join(folder(t), "authority.pem");
  writeFileSync(file, (await authority).cert);
  return file;
}

/**
 * A server's port, for one test.
 *
 * @param {import("node:test").TestContext} t
 * @param {import("node:net").Server & { closeAllConnections?: () => void }} server
 */
async function listen(t, server) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections?.();
    server.close();
  });
  return /** @type {import("node:net").AddressInfo} */ (server.address()).port;
}

/**
 * The simulator behind TLS. Each answer ends its connection, so that each request has a tunnel of its own.
 *
 * @param {import("node:test").TestContext} t
 * @param {{ port: number }} simulator
 * @param {(request: string) => void} [acted] Called when the simulator has answered, before anybody hears of it.
 */
export async function serveTls(t, simulator, acted = () => {}) {
  const server = createTlsServer(await certificate(), (request, response) => {
    const { method, url, headers } = request;
    const inner = send({ port: simulator.port, host: "127.0.0.1", method, path: url, headers }, (answer) => {
      acted(`${method} ${url}`);
      response.writeHead(answer.statusCode ?? 502, { ...answer.headers, connection: "close" });
      answer.pipe(response);
    });
    inner.on("error", () => request.destroy());
    request.pipe(inner);
  });
  return { port: await listen(t, server) };
}

/**
 * What a proxy does with a wish for a tunnel: opens it, answers with a status, or ends the connection without a word.
 *
 * @typedef {"open" | "drop" | number} Deed
 */

/**
 * A proxy that knows nothing but `CONNECT`, and leads every host to one port.
 *
 * @param {import("node:test").TestContext} t
 * @param {object} options
 * @param {number} options.to
 * @param {string} [options.user] `user:password`, if it wants one.
 * @param {(nth: number) => Deed} [options.deed] By the number of the tunnel, from 0.
 */
export async function startProxy(t, { to, user, deed = () => "open" }) {
  /** @type {string[]} */
  const asked = [];
  /** @type {Set<import("node:stream").Duplex>} */
  const open = new Set();
  const expected = user && `Basic ${Buffer.from(user).toString("base64")}`;
  const server = createServer((_, response) => response.writeHead(405).end());
  server.on("connect", (request, socket, head) => {
    socket.on("error", () => {});
    const found = request.headers["proxy-authorization"];
    const what = expected && found !== expected ? 407 : deed(asked.length);
    asked.push(request.url ?? "");
    if (what === "drop") {
      socket.destroy();
    } else if (typeof what === "number") {
      socket.end(`HTTP/1.1 ${what} No\r\nProxy-Authenticate: Basic realm="proxy"\r\nContent-Length: 0\r\n\r\n`);
    } else {
      const service = connect(to, "127.0.0.1", () => {
        open.add(socket);
        socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
        service.write(head);
        socket.pipe(service).pipe(socket);
      });
      service.on("error", () => socket.destroy());
      service.on("close", () => socket.destroy());
      socket.on("close", () => {
        open.delete(socket);
        service.destroy();
      });
    }
  });
  const port = await listen(t, server);
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    /** The hosts and ports to which a tunnel was wished for. */
    asked,
    /** Ends all tunnels. */
    cut() {
      for (const socket of open) {
        socket.destroy();
      }
    },
  };
}

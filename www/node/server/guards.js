/** What is looked at before anything else of a request: where it was sent, from where, and by whom. */

import { createHash, timingSafeEqual } from "node:crypto";
import { networkInterfaces } from "node:os";

import { authority, pairs } from "../http.js";

/**
 * @import { IncomingMessage } from "node:http"
 * @import { Refusal } from "./answers.js"
 */

/** Headers of which two would be read in two ways. Node itself takes the first one of some, and joins others. */
const SINGLE = new Set([
  "content-encoding",
  "content-length",
  "content-type",
  "expect",
  "host",
  "if-match",
  "if-unmodified-since",
  "origin",
  "range",
  "sec-fetch-dest",
  "sec-fetch-mode",
  "sec-fetch-site",
  "transfer-encoding",
  "x-databricks-workspace-id",
  "x-pqrun-session",
]);

/** Addresses that stand for all of a machine's. */
const ANY = new Set(["0.0.0.0", "::", "::0"]);

/**
 * The values of `Host` that are this server: a name that somebody else points at this machine is none of them.
 *
 * @param {string} host The address that it listens on.
 * @param {number} port
 * @returns {Set<string>}
 */
export function ownAuthorities(host, port) {
  const addresses = ANY.has(host)
    ? Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address))
    : [host];
  const all = ["127.0.0.1", "localhost", "::1", ...addresses].map((name) => authority(name.toLowerCase(), port));
  // Where the port is HTTP's own, it is left out.
  return new Set(port === 80 ? [...all, ...all.map((one) => one.replace(/:80$/u, ""))] : all);
}

/**
 * Refuses what is not meant for this server, or comes from elsewhere.
 *
 * @param {IncomingMessage} request
 * @param {Set<string>} own See {@link ownAuthorities}.
 * @param {boolean} isFile Whether nothing but a file that everybody may have is asked for.
 * @returns {Refusal | undefined}
 */
export function refusalOf(request, own, isFile) {
  const { headers, rawHeaders, method = "", url = "" } = request;
  if (!url.startsWith("/")) {
    return { status: 400, message: "expected a target that begins with a slash, found another one" };
  }
  /** @type {Set<string>} */
  const seen = new Set();
  for (const [raw] of pairs(rawHeaders)) {
    const name = raw.toLowerCase();
    if (SINGLE.has(name) && seen.has(name)) {
      return { status: 400, message: `expected one header ${name}, found several` };
    }
    seen.add(name);
  }
  if (seen.has("content-length") && seen.has("transfer-encoding")) {
    return { status: 400, message: "expected Content-Length or Transfer-Encoding, found both" };
  }
  if (seen.has("upgrade")) {
    const message = "expected a request in HTTP/1.1, found one for another protocol";
    return { status: 400, message, headers: { Connection: "close" } };
  }
  if (headers.host === undefined) {
    return { status: 400, message: "expected the header Host, found none" };
  }
  const host = headers.host.toLowerCase();
  if (!own.has(host)) {
    return {
      status: 421,
      message: `expected the Host ${[...own][0]}, found another one: open the address that pqrun serve printed`,
    };
  }
  // Before what comes from elsewhere is told apart: no answer to this ever lets a page of another origin in.
  if (method === "OPTIONS") {
    return { status: 405, message: "expected no pages of other origins, found their question", headers: { Allow: "GET, HEAD, POST" } };
  }
  if (headers.origin !== undefined && headers.origin !== `http://${host}`) {
    return { status: 403, message: "expected a request of this server's own page, found one of another origin" };
  }
  const site = headers["sec-fetch-site"];
  const isLink = isFile && headers["sec-fetch-mode"] === "navigate" && headers["sec-fetch-dest"] === "document";
  if (site !== undefined && site !== "same-origin" && site !== "none" && !isLink) {
    return { status: 403, message: "expected a request of this server's own page, found one of another site" };
  }
  return undefined;
}

/**
 * Whether the request has the key of this start. Takes as long for a wrong one, whatever is wrong with it.
 *
 * @param {IncomingMessage} request
 * @param {string} key
 */
export function hasKey({ headers }, key) {
  const given = headers["x-pqrun-session"];
  const [one, other] = [typeof given === "string" ? given : "", key].map((text) => createHash("sha256").update(text).digest());
  return timingSafeEqual(/** @type {Buffer} */ (one), /** @type {Buffer} */ (other));
}

/** @type {Refusal} */
export const NO_KEY = Object.freeze({
  status: 401,
  message: "expected the session key of this start in X-Pqrun-Session, found none or another one: open the address that pqrun serve printed",
});

// The page's side of `pqrun serve`: the key by which the server knows the page, and a `fetch` through its proxy.
import { SESSION, forget, keep, recall } from "./storage.js";

/**
 * What the server may reach. No secret is in it.
 *
 * @typedef {object} Served
 * @property {import("pqrun").Service} service
 * @property {string} host
 * @property {string} credential In words.
 * @property {string[]} [jobs] Databricks: the ids of the only jobs that may be run.
 * @property {string[]} [items] Fabric: the ids of the only items that may be run.
 * @property {string} [workspaceId] Databricks: the workspace's id, where the host serves several.
 * @property {boolean} [followPath] Whether files may be read that outputs name.
 */

/** Why there is no server, and what to do about it. */
export class NotServed extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "NotServed";
  }
}

const START = "To use your own workspace, start pqrun serve on your computer and open the address that it prints.";
const WHOLE = "Open the address that it printed last, whole, with all that is behind the #.";

/**
 * Takes the key out of the page's address, before anybody sees it there, and keeps it for this origin. Each start of the
 * server has a key of its own, and none is worth anything after its end.
 *
 * @returns {boolean} Whether there was one: the server has opened this page.
 */
export function takeKey() {
  const key = new URLSearchParams(location.hash.slice(1)).get("session");
  if (key === null) {
    return false;
  }
  history.replaceState(history.state, "", location.pathname + location.search);
  keep(SESSION, key);
  return true;
}

/**
 * Asks the server what it may reach.
 *
 * @returns {Promise<Served[]>}
 * @throws {NotServed}
 */
export async function served() {
  const key = recall(SESSION);
  if (key === undefined) {
    // Not asked for: a page from anywhere else would get a 404.
    throw new NotServed(START);
  }
  let answer;
  try {
    answer = await fetch(new URL("/session", location.origin), { headers: { "X-Pqrun-Session": key }, cache: "no-store" });
  } catch {
    throw new NotServed("pqrun serve does not answer any more. Start it again, and open the address that it prints.");
  }
  if (answer.status === 401) {
    forget(SESSION);
    throw new NotServed(`pqrun serve was started anew and does not know this page. ${WHOLE}`);
  }
  const session = answer.ok ? await answer.json().catch(() => undefined) : undefined;
  if (!Array.isArray(session?.services)) {
    forget(SESSION);
    throw new NotServed(START);
  }
  if (session.services.length === 0) {
    throw new NotServed("pqrun serve serves this page, but it was told of no workspace. Start it again with one.");
  }
  return session.services;
}

/**
 * A `fetch` through the server's proxy, which adds the token.
 *
 * @type {import("pqrun").FetchLike}
 */
export function proxied(url, init) {
  const { host, pathname, search } = new URL(url);
  const headers = { ...init.headers, "X-Pqrun-Session": recall(SESSION) ?? "" };
  return fetch(new URL(`/proxy/${host}${pathname}${search}`, location.origin), { ...init, headers });
}

// Requests as the engine sends them: with credentials, retries and redirects.

import { NetworkError } from "../host.mjs";
import { MRecord, raise } from "../value.mjs";
import { credentialKind } from "./options.mjs";

/**
 * @import { Engine, LoggedRequest } from "../engine.mjs"
 * @import { HostRequest, HostResponse } from "../host.mjs"
 * @import { WebOptions } from "./options.mjs"
 */

/**
 * A request that may be sent.
 *
 * @typedef {object} WebRequest
 * @property {string} method
 * @property {string} base The URL that was given, which names the data source.
 * @property {URL} url Without what must not be logged.
 * @property {WebOptions} options
 */

/** Statuses after which the engine asks again by itself. */
const RETRIED = new Set([408, 429, 503, 504, 509]);
const MOST_RETRIES = 3;
const SHORTEST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 120_000;

/** Statuses that send elsewhere; only 307 keeps the method. */
const REDIRECTS = new Set([300, 301, 302, 303, 307]);
const MOST_REDIRECTS = 10;

/**
 * @param {string} method
 * @param {string} base
 * @param {WebOptions} options
 * @returns {WebRequest}
 */
export function makeRequest(method, base, options) {
  let url;
  try {
    const [path, query] = splitQuery(base);
    const [morePath, moreQuery] = splitQuery(options.relativePath);
    const joined = morePath === "" ? path : `${path.replace(/\/$/, "")}/${morePath.replace(/^\//, "")}`;
    const given = options.query.map(([name, value]) => `${escapeData(name)}=${escapeData(value)}`);
    const all = [query, moreQuery, ...given].filter((part) => part !== "").join("&");
    url = new URL(all === "" ? joined : `${joined}?${all}`);
  } catch {
    url = null;
  }
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    raise("Expression.Error", "The supplied URL must be a valid 'http:' or 'https:' URL.", base);
  }
  return { method, base, url, options };
}

/**
 * @param {string} text
 * @returns {[string, string]}
 */
function splitQuery(text) {
  const at = text.indexOf("?");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

/**
 * `Uri.EscapeDataString`: everything but letters, digits and `-._~`.
 *
 * @param {string} text
 */
export function escapeData(text) {
  return encodeURIComponent(text.toWellFormed?.() ?? text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/**
 * What makes two requests the same for the cache.
 *
 * @param {WebRequest} request
 * @returns {string}
 */
export function cacheKey({ method, url, options }) {
  const headers = options.headers
    .map(([name, value]) => [name.toLowerCase(), value])
    .filter(([name]) => !options.excludedFromKey.has(name))
    .sort();
  const body = options.content === null ? "" : Buffer.from(options.content()).toString("base64");
  return JSON.stringify([method, url.href, options.secretQuery, headers, body]);
}

/**
 * Sends a request, and again where the engine does so by itself. Raises M's errors for statuses that the query does not
 * handle.
 *
 * @param {Engine} engine
 * @param {WebRequest} first
 * @returns {HostResponse}
 */
export function send(engine, first) {
  let request = first;
  let attempt = 1;
  for (let redirects = 0; ; ) {
    const answer = sendOnce(engine, request, attempt);
    const { status } = answer;
    const manual = request.options.manualStatus.has(status);
    if (!manual && RETRIED.has(status) && attempt <= MOST_RETRIES) {
      engine.host.sleep(waitBefore(answer, attempt));
      attempt += 1;
    } else if (!manual && REDIRECTS.has(status)) {
      redirects += 1;
      if (redirects > MOST_REDIRECTS) fail(request, status, "too many redirects");
      request = redirected(request, answer);
      attempt = 1;
    } else if (manual || status < 400) {
      return answer;
    } else {
      return fail(request, status, "");
    }
  }
}

/**
 * @param {Engine} engine
 * @param {WebRequest} request
 * @param {number} attempt
 * @returns {HostResponse}
 */
function sendOnce(engine, request, attempt) {
  const { method, url, options } = request;
  const body = options.content === null || method !== "POST" ? new Uint8Array() : options.content();
  const headers = [...options.headers, ...credentialHeaders(engine, request)];
  const full = new URL(url);
  const secrets = options.secretQuery.map(([name, value]) => `${escapeData(name)}=${escapeData(value)}`);
  if (secrets.length > 0) full.search = [full.search.slice(1), ...secrets].filter((part) => part !== "").join("&");
  /** @type {LoggedRequest} */
  const logged = {
    method,
    url: url.href,
    path: url.pathname,
    relativePath: options.relativePath,
    query: [...url.searchParams],
    headers: Object.fromEntries(headers.map(([name, value]) => [name, isSecret(name) ? "***" : value])),
    body: withoutSecrets(Buffer.from(body).toString("utf8")),
    status: null,
    at: engine.host.now(),
    attempt,
  };
  engine.requests.push(logged);
  /** @type {HostRequest} */
  const sent = { method, url: full.href, headers, body, timeoutMs: options.timeoutMs };
  try {
    const answer = engine.host.request(sent);
    logged.status = answer.status;
    return answer;
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    return raise(
      "DataSource.Error",
      `Web.Contents failed to get contents from '${url.href}': ${error.message}.`,
      detailOf(request),
    );
  }
}

/** @param {string} name */
function isSecret(name) {
  return /authorization|token|secret|key|cookie/i.test(name);
}

/** @param {string} body */
function withoutSecrets(body) {
  return body.replace(/((?:client_secret|password|refresh_token|assertion)=)[^&]*/g, "$1***");
}

/**
 * @param {Engine} engine
 * @param {WebRequest} request
 * @returns {[string, string][]}
 */
function credentialHeaders(engine, { base, options }) {
  const { credential, extension } = engine.options;
  if (options.manualCredentials) return [];
  if (credential === null) {
    if (!extension) return [];
    return raise("DataSource.Error", "Credentials are required to connect to the Web source.", base);
  }
  switch (credentialKind(engine)) {
    case "Key":
      // Documented so: the key goes as a password, unless the extension handles credentials itself.
      return [["Authorization", basic("", credential.Key ?? credential.Password ?? "")]];
    case "UsernamePassword":
      return [["Authorization", basic(credential.Username ?? "", credential.Password ?? "")]];
    case "Anonymous":
    case "Implicit":
    case "WebApi":
    case "Windows":
      return [];
    default:
      return [["Authorization", `Bearer ${credential.access_token ?? ""}`]];
  }
}

/**
 * @param {string} user
 * @param {string} password
 */
function basic(user, password) {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}

/**
 * How long to wait before asking again: what `Retry-After` says in seconds (a date counts as nothing), else longer each
 * time.
 *
 * @param {HostResponse} answer
 * @param {number} attempt
 */
function waitBefore(answer, attempt) {
  const said = headerOf(answer, "retry-after");
  const wait = said !== null && /^\d+(\.\d+)?$/.test(said.trim()) ? Number(said) * 1000 : 500 * 2 ** attempt;
  return Math.min(Math.max(wait, SHORTEST_WAIT_MS), LONGEST_WAIT_MS);
}

/**
 * @param {HostResponse} answer
 * @param {string} wanted In lower case.
 */
export function headerOf({ headers }, wanted) {
  return headers.find(([name]) => name.toLowerCase() === wanted)?.[1] ?? null;
}

/**
 * @param {WebRequest} request
 * @param {HostResponse} answer
 * @returns {WebRequest}
 */
function redirected(request, answer) {
  const location = headerOf(answer, "location");
  if (location === null) return fail(request, answer.status, "the answer says no location");
  const url = new URL(location, request.url);
  const keepsMethod = answer.status === 307;
  const sameOrigin = url.origin === request.url.origin;
  // No credential goes to another server.
  const headers = request.options.headers.filter(([name]) => sameOrigin || !isSecret(name));
  const options = {
    ...request.options,
    headers,
    content: keepsMethod ? request.options.content : null,
    secretQuery: sameOrigin ? request.options.secretQuery : [],
    manualCredentials: request.options.manualCredentials || !sameOrigin,
  };
  return {
    ...request,
    method: keepsMethod ? request.method : request.method === "HEAD" ? "HEAD" : "GET",
    url,
    options,
  };
}

/**
 * @param {WebRequest} request
 * @param {number} status
 * @param {string} why
 * @returns {never}
 */
function fail(request, status, why) {
  const { url } = request;
  if (status === 401) {
    raise("DataSource.Error", "The credentials provided for the Web source are invalid.", detailOf(request, status));
  }
  if (status === 403) raise("DataSource.Error", "Access to the resource is forbidden.", detailOf(request, status));
  const reason = why || STATUS_TEXTS[status] || "";
  raise(
    "DataSource.Error",
    `Web.Contents failed to get contents from '${url.href}' (${status})${reason === "" ? "" : `: ${reason}`}`,
    detailOf(request, status),
  );
}

/** @type {Record<number, string>} */
const STATUS_TEXTS = {
  400: "Bad Request",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  408: "Request Timeout",
  409: "Conflict",
  410: "Gone",
  413: "Payload Too Large",
  422: "Unprocessable Entity",
  429: "Too Many Requests",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
  509: "Bandwidth Limit Exceeded",
};

/**
 * @param {WebRequest} request
 * @param {number | null} [status]
 */
function detailOf({ base, url }, status = null) {
  return MRecord.from({
    DataSourceKind: "Web",
    DataSourcePath: base,
    Url: url.href,
    ...(status && { Status: status }),
  });
}

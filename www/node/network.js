/**
 * How requests leave in Node: through the proxy that the environment names, or else straight on.
 *
 * Node's own `fetch` heeds `HTTPS_PROXY` and the like from Node 24 on, and only if told so. `NODE_EXTRA_CA_CERTS` is
 * heeded by Node itself, for both ways.
 */

import { Buffer } from "node:buffer";
import process from "node:process";

/**
 * @import { FetchLike } from "pqrun"
 * @import { Dispatcher } from "undici"
 */

/**
 * What the environment says about proxies.
 *
 * @typedef {object} Proxies
 * @property {Proxy | undefined} http
 * @property {Proxy | undefined} https
 * @property {string} noProxy
 */

/** @typedef {{ variable: string, url: URL }} Proxy */

/** A way out through proxies. */
/** @typedef {{ key: string, ready: Promise<FetchLike> }} Way */

/**
 * What keeps a request from its tunnel. The wasm module knows the codes: nothing of the request has left.
 *
 * `ERR_PROXY_REFUSED` will stay so, `ERR_PROXY_TUNNEL` may pass.
 */
class ProxyError extends Error {
  /**
   * @param {"ERR_PROXY_REFUSED" | "ERR_PROXY_TUNNEL"} code
   * @param {string} message
   */
  constructor(code, message) {
    super(message);
    this.name = "ProxyError";
    this.code = code;
  }
}

/** As it is when the package is loaded: one that is put in its place later is somebody's wish. */
const ownFetch = globalThis.fetch;

/** @type {Way | undefined} */
let last;

/**
 * The `fetch` of those who give none.
 *
 * The environment is read anew for each request, since a program may set it after its imports.
 *
 * @type {FetchLike}
 */
export function networkFetch(url, init) {
  if (globalThis.fetch !== ownFetch) {
    return globalThis.fetch(url, init);
  }
  if (isLoopback(new URL(url).hostname)) {
    // Node leads this machine's hosts through the proxy, too, and what is sent to them needs no TLS.
    return nodeHeedsProxies() ? (straight ??= openStraight()).then((fetch) => fetch(url, init)) : ownFetch(url, init);
  }
  const isProxied = PROXY_VARIABLES.some((name) => (process.env[name] ?? "").trim() !== "");
  if (!isProxied) {
    return ownFetch(url, init);
  }
  const key = [...PROXY_VARIABLES, "no_proxy", "NO_PROXY"].map((name) => process.env[name] ?? "").join("\n");
  if (last?.key !== key) {
    last = { key, ready: open(process.env) };
  }
  return last.ready.then((fetch) => fetch(url, init));
}

/** A way out without proxies, where Node's own has them. @type {Promise<FetchLike> | undefined} */
let straight;

/** @returns {Promise<FetchLike>} */
async function openStraight() {
  const { Agent, fetch } = await import("undici");
  const dispatcher = new Agent();
  return (url, init) => fetch(url, { ...init, dispatcher });
}

/** Whether Node was told to heed the proxies itself. */
function nodeHeedsProxies() {
  const { NODE_USE_ENV_PROXY = "", NODE_OPTIONS = "" } = process.env;
  return NODE_USE_ENV_PROXY !== "" || [...process.execArgv, NODE_OPTIONS].join(" ").includes("--use-env-proxy");
}

/** Those that name a proxy. In lower case they come first, as for curl. */
const PROXY_VARIABLES = Object.freeze(["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"]);

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<FetchLike>}
 */
async function open(env) {
  const proxies = readProxies(env);
  const { EnvHttpProxyAgent, Pool, fetch } = await import("undici");

  /** The connections to a proxy. Whatever fails here fails before the tunnel stands. */
  class TunnelPool extends Pool {
    /** @type {Proxy} */
    #proxy;

    /**
     * @param {URL} url
     * @param {object} options
     */
    constructor(url, options) {
      super(url.origin, options);
      this.#proxy = proxies.https?.url.href === url.href ? proxies.https : /** @type {Proxy} */ (proxies.http);
    }

    /**
     * @override
     * @param {Dispatcher.ConnectOptions} options
     * @returns {Promise<any>}
     */
    async connect(options) {
      let answer;
      try {
        answer = await super.connect(options);
      } catch (error) {
        throw unreachable(this.#proxy, error);
      }
      if (answer.statusCode !== 200) {
        answer.socket.on("error", () => {}).destroy();
        throw refused(this.#proxy, options.path, answer.statusCode);
      }
      return answer;
    }
  }

  const dispatcher = new EnvHttpProxyAgent({
    httpProxy: proxies.http?.url.href ?? "",
    httpsProxy: proxies.https?.url.href ?? "",
    noProxy: proxies.noProxy,
    clientFactory: (url, options) => new TunnelPool(/** @type {URL} */ (/** @type {unknown} */ (url)), options),
  });
  return (url, init) => fetch(url, { ...init, dispatcher });
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {Proxies}
 */
function readProxies(env) {
  return {
    http: readProxy("http_proxy", env) ?? readProxy("HTTP_PROXY", env),
    https: readProxy("https_proxy", env) ?? readProxy("HTTPS_PROXY", env),
    noProxy: env.no_proxy ?? env.NO_PROXY ?? "",
  };
}

/**
 * @param {string} variable
 * @param {NodeJS.ProcessEnv} env
 * @returns {Proxy | undefined}
 */
function readProxy(variable, env) {
  const text = (env[variable] ?? "").trim();
  if (text === "") {
    return undefined;
  }
  const whole = text.includes("://") ? text : `http://${text}`;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  if (url === undefined || !/^https?:$/u.test(url.protocol) || url.hostname === "" || !isDecodable(url)) {
    // Not repeated: it may hold a password.
    throw new ProxyError(
      "ERR_PROXY_REFUSED",
      `${variable}: expected an address such as http://proxy.example:8080, found another text; in a user name or a password write %40 for @, %3A for : and %25 for %`,
    );
  }
  return { variable, url };
}

/** @param {URL} url */
function isDecodable({ username, password }) {
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {Proxy} proxy
 * @param {unknown} error
 */
function unreachable(proxy, error) {
  const reason = error instanceof Error && error.message ? error.message : String(Reflect.get(Object(error), "code"));
  return new ProxyError("ERR_PROXY_TUNNEL", `no answer from the proxy ${shown(proxy)}: ${reason}`);
}

/**
 * @param {Proxy} proxy
 * @param {string} target Host and port.
 * @param {number} status
 */
function refused(proxy, target, status) {
  if (status === 407) {
    const hasUser = proxy.url.username !== "" && proxy.url.password !== "";
    const message = hasUser
      ? `the proxy ${shown(proxy)} refused the user name and the password with the status 407`
      : `the proxy ${shown(proxy)} wants a user name and a password (status 407)`;
    return new ProxyError("ERR_PROXY_REFUSED", message);
  }
  const isPassing = status >= 500 || status === 408 || status === 429;
  return new ProxyError(
    isPassing ? "ERR_PROXY_TUNNEL" : "ERR_PROXY_REFUSED",
    `the proxy ${shown(proxy)} refused the way to ${target} with the status ${status}`,
  );
}

/**
 * Host and port, and who named it; never its user.
 *
 * @param {Proxy} proxy
 */
function shown({ variable, url }) {
  return `${url.hostname}:${url.port || (url.protocol === "https:" ? 443 : 80)} of ${variable}`;
}

/**
 * Whether a host is this machine, where no proxy leads to.
 *
 * @param {string} hostname As `URL` has it.
 */
function isLoopback(hostname) {
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/u.test(hostname);
}

/**
 * The user names' secrets in the addresses of proxies, in each form in which one could turn up.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {string[]}
 */
export function proxySecrets(env) {
  return PROXY_VARIABLES.flatMap((name) => {
    const [, user = "", password = ""] = /^(?:[^/]*:\/\/)?([^:/@]*):(.*)@/u.exec((env[name] ?? "").trim()) ?? [];
    if (password === "") {
      return [];
    }
    const plain = decoded(password);
    return [password, plain, Buffer.from(`${decoded(user)}:${plain}`).toString("base64")];
  });
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Refreshes: generated documents, as their users have them, evaluated several times. */

import { generateQuery } from "../../../pkg/connector.node.js";
import { ResponseCache, errorToJson, evaluateParsed, makeEngine, toJson } from "../evaluate.mjs";
import { simulatedHost } from "../hosts/simulated.mjs";
import { parsedOnce } from "./evaluations.mjs";
import { key } from "./extension.mjs";
import { byChance, evaluateInterleaved, inTurn } from "./interleaved.mjs";

/**
 * @import { LoggedRequest, Mode } from "../engine.mjs"
 * @import { HostResponse } from "../host.mjs"
 * @import { Choose } from "./interleaved.mjs"
 * @import { Extension } from "./extension.mjs"
 */

/** @typedef {ReturnType<typeof simulatedHost>} Service */

/**
 * What is evaluated: a query, or an extension with an expression that calls it.
 *
 * @typedef {object} Generated
 * @property {string[]} documents
 * @property {string} [expression]
 * @property {{ parameters?: Record<string, string>, [option: string]: unknown }} engine
 */

/** @typedef {{ value?: any, error?: any, requests: LoggedRequest[] }} End */

/** How many evaluations a refresh has. */
export const TIMES = 6;

/**
 * In which order the requests of a refresh go out; null: one evaluation after another.
 *
 * @type {Record<string, (() => Choose) | null>}
 */
export const ORDERS = {
  "one after another": null,
  "in turn": inTurn,
  "by chance": () => byChance(4711),
};

/**
 * A query; its token is the parameter `ServiceToken`.
 *
 * @param {Parameters<typeof generateQuery>[0]} options
 * @param {string} token
 * @returns {Generated}
 */
export function queryOf(options, token) {
  const document = generateQuery({ tokenParameter: "ServiceToken", ...options });
  return { documents: [document], engine: { parameters: { ServiceToken: token } } };
}

/**
 * A call of an extension. The credential is a key, unless another one is given.
 *
 * @param {Extension} extension
 * @param {string} expression
 * @param {string | object} credential
 * @returns {Generated}
 */
export function callOf({ text, resources }, expression, credential) {
  const given = typeof credential === "string" ? key(credential) : credential;
  return { documents: [text], expression, engine: { extension: true, linked: true, resources, credential: given } };
}

/**
 * One evaluation.
 *
 * @param {Service} host
 * @param {Generated} generated
 * @param {{ mode?: Mode, cache?: ResponseCache }} [how]
 * @returns {Promise<End>}
 */
export async function evaluateOnce(host, { documents, expression, engine }, { mode = "shared", cache } = {}) {
  const nodes = [...(await parsedOnce(documents.join("\n"), () => documents))];
  if (expression !== undefined) nodes.push(...(await parsedOnce(expression, () => [expression])));
  const { parameters = {}, ...options } = engine;
  const ours = makeEngine({ ...options, host, mode, cache, parameters: (name) => parameters[name] });
  const { value, error, requests } = evaluateParsed(ours, nodes);
  if (error !== undefined) return { error: errorToJson(error), requests };
  return { value: toJson(/** @type {any} */ (value)), requests };
}

/**
 * The evaluations of one refresh, each with a cache of its own.
 *
 * @param {Service} host
 * @param {Generated} generated
 * @param {{ mode: Mode, choose?: Choose | null, answers?: Map<string, HostResponse> }} how `answers`: what each cache
 *   holds at first. Without `choose`: one evaluation after another.
 * @returns {Promise<End[]>}
 */
export async function refresh(host, generated, { mode, choose = null, answers = new Map() }) {
  if (choose !== null) return evaluateInterleaved(host, { ...generated, times: TIMES, mode, choose, answers });
  const ends = [];
  for (let times = 0; times < TIMES; times += 1) {
    const cache = new ResponseCache();
    cache.answers = new Map(answers);
    ends.push(await evaluateOnce(host, generated, { mode, cache }));
  }
  return ends;
}

/**
 * An earlier refresh, and what it leaves in the cache. The refresh after it begins at a given time.
 *
 * @param {Service} host
 * @param {Generated} generated
 * @param {number} until
 * @returns {Promise<Map<string, HostResponse>>}
 */
export async function refreshedBefore(host, generated, until) {
  const cache = new ResponseCache();
  await evaluateOnce(host, generated, { mode: "stale", cache });
  host.sleep(until - host.now());
  return cache.answers;
}

/**
 * The service as it is reached by an engine whose user has signed in: when a token has expired, the engine gets the
 * next one by itself and sends the request again. M sees nothing of it.
 *
 * @template {Service} S
 * @param {S} host
 * @param {"databricks" | "fabric"} service
 * @param {string} token The first one.
 * @param {number} lifetimeSeconds Of each that follows.
 * @returns {S}
 */
export function withAccount(host, service, token, lifetimeSeconds) {
  const { simulator } = host;
  let current = token;
  const account = {
    /** @param {number} now */
    state: (now) => simulator.state(now),
    /** @type {typeof simulator.handle} */
    handle(now, method, url, headers, body) {
      const send = () => {
        /** @type {(header: [string, string]) => [string, string]} */
        const renewed = ([name, value]) => [name, name === "Authorization" ? `Bearer ${current}` : value];
        return simulator.handle(now, method, url, [...headers].map(renewed), body);
      };
      const first = send();
      if (first.status !== 401) return first;
      const wanted = new TextEncoder().encode(JSON.stringify({ service, lifetimeSeconds }));
      const issued = simulator.handle(now, "POST", "http://localhost/simulator/token", [["Host", "localhost"]], wanted);
      current = JSON.parse(new TextDecoder().decode(issued.body)).token;
      return send();
    },
  };
  return { ...host, ...simulatedHost({ simulator: /** @type {any} */ (account), now: host.now() }) };
}

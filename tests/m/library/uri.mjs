import { MList, MRecord, cannotConvert, plain, primitive, raise } from "../value.mjs";
import { family } from "./signature.mjs";

/**
 * @import { Value } from "../value/slot.mjs"
 */

/**
 * Escapes all but the unreserved characters of RFC 3986. A lone surrogate becomes U+FFFD, as in .NET.
 *
 * @param {string} text
 */
export function escapeData(text) {
  const whole = text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");
  return encodeURIComponent(whole).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** @param {Value} value */
function asText(value) {
  return typeof value === "string" ? value : cannotConvert(value, primitive("text"));
}

/**
 * @param {MRecord} query
 */
function buildQuery(query) {
  return query.names
    .flatMap((name) => {
      const value = plain(query.get(name));
      const values = value instanceof MList ? value.toValues() : [value];
      return values.map((one) => `${escapeData(name)}=${escapeData(asText(one))}`);
    })
    .join("&");
}

/**
 * @param {string} text
 * @returns {URL}
 */
function parse(text) {
  try {
    return new URL(/^[A-Za-z][A-Za-z0-9+.-]*:/.test(text) ? text : `http://${text}`);
  } catch {
    raise("Expression.Error", "The provided URI is not valid.", text);
  }
}

/** @type {Record<string, number>} */
const PORTS = { "http:": 80, "https:": 443, "ftp:": 21 };

/** @param {string} text */
const decoded = (text) => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** @param {string} text */
function parts(text) {
  const url = parse(text);
  /** @type {Map<string, Value>} */
  const query = new Map();
  for (const pair of url.search.slice(1).split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = decoded(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? "" : decoded(pair.slice(equals + 1).replaceAll("+", " "));
    const before = query.get(name);
    if (before === undefined) query.set(name, value);
    else query.set(name, MList.of([...(before instanceof MList ? before.toArray() : [before]), value]));
  }
  return MRecord.from({
    Scheme: url.protocol.slice(0, -1),
    Host: url.hostname,
    Port: url.port === "" ? (PORTS[url.protocol] ?? -1) : Number(url.port),
    Path: url.pathname,
    Query: new MRecord(query),
    Fragment: url.hash,
    UserName: decoded(url.username),
    Password: decoded(url.password),
  });
}

export const uri = family({
  "Uri.EscapeDataString(data as text) as text": escapeData,

  "Uri.BuildQueryString(query as record) as text": buildQuery,

  "Uri.Parts(absoluteUri as text) as record": parts,

  "Uri.Combine(baseUri as text, relativeUri as text) as text": (base, relative) => {
    try {
      return new URL(relative, base).href;
    } catch {
      raise("Expression.Error", "The provided URI is not valid.", base);
    }
  },
});

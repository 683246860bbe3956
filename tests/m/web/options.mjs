// The options of `Web.Contents`.

import {
  MBinary,
  MDuration,
  MList,
  MRecord,
  TICKS_PER_DAY,
  cannotConvert,
  force,
  plain,
  primitive,
  raise,
} from "../value.mjs";

/**
 * @import { Engine } from "../engine.mjs"
 * @import { Value } from "../value/slot.mjs"
 */

/** Options that every query may use. */
const EVERYWHERE = [
  "ApiKeyName",
  "Content",
  "ExcludedFromCacheKey",
  "Headers",
  "IsRetry",
  "ManualStatusHandling",
  "Query",
  "RelativePath",
  "Timeout",
];

/** Options that only an extension may use. */
const EXTENSION_ONLY = ["CredentialQuery", "ManualCredentials"];

/** Headers that a plain query may set whatever its credential. */
const HARMLESS_HEADERS = new Set([
  "accept",
  "accept-charset",
  "accept-encoding",
  "accept-language",
  "cache-control",
  "content-type",
  "if-modified-since",
  "prefer",
  "range",
  "referer",
]);

/** The engine's time limit of a request, in milliseconds. */
const DEFAULT_TIMEOUT_MS = 100_000;

/**
 * The options, checked and in JavaScript's words.
 *
 * @typedef {object} WebOptions
 * @property {string} relativePath
 * @property {[string, string][]} query
 * @property {[string, string][]} secretQuery What must not be logged.
 * @property {[string, string][]} headers
 * @property {(() => Uint8Array) | null} content A request with content is a POST.
 * @property {Set<string>} excludedFromKey Header names in lower case.
 * @property {boolean} isRetry
 * @property {Set<number>} manualStatus
 * @property {boolean} manualCredentials
 * @property {number} timeoutMs
 */

/**
 * @param {Engine} engine
 * @param {string} functionName
 * @param {MRecord | null} record
 * @returns {WebOptions}
 */
export function readOptions(engine, functionName, record) {
  const { extension } = engine.options;
  const options = record ?? new MRecord(new Map());
  const valid = extension ? [...EVERYWHERE, ...EXTENSION_ONLY].sort() : EVERYWHERE;
  for (const name of options.names) {
    if (!valid.includes(name)) {
      const list = valid.map((one) => `'${one}'`).join(", ");
      raise("Expression.Error", `'${name}' isn't a valid ${functionName} option. Valid options are: ${list}.`, options);
    }
  }
  const anonymous = credentialKind(engine) === "Anonymous";
  const headers = pairsOf(options.option("Headers"), "Headers");
  if (!extension && !anonymous) checkHeaders(headers);
  const content = binaryOf(options.option("Content"));
  if (content !== null && !extension && !anonymous) {
    raise("DataSource.Error", "Web.Contents with the Content option is only supported when connecting anonymously.");
  }
  const manualStatus = new Set(numbersOf(options.option("ManualStatusHandling")));
  if (!extension) {
    // There they are the engine's own matter: it asks for other credentials.
    manualStatus.delete(401);
    manualStatus.delete(403);
  }
  return {
    relativePath: textOf(options.option("RelativePath")) ?? "",
    query: queryOf(options.option("Query"), "Query"),
    secretQuery: [...queryOf(options.option("CredentialQuery"), "CredentialQuery"), ...apiKey(engine, options)],
    headers,
    content,
    excludedFromKey: new Set(textsOf(options.option("ExcludedFromCacheKey")).map((name) => name.toLowerCase())),
    isRetry: logicalOf(options.option("IsRetry")),
    manualStatus,
    manualCredentials: logicalOf(options.option("ManualCredentials")),
    timeoutMs: timeoutOf(options.option("Timeout")),
  };
}

/**
 * How the user has signed in. Without a credential a plain query is anonymous.
 *
 * @param {Engine} engine
 * @returns {string}
 */
export function credentialKind({ options: { credential } }) {
  return credential?.AuthenticationKind ?? "Anonymous";
}

/** @param {[string, string][]} headers */
function checkHeaders(headers) {
  for (const [name] of headers) {
    if (HARMLESS_HEADERS.has(name.toLowerCase())) continue;
    raise(
      "Expression.Error",
      `The '${name}' header is only supported when connecting anonymously. These headers can be used with all ` +
        "authentication types: Accept, Accept-Charset, Accept-Encoding, Accept-Language, Cache-Control, Content-Type, " +
        "If-Modified-Since, Prefer, Range, Referer.",
    );
  }
}

/**
 * @param {Engine} engine
 * @param {MRecord} options
 * @returns {[string, string][]}
 */
function apiKey(engine, options) {
  const name = textOf(options.option("ApiKeyName"));
  const isKey = credentialKind(engine) === "WebApi";
  if (isKey && name === null) {
    raise("DataSource.Error", "A web API key name is needed when connecting with a web API key.");
  }
  if (!isKey && name !== null && credentialKind(engine) !== "Anonymous" && !engine.options.extension) {
    raise("DataSource.Error", "A web API key name can only be specified when a web API key is provided.");
  }
  return isKey && name !== null ? [[name, String(engine.options.credential?.Key ?? "")]] : [];
}

/**
 * @param {Value} value
 * @param {string} option
 * @returns {[string, string][]}
 */
function pairsOf(value, option) {
  if (value === null) return [];
  if (!(value instanceof MRecord)) cannotConvert(value, primitive("record"));
  return value.names.map((name) => {
    const text = plain(value.slot(name));
    return typeof text === "string" ? [name, text] : wrongValue(option, name, text);
  });
}

/**
 * @param {Value} value
 * @param {string} option
 * @returns {[string, string][]}
 */
function queryOf(value, option) {
  if (value === null) return [];
  if (!(value instanceof MRecord)) cannotConvert(value, primitive("record"));
  return value.names.flatMap((name) => {
    const one = plain(value.slot(name));
    const texts = one instanceof MList ? one.toValues() : [one];
    return texts.map((text) =>
      typeof text === "string" ? /** @type {[string, string]} */ ([name, text]) : wrongValue(option, name, text),
    );
  });
}

/**
 * @param {string} option
 * @param {string} name
 * @param {Value} value
 * @returns {never}
 */
function wrongValue(option, name, value) {
  const what = option === "Headers" ? "a text value" : "either a text value or a list of text values";
  raise("Expression.Error", `The ${option} field '${name}' must have ${what}.`, value);
}

/**
 * @param {Value} value
 * @returns {string | null}
 */
function textOf(value) {
  return value === null || typeof value === "string" ? value : cannotConvert(value, primitive("text"));
}

/**
 * @param {Value} value
 * @returns {boolean}
 */
function logicalOf(value) {
  return value === null || typeof value === "boolean" ? (value ?? false) : cannotConvert(value, primitive("logical"));
}

/**
 * @param {Value} value
 * @returns {(() => Uint8Array) | null}
 */
function binaryOf(value) {
  if (value === null) return null;
  return value instanceof MBinary ? () => value.bytes : cannotConvert(value, primitive("binary"));
}

/**
 * @param {Value} value
 * @returns {Value[]}
 */
function listOf(value) {
  if (value === null) return [];
  return value instanceof MList ? value.toArray().map(force) : cannotConvert(value, primitive("list"));
}

/**
 * @param {Value} value
 * @returns {string[]}
 */
function textsOf(value) {
  return listOf(value).map((one) => {
    const text = plain(one);
    return typeof text === "string" ? text : cannotConvert(text, primitive("text"));
  });
}

/**
 * @param {Value} value
 * @returns {number[]}
 */
function numbersOf(value) {
  return listOf(value).map((one) => {
    const number = plain(one);
    return typeof number === "number" ? number : cannotConvert(number, primitive("number"));
  });
}

/**
 * @param {Value} value
 * @returns {number}
 */
function timeoutOf(value) {
  if (value === null) return DEFAULT_TIMEOUT_MS;
  if (!(value instanceof MDuration)) cannotConvert(value, primitive("duration"));
  return (value.days * TICKS_PER_DAY + value.ticks) / 10_000;
}

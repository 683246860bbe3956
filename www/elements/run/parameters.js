// Parameters as a person types them, in rows or as JSON, and as the services take them.

/**
 * @typedef {"text" | "number" | "boolean" | "json"} ParameterType
 * @typedef {object} Parameter A row.
 * @property {number} id Tells rows apart while they are moved and removed.
 * @property {string} name
 * @property {ParameterType} type What Fabric is given; a parameter of Databricks is always a text.
 * @property {string} value
 * @property {boolean} secret
 */

/** What the types are called. @type {readonly { type: ParameterType, word: string }[]} */
export const TYPES = Object.freeze([
  { type: "text", word: "Text" },
  { type: "number", word: "Number" },
  { type: "boolean", word: "True or false" },
  { type: "json", word: "JSON" },
]);

let lastId = 0;

/**
 * @param {Partial<Parameter>} [given]
 * @returns {Parameter}
 */
export function parameter(given) {
  lastId += 1;
  return { name: "", type: "text", value: "", secret: false, ...given, id: lastId };
}

/**
 * Rows of values by name. A secret that has no value is a row, too: somebody has to fill it in.
 *
 * @param {Record<string, unknown> | undefined} values
 * @param {readonly string[]} secrets The names of secret ones.
 * @returns {Parameter[]}
 */
export function rowsOf(values = {}, secrets = []) {
  const missing = secrets.filter((name) => !Object.hasOwn(values, name));
  return [
    ...Object.entries(values).map(([name, value]) => parameter({ name, secret: secrets.includes(name), ...written(value) })),
    ...missing.map((name) => parameter({ name, secret: true })),
  ];
}

/**
 * @param {unknown} value
 * @returns {{ type: ParameterType, value: string }}
 */
function written(value) {
  switch (typeof value) {
    case "string":
      return { type: "text", value };
    case "number":
      return { type: "number", value: String(value) };
    case "boolean":
      return { type: "boolean", value: String(value) };
    default:
      return { type: "json", value: JSON.stringify(value) ?? "" };
  }
}

/**
 * The values by name. Rows in which nothing is written do not count.
 *
 * @param {readonly Parameter[]} rows
 * @param {boolean} typed Whether types count: Fabric's do.
 * @returns {{ values: Record<string, unknown>, problems: Record<string, string> }} Problems by `parameter-ID-name` and
 *   `parameter-ID-value`; what has one is not among the values.
 */
export function valuesOf(rows, typed) {
  /** @type {Record<string, unknown>} */
  const values = {};
  /** @type {Record<string, string>} */
  const problems = {};
  for (const row of rows) {
    const name = row.name.trim();
    if (name === "") {
      if (row.value !== "" || row.secret) {
        problems[`parameter-${row.id}-name`] = "Give the parameter's name, or remove the row.";
      }
    } else if (Object.hasOwn(values, name)) {
      problems[`parameter-${row.id}-name`] = `There is a parameter ${name} already.`;
    } else if (row.secret && row.value === "") {
      problems[`parameter-${row.id}-value`] = "Give the value: that of a secret parameter is not kept.";
    } else {
      const read = typed ? readValue(row) : { value: row.value };
      if ("problem" in read) {
        problems[`parameter-${row.id}-value`] = read.problem;
      } else {
        // Not by assignment: the name may be `__proto__`.
        Object.defineProperty(values, name, { value: read.value, enumerable: true, writable: true, configurable: true });
      }
    }
  }
  return { values, problems };
}

/**
 * @param {Parameter} row
 * @returns {{ value: unknown } | { problem: string }}
 */
function readValue({ type, value }) {
  switch (type) {
    case "text":
      return { value };
    case "number":
      return readNumber(value.trim());
    case "boolean": {
      const word = value.trim().toLowerCase();
      return word === "true" || word === "false"
        ? { value: word === "true" }
        : { problem: "Expected true or false." };
    }
    case "json":
      try {
        return { value: JSON.parse(value) };
      } catch {
        return { problem: 'Expected JSON, such as ["a", 1] or {"day": null}.' };
      }
  }
}

/** @param {string} text */
function readNumber(text) {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/iu.test(text) || !Number.isFinite(Number(text))) {
    return { problem: "Expected a number, such as 10 or 2.5." };
  }
  const value = Number(text);
  return /^[+-]?\d+$/u.test(text) && !Number.isSafeInteger(value)
    ? { problem: "The number would lose digits. Give it as text, if the item takes that." }
    : { value };
}

/**
 * Rows as the text of a JSON object. Secret ones are left out: they stay rows.
 *
 * @param {readonly Parameter[]} rows
 * @param {boolean} typed
 */
export function jsonOf(rows, typed) {
  const { values } = valuesOf(
    rows.filter(({ secret }) => !secret),
    typed,
  );
  return JSON.stringify(values, undefined, 2);
}

/**
 * Reads the text of a JSON object of parameters.
 *
 * @param {string} text
 * @param {boolean} typed Without types all values must be texts.
 * @returns {{ values: Record<string, unknown>, problem?: undefined } | { values?: undefined, problem: string }}
 */
export function readJson(text, typed) {
  /** @type {unknown} */
  let values;
  try {
    values = text.trim() === "" ? {} : JSON.parse(text);
  } catch {
    return { problem: 'Expected a JSON object, such as {"day": "2026-03-01"}.' };
  }
  if (typeof values !== "object" || values === null || Array.isArray(values)) {
    return { problem: 'Expected a JSON object of values by name, such as {"day": "2026-03-01"}.' };
  }
  const other = typed ? undefined : Object.entries(values).find(([, value]) => typeof value !== "string");
  if (other) {
    return { problem: `${other[0]}: Databricks takes texts only. Put the value in quotes.` };
  }
  return { values: { ...values } };
}

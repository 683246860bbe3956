// What a person types to filter a column, and which rows fit it.
/**
 * @import { Column, Kind } from "./source.js"
 */

/** @typedef {(row: number) => boolean} Test */
/** @typedef {{ of: (column: Column) => Test } | { problem: string }} Filter */

/** What may be typed, by what a column holds. */
export const HINTS = /** @type {Record<Kind, string>} */ ({
  bool: "true, false, null or not null",
  json: 'Part of the JSON; = for all of it, != for anything else; null, not null; "null" for that text',
  number: "A number, > >= < <= != and a number, a range such as 10..20, null or not null",
  text: 'Part of the text; = for all of it, != for anything else; null, not null; "null" for that text',
  time: "A day such as 2026-01-31 or a part of one, > >= < <= != and a day, a range, null or not null",
});

const SPELLINGS = new Map([
  ["≥", ">="],
  ["≤", "<="],
  ["≠", "!="],
  ["<>", "!="],
  ["==", "="],
]);

/**
 * Reads what was typed for a column. Blanks around it say nothing; nothing at all is no filter.
 *
 * @param {string} typed
 * @param {Kind} kind
 * @returns {Filter | undefined}
 */
export function readFilter(typed, kind) {
  const text = typed.trim();
  if (text === "") {
    return undefined;
  }
  if (/^null$/iu.test(text)) {
    return { of: (column) => (row) => column.isNull(row) };
  }
  if (/^not\s+null$/iu.test(text)) {
    return { of: (column) => (row) => !column.isNull(row) };
  }
  switch (kind) {
    case "bool":
      return booleans(text);
    case "number":
      return compared(text, numberOf, "a number such as 10, > 10 or 10..20", numberTest);
    case "time":
      return compared(text, timeOf, "a day such as 2026-01-31, > 2026-01 or 2026-01..2026-03", timeTest);
    default:
      return texts(text);
  }
}

/**
 * Rows with a text anywhere in a column, whatever its case.
 *
 * @param {string} text
 * @returns {(column: Column) => Test}
 */
export function containing(text) {
  const wanted = text.toLowerCase();
  return (column) => {
    const scan = column.scan();
    return (row) => scan(row).toLowerCase().includes(wanted);
  };
}

/**
 * @param {string} text
 * @returns {Filter}
 */
function booleans(text) {
  const wanted = text.replace(/^=\s*/u, "").toLowerCase();
  return wanted === "true" || wanted === "false"
    ? { of: scanned((value) => value === wanted) }
    : { problem: `Expected ${HINTS.bool}` };
}

/**
 * @param {string} text
 * @returns {Filter}
 */
function texts(text) {
  const [, operator = "", rest = ""] = /^(!=|=)?\s*(.*)$/su.exec(text) ?? [];
  const wanted = /^".*"$/su.test(rest) && rest.length > 1 ? rest.slice(1, -1) : rest;
  switch (operator) {
    case "=":
      return { of: scanned((value) => value === wanted) };
    case "!=":
      return { of: (column) => orNull(column, scanned((value) => value !== wanted)(column)) };
    default: {
      const contains = containing(wanted);
      return { of: (column) => andPresent(column, contains(column)) };
    }
  }
}

/**
 * Rows with a value whose text passes.
 *
 * @param {(text: string) => boolean} passes
 * @returns {(column: Column) => Test}
 */
function scanned(passes) {
  return (column) => {
    const scan = column.scan();
    return andPresent(column, (row) => passes(scan(row)));
  };
}

/**
 * @param {Column} column
 * @param {Test} test
 * @returns {Test}
 */
const andPresent = (column, test) => (row) => !column.isNull(row) && test(row);

/**
 * A value that is not there is not equal to anything.
 *
 * @param {Column} column
 * @param {Test} test
 * @returns {Test}
 */
const orNull = (column, test) => (row) => column.isNull(row) || test(row);

/** @typedef {"=" | "!=" | "<" | "<=" | ">" | ">="} Operator */

/**
 * A comparison or a range.
 *
 * @template T
 * @param {string} text
 * @param {(text: string) => T | undefined} read
 * @param {string} expected
 * @param {(operator: Operator, bound: T) => (column: Column) => Test} testOf
 * @returns {Filter}
 */
function compared(text, read, expected, testOf) {
  const problem = { problem: `Expected ${expected}` };
  const range = /^(.*?)\s*\.\.\s*(.*)$/u.exec(text);
  if (range) {
    const bounds = range.slice(1).map((bound) => (bound === "" ? null : read(bound)));
    const [from, to] = bounds;
    if (from === undefined || to === undefined || (from === null && to === null)) {
      return problem;
    }
    return {
      of: (column) => {
        const above = from === null ? undefined : testOf(">=", from)(column);
        const below = to === null ? undefined : testOf("<=", to)(column);
        return andPresent(column, (row) => (above?.(row) ?? true) && (below?.(row) ?? true));
      },
    };
  }
  const [, typed = "", rest = ""] = /^(>=|<=|!=|<>|==|[=<>≥≤≠])?\s*(.*)$/u.exec(text) ?? [];
  const operator = /** @type {Operator} */ (SPELLINGS.get(typed) ?? (typed || "="));
  const bound = read(rest);
  if (bound === undefined) {
    return problem;
  }
  return {
    of: (column) => {
      const test = testOf(operator, bound)(column);
      return operator === "!=" ? orNull(column, test) : andPresent(column, test);
    },
  };
}

/**
 * @param {string} text
 * @returns {{ exact: bigint | number, double: number } | undefined}
 */
function numberOf(text) {
  if (/^[+-]?\d+$/u.test(text)) {
    return { exact: BigInt(text.replace("+", "")), double: Number(text) };
  }
  const double = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/iu.test(text) ? Number(text) : Number.NaN;
  return Number.isNaN(double) ? undefined : { exact: double, double };
}

/**
 * @param {Operator} operator
 * @param {{ exact: bigint | number, double: number }} bound
 * @returns {(column: Column) => Test}
 */
function numberTest(operator, { exact, double }) {
  return (column) => {
    const value = /** @type {(row: number) => number | bigint} */ (column.numbers());
    // An integer is compared as it is, a double with the double that the same digits stand for in a table. JavaScript
    // compares numbers and bigints exactly.
    const bound = column.type === "int64" ? exact : double;
    return comparison(operator, (row) => {
      const found = value(row);
      return found < bound ? -1 : found > bound ? 1 : 0;
    });
  };
}

const TIME = /^\d{4}(?:-\d\d(?:-\d\d(?:[T ]\d\d(?::\d\d(?::\d\d(?:\.\d{1,6})?)?)?)?)?)?Z?$/iu;

/** @param {string} text */
function timeOf(text) {
  return TIME.test(text) ? text.toUpperCase().replace(" ", "T").replace("Z", "") : undefined;
}

/**
 * Times are compared as far as they are written: `<= 2026-01` holds up to the month's end.
 *
 * @param {Operator} operator
 * @param {string} bound
 * @returns {(column: Column) => Test}
 */
function timeTest(operator, bound) {
  return (column) => {
    const scan = column.scan();
    return comparison(operator, (row) => {
      const found = scan(row).slice(0, bound.length);
      return found < bound ? -1 : found > bound ? 1 : 0;
    });
  };
}

/**
 * @param {Operator} operator
 * @param {(row: number) => number} sign
 * @returns {Test}
 */
function comparison(operator, sign) {
  switch (operator) {
    case "=":
      return (row) => sign(row) === 0;
    case "!=":
      return (row) => sign(row) !== 0;
    case "<":
      return (row) => sign(row) < 0;
    case "<=":
      return (row) => sign(row) <= 0;
    case ">":
      return (row) => sign(row) > 0;
    case ">=":
      return (row) => sign(row) >= 0;
  }
}

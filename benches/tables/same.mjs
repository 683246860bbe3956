/** Checks that what was measured gave what is in the data, so that no side wins by leaving something out. */

/**
 * Throws if a table of ours, or columns of somebody else's, differ from rows by `JSON.parse`.
 *
 * The documented conversions are allowed for: a point in time in another spelling, an integer beyond 2^53 with all its
 * digits, null for a member that the row does not have.
 *
 * @param {Record<string, unknown>[]} rows
 * @param {string[]} names The columns, in order.
 * @param {(name: string) => ArrayLike<unknown>} column
 * @param {string} who
 */
export function checkSame(rows, names, column, who) {
  const expected = new Set();
  for (const row of rows) {
    for (const name in row) {
      expected.add(name);
    }
  }
  if (names.length !== expected.size || !names.every((name) => expected.has(name))) {
    throw new Error(`${who}: expected the columns ${[...expected].join(", ")}, found ${names.join(", ")}`);
  }
  for (const name of names) {
    const values = column(name);
    if (values.length !== rows.length) {
      throw new Error(`${who}: expected ${rows.length} values in ${name}, found ${values.length}`);
    }
    for (let at = 0; at < rows.length; at += 1) {
      const [value, there] = [rows[at][name] ?? null, values[at] ?? null];
      if (!isSame(value, there)) {
        throw new Error(`${who}: expected ${JSON.stringify(value)} in row ${at} of ${name}, found ${String(there)}`);
      }
    }
  }
}

/** @param {unknown} value @param {unknown} there */
function isSame(value, there) {
  return (
    Object.is(value, there) ||
    (typeof there === "bigint" && Number(there) === value) ||
    (typeof value === "string" && typeof there === "string" && isInstant(value) && Date.parse(value) === Date.parse(there)) ||
    (typeof value === "object" && value !== null && JSON.stringify(value) === JSON.stringify(there))
  );
}

const isInstant = (/** @type {string} */ text) => /^\d{4}-\d\d-\d\dT[\d:.]+Z$/u.test(text);

/**
 * The values of a pivoted column, with null where there is none.
 *
 * @param {import("./pivot.mjs").PivotColumn} column
 * @returns {unknown[]}
 */
export function unpivot({ values, nulls }) {
  const isBoolean = values instanceof Uint8Array;
  return Array.from(values, (value, at) => (nulls?.[at] ? null : isBoolean ? value === 1 : value));
}

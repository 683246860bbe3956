/**
 * From rows to columns in JavaScript, as one would write it with care: what our reader is compared with wherever it is
 * columns that are wanted.
 */

/**
 * @typedef {object} PivotColumn
 * @property {string} name
 * @property {Float64Array | Uint8Array | unknown[]} values Numbers, booleans as 0 and 1, or anything; a null holds its
 *   place with 0, false or null.
 * @property {Uint8Array | undefined} nulls 1 where there is no value; `undefined` if there is none such.
 */

/**
 * Columns in the order in which they first occur. Numbers and booleans go to typed arrays, everything else to an array.
 * Texts that are points in time stay texts: nobody asked what they are.
 *
 * @param {Record<string, unknown>[]} rows
 * @returns {PivotColumn[]}
 */
export function pivot(rows) {
  const names = namesOf(rows);
  return names.map((name) => column(name, rows));
}

/** Every name in any row. Rows that are like the first are the rule, so nothing is looked up for these. */
function namesOf(/** @type {Record<string, unknown>[]} */ rows) {
  const names = Object.keys(rows[0] ?? {});
  const known = new Set(names);
  for (const row of rows) {
    let place = 0;
    for (const name in row) {
      if (names[place] !== name && !known.has(name)) {
        known.add(name);
        names.push(name);
      }
      place += 1;
    }
  }
  return names;
}

/** @param {string} name @param {Record<string, unknown>[]} rows @returns {PivotColumn} */
function column(name, rows) {
  const first = rows.find((row) => row[name] !== null && row[name] !== undefined)?.[name];
  const typed = typeof first === "number" ? new Float64Array(rows.length) : new Uint8Array(rows.length);
  if (typeof first === "number" || typeof first === "boolean") {
    const kind = typeof first;
    let nulls;
    for (let at = 0; at < rows.length; at += 1) {
      const value = rows[at][name];
      if (typeof value === kind) {
        typed[at] = /** @type {number} */ (value);
      } else if (value === null || value === undefined) {
        nulls ??= new Uint8Array(rows.length);
        nulls[at] = 1;
      } else {
        return anything(name, rows);
      }
    }
    return { name, values: typed, nulls };
  }
  return anything(name, rows);
}

/** @param {string} name @param {Record<string, unknown>[]} rows @returns {PivotColumn} */
function anything(name, rows) {
  const values = new Array(rows.length);
  for (let at = 0; at < rows.length; at += 1) {
    values[at] = rows[at][name] ?? null;
  }
  return { name, values, nulls: undefined };
}

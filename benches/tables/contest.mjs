/** What is compared on one text in one JavaScript engine: our reader, and what the engine itself has. */

import { PATHS } from "./data.mjs";
import { pivot } from "./pivot.mjs";
import { checkSame, unpivot } from "./same.mjs";

/** The name of what all else is compared with: of a text that is there, and of the envelope twice. */
export const PARSE = "JSON.parse";

/**
 * @typedef {object} Ours
 * @property {(bytes: Uint8Array, path: string | undefined) => any} read Gives a `Table`.
 */

/**
 * Our reader in a loaded package.
 *
 * @param {any} module What `import("pqrun")` or `import("pqrun/table")` gave.
 * @returns {Ours}
 */
export function ours({ Table }) {
  return Table.read
    ? { read: (bytes, path) => Table.read(bytes, { path }) }
    : { read: (bytes, path) => Table.fromJson(bytes, path) };
}

/**
 * The candidates for one text, after a check that each gives the same values.
 *
 * @param {Ours} ours
 * @param {import("./data.mjs").Shape} shape
 * @param {Uint8Array} bytes
 * @returns {import("./sample.mjs").Candidate[]}
 */
export function candidates(ours, shape, bytes) {
  const path = PATHS[shape];
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const rowsOf = path
    ? (/** @type {string} */ text) => JSON.parse(JSON.parse(text).notebook_output.result)
    : (/** @type {string} */ text) => JSON.parse(text);

  const text = decoder.decode(bytes);
  const rows = rowsOf(text);
  const columns = new Map(pivot(rows).map((column) => [column.name, column]));
  checkSame(rows, [...columns.keys()], (name) => unpivot(/** @type {any} */ (columns.get(name))), "pivot");
  const table = ours.read(bytes, path);
  checkSame(rows, table.columns.map((/** @type {any} */ { name }) => name), (name) => table.column(name), "pqrun");
  const names = table.columns.map((/** @type {any} */ { name }) => name);
  const copies = typeof table.columnData === "function";
  table.free();

  const free = (/** @type {any} */ table) => table.free();
  return [
    { name: "pqrun", run: () => ours.read(bytes, path), after: free },
    ...(copies
      ? [
          {
            name: "pqrun, columns copied out",
            run: () => {
              const table = ours.read(bytes, path);
              return { table, data: names.map((/** @type {string} */ name) => table.columnData(name)) };
            },
            after: (/** @type {any} */ { table }) => table.free(),
          },
        ]
      : []),
    { name: PARSE, run: () => rowsOf(text) },
    { name: "decode, parse", run: () => rowsOf(decoder.decode(bytes)) },
    { name: "parse, pivot", run: () => pivot(rowsOf(text)) },
    { name: "decode, parse, pivot", run: () => pivot(rowsOf(decoder.decode(bytes))) },
  ];
}

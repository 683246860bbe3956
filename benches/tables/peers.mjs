/** Other packages that make tables of JSON in Node, each in the quickest way that it documents. */

import { createRequire } from "node:module";

import { checkSame } from "./same.mjs";

const require = createRequire(import.meta.url);

/**
 * @typedef {object} Peer
 * @property {string} name
 * @property {(text: string, bytes: Uint8Array) => any} run
 * @property {(table: any) => string[]} names
 * @property {(table: any, name: string) => ArrayLike<unknown>} column
 */

/**
 * Those that are installed.
 *
 * @returns {Promise<Peer[]>}
 */
export async function peers() {
  const loaded = await Promise.allSettled([arrow(), arquero(), polars()]);
  return loaded.flatMap((peer) => (peer.status === "fulfilled" ? peer.value : []));
}

/** Their versions, by name; without those that are not installed. */
export function versions() {
  /** @type {Record<string, string>} */
  const found = {};
  for (const name of ["apache-arrow", "arquero", "nodejs-polars"]) {
    try {
      // By its path: not every package lets its manifest be imported.
      found[name] = require(`${import.meta.dirname}/node_modules/${name}/package.json`).version;
    } catch {
      // Not installed: it is not in the table either.
    }
  }
  return found;
}

/** @returns {Promise<Peer[]>} */
async function arrow() {
  const { tableFromJSON } = await import("apache-arrow");
  return [
    {
      name: "apache-arrow tableFromJSON",
      run: (text) => tableFromJSON(JSON.parse(text)),
      names: (table) => table.schema.fields.map((/** @type {any} */ { name }) => name),
      column: (table, name) => [...table.getChild(name)],
    },
  ];
}

/** @returns {Promise<Peer[]>} */
async function arquero() {
  const { from } = await import("arquero");
  return [
    {
      name: "arquero from",
      run: (text) => from(JSON.parse(text)),
      names: (table) => table.columnNames(),
      column: (table, name) => table.array(name),
    },
  ];
}

/** @returns {Promise<Peer[]>} */
async function polars() {
  const { default: polars } = await import("nodejs-polars");
  return [
    {
      name: "nodejs-polars readJSON",
      run: (_, bytes) => polars.readJSON(/** @type {any} */ (bytes), { format: "json" }),
      names: (table) => table.columns,
      column: (table, name) => table.getColumn(name).toArray(),
    },
  ];
}

/**
 * The candidates of the peers for one text. One that refuses the text, or gives other values, is left out, and why is told.
 *
 * @param {Peer[]} peers
 * @param {Uint8Array} bytes
 * @returns {{ candidates: import("./sample.mjs").Candidate[], notes: Record<string, string> }}
 */
export function contest(peers, bytes) {
  const text = new TextDecoder().decode(bytes);
  // Node's own kind of bytes, which is what nodejs-polars takes.
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const rows = JSON.parse(text);
  const candidates = [];
  /** @type {Record<string, string>} */
  const notes = {};
  for (const { name, run, names, column } of peers) {
    try {
      const table = run(text, buffer);
      checkSame(rows, names(table), (of) => column(table, of), name);
    } catch (error) {
      notes[name] = /** @type {Error} */ (error).message.split("\n")[0].slice(0, 200);
      if (!notes[name].startsWith(`${name}: `)) {
        continue;
      }
    }
    candidates.push({ name, run: () => run(text, buffer) });
  }
  return { candidates, notes };
}

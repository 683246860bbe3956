/** How the package reads JSON: at once, in chunks, and within a text. */

import { Table, TableReader } from "pqrun/table";

/** @typedef {(bytes: Uint8Array, below: (end: number) => number) => Table} Read `below` chooses where chunks end. */

/** @satisfies {Record<string, Read>} */
export const READERS = {
  plain: (bytes) => Table.read(bytes, { format: "json" }),

  chunks: (bytes, below) => {
    const reader = new TableReader({ format: "json" });
    for (let at = 0; at < bytes.length; ) {
      const end = at + 1 + below(bytes.length);
      reader.push(bytes.subarray(at, end));
      at = end;
    }
    return reader.finish();
  },

  envelope: (bytes) => Table.read(bytes, { path: "$.a.b" }),
};

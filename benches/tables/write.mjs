/**
 * Writes the data to files, for readers outside of this process.
 *
 *     node benches/tables/write.mjs FOLDER [--shapes mixed,text] [--bytes 200000,5000000]
 *
 * A file is called by its shape and size, `mixed-5000000.json`; one that is there is kept.
 */

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

import { SHAPES, make } from "./data.mjs";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    shapes: { type: "string", default: SHAPES.join(",") },
    bytes: { type: "string", default: "5000000" },
  },
});
const [folder] = positionals;
if (!folder) {
  throw new Error("expected a folder");
}
mkdirSync(folder, { recursive: true });
for (const bytes of options.bytes.split(",").map(Number)) {
  for (const shape of /** @type {import("./data.mjs").Shape[]} */ (options.shapes.split(","))) {
    const file = path.join(folder, `${shape}-${bytes}.json`);
    if (!existsSync(file)) {
      writeFileSync(file, make(shape, bytes));
    }
  }
}

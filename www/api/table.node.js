// Tables in Node: the wasm file is read and compiled when this module is imported.
import { readFileSync } from "node:fs";
import { initSync } from "./wasm/table.js";

initSync({ module: readFileSync(new URL("./wasm/table_bg.wasm", import.meta.url)) });

export * from "./table.exports.js";

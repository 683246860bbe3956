// Tables in browsers, workers and bundlers: this module is ready when the wasm file is.
import init from "./wasm/table.js";

// Written out in full: bundlers recognise the pattern and bring the file along.
await init({ module_or_path: new URL("./wasm/table_bg.wasm", import.meta.url) });

export * from "./table.exports.js";

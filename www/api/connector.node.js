// The generator in Node: the wasm file is read and compiled when this module is imported.
import { readFileSync } from "node:fs";
import { initSync } from "./wasm/connector.js";

initSync({ module: readFileSync(new URL("./wasm/connector_bg.wasm", import.meta.url)) });

export * from "./connector.exports.js";

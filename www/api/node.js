// The package in Node: the wasm module is read from disk, so that importing it needs no await.
import { readFileSync } from "node:fs";
import { initSync } from "./wasm/pqrun.js";

initSync({ module: readFileSync(new URL("./wasm/pqrun_bg.wasm", import.meta.url)) });

export * from "./exports.js";

// The package in Node: the wasm module is read from disk, so that importing it needs no await.
import { readFileSync } from "node:fs";
import { registerModule } from "./logger.js";
import { networkFetch } from "./node/network.js";
import { initSync, setDefaultFetch, setModuleLogger } from "./wasm/pqrun.js";

initSync({ module: readFileSync(new URL("./wasm/pqrun_bg.wasm", import.meta.url)) });
registerModule(setModuleLogger);
setDefaultFetch(networkFetch);

export * from "./exports.js";

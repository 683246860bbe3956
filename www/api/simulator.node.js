// The simulator in Node: the wasm file is read and compiled when this module is imported.
import { readFileSync } from "node:fs";
import { initSync } from "./wasm/simulator.js";

initSync({ module: readFileSync(new URL("./wasm/simulator_bg.wasm", import.meta.url)) });

export { Simulator } from "./wasm/simulator.js";
export { simulatedFetch } from "./simulator.fetch.js";
export { startSimulator } from "./node/simulator-server.js";

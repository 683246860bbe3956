// The simulator in browsers, workers and bundlers: this module is ready when the wasm file is.
import init from "./wasm/simulator.js";

// Written out in full: bundlers recognise the pattern and bring the file along.
await init({ module_or_path: new URL("./wasm/simulator_bg.wasm", import.meta.url) });

export { Simulator } from "./wasm/simulator.js";
export { simulatedFetch } from "./simulator.fetch.js";

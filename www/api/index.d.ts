export * from "./wasm/pqrun.js";

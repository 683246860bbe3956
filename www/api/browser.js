// The package on a page or in a worker. Bundlers find the wasm file by the URL below.
import { registerModule } from "./logger.js";
import init, { setModuleLogger } from "./wasm/pqrun.js";

await init({ module_or_path: new URL("./wasm/pqrun_bg.wasm", import.meta.url) });
registerModule(setModuleLogger);

export * from "./exports.js";

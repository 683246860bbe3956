// What the package gives for Power Query, however its module was loaded.
export { generateConnector, generateQuery } from "./wasm/connector.js";
export { packConnector } from "./connector.pack.js";

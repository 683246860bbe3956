export * from "./connector.js";
export * from "./run.js";
export * from "./table.js";

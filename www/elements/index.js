export { PqrunConnector } from "./connector.js";
export { PqrunRun } from "./run.js";
export { PqrunTable } from "./table.js";

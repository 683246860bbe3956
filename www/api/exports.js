// What the package gives, however its module was loaded.
export {
  DatabricksClient,
  FabricClient,
  Poller,
  RunHandle,
  Table,
  attachDatabricksRun,
  attachFabricRun,
  resumeRun,
  runDatabricksJob,
  runFabricItem,
  version,
} from "./wasm/pqrun.js";
export { setLogger } from "./logger.js";

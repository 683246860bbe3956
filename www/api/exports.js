// What the package gives, however its module was loaded.
import { completeTables } from "./table.complete.js";
import { streamReader } from "./table.stream.js";
import { Table, TableParts, TableReader } from "./wasm/pqrun.js";

completeTables({ Table, TableParts, TableReader });

export {
  DatabricksClient,
  FabricClient,
  Poller,
  RunHandle,
  Table,
  TableReader,
  attachDatabricksRun,
  attachFabricRun,
  resumeRun,
  runDatabricksJob,
  runFabricItem,
  version,
} from "./wasm/pqrun.js";
export { addLogger, setLogger } from "./logger.js";
export const readTable = streamReader(TableReader);

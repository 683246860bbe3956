// What the module of tables gives, however it was loaded.
import { completeTables } from "./table.complete.js";
import { streamReader } from "./table.stream.js";
import { Table, TableParts, TableReader } from "./wasm/table.js";

completeTables({ Table, TableParts, TableReader });

export { Table, TableReader };
export const readTable = streamReader(TableReader);

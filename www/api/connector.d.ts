// The types of the generator of Power Query M. `wasm/connector.d.ts` is written from the Rust sources.
import type { GeneratedFile } from "./wasm/connector.js";

export { generateConnector, generateQuery } from "./wasm/connector.js";

export type {
  Choices,
  ColumnDefinition,
  ConnectorOptions,
  GeneratedFile,
  JobFunction,
  JobParameter,
  QueryOptions,
  ServicePrincipal,
  Services,
} from "./wasm/connector.js";

/**
 * The archive that Power BI loads, `NAME.mez`, made of those files of a connector that belong into it. The same files
 * give the same bytes.
 *
 * @param files What {@link generateConnector} gave.
 * @throws {TypeError} There is no section document among them.
 *
 * @example
 * import { writeFileSync } from "node:fs";
 * const files = generateConnector({ service: "both", name: "Orders" });
 * writeFileSync("Orders.mez", packConnector(files));
 */
export function packConnector(files: readonly GeneratedFile[]): Uint8Array<ArrayBuffer>;

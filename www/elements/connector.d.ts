// The types of <pqrun-connector>. `connector/element.js` is what they describe.
import type { ConnectorOptions, GeneratedFile, QueryOptions } from "pqrun/connector";
import type { RunDatabricksJobOptions, RunFabricItemOptions, TableColumn } from "pqrun";

/**
 * A run's settings, as `<pqrun-run>` has them: the options of `runDatabricksJob` or `runFabricItem` that are plain data, with
 * the service's name.
 */
export type ConnectorSettings =
  | ({ service: "databricks" } & Partial<RunDatabricksJobOptions>)
  | ({ service: "fabric" } & Partial<RunFabricItemOptions>);

/** What comes out: text for the Advanced Editor, or an extension. */
export type ConnectorForm = "query" | "connector";

/** What the events of the element hold in their `detail`. All bubble, and leave the shadow trees that the element is in. */
export interface PqrunConnectorEventMap {
  /** M was made of the options, which are the generator's: `generateQuery(options)` or `generateConnector(options)`. */
  "pqrun-generated": CustomEvent<{ form: ConnectorForm; options: QueryOptions | ConnectorOptions }>;
  /** The generator did not load, or refused the options: then it is its `PqrunError`. */
  "pqrun-error": CustomEvent<{ error: unknown }>;
}

/**
 * `<pqrun-connector>`: a run's settings as Power Query. Options on one side, the M of them on the other, to be copied or saved
 * as `.pq`, as `.mez`, or as a project for the Power Query SDK.
 *
 * M is made in the page, by `pqrun/connector`, a moment after each change. The generator is loaded when the element is first
 * seen. Nothing is sent anywhere, and no secret has a place in it: tokens are entered in Power BI.
 *
 * CSS parts: `form`, `source`, `actions`, `files`, `code`, `steps`, `notice`. Custom properties beside the `--pqrun-…` that all
 * elements have: `--pqrun-connector-height`, the height of the code, and the colours `--pqrun-code-keyword`,
 * `--pqrun-code-text`, `--pqrun-code-number`, `--pqrun-code-name`, `--pqrun-code-function` and `--pqrun-code-comment`.
 *
 * @example
 * const element = document.querySelector("pqrun-connector");
 * element.settings = { service: "databricks", host: "https://adb-1111222233334444.5.azuredatabricks.net", jobId: "880012345678901" };
 * element.addEventListener("pqrun-generated", ({ detail }) => console.log(detail.options));
 */
export class PqrunConnector extends HTMLElement {
  /** What comes out; `query` if left out. Also an attribute, which follows what is chosen in the form. */
  form: ConnectorForm;

  /**
   * A run's settings, taken over into the form whenever another object is set; what they do not speak of stays as it is.
   *
   * `token`, `credential` and `fetch` are not looked at, and neither is the value of a parameter that `secretParameters` names:
   * a query asks an M parameter of that name. A `timeout` becomes the minutes in all, of which Power Query takes 1 to 1440. What
   * M has no counterpart of, such as `jobName`, is told in the form.
   */
  settings: ConnectorSettings | undefined;

  /**
   * The generator's options that the form stands for, whether or not the generator takes them. Setting them fills the form in;
   * set `form` first, since they are of one of the two.
   *
   * @throws {TypeError} When it is set to an object with a member that no such options have.
   */
  options: QueryOptions | ConnectorOptions;

  /** A table of the last run, or its columns, to fix the columns of a connector's function to. Only names and types are read, and at once. */
  sample: { readonly columns: readonly Pick<TableColumn, "name" | "type">[] } | undefined;

  /** What was generated; nothing while the options make no M. A query is one file. */
  readonly files: readonly GeneratedFile[];

  addEventListener<K extends keyof PqrunConnectorEventMap>(
    type: K,
    listener: (this: PqrunConnector, event: PqrunConnectorEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener<K extends keyof HTMLElementEventMap>(
    type: K,
    listener: (this: PqrunConnector, event: HTMLElementEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

declare global {
  interface HTMLElementTagNameMap {
    "pqrun-connector": PqrunConnector;
  }
}

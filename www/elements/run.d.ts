/** Types of `pqrun/elements/run`, which defines `<pqrun-run>`. */
import type {
  ConnectionOptions,
  ErrorInfo,
  PqrunError,
  RunDatabricksJobOptions,
  RunEvent,
  RunFabricItemOptions,
  RunResult,
  SessionOptions,
} from "pqrun";

/** Options that are no plain data, or that are a secret. */
type NoSettings = keyof ConnectionOptions | Exclude<keyof SessionOptions, "outputPath" | "table" | "combineTables">;

/** What is run, and how, as plain data: the options of `runDatabricksJob` or `runFabricItem`, and the service. */
export type RunSettings =
  | ({ service: "databricks" } & Omit<RunDatabricksJobOptions, NoSettings>)
  | ({ service: "fabric" } & Omit<RunFabricItemOptions, NoSettings>);

/** How the services are reached, and with which token. It is never stored, and never shown. */
export type RunConnection = ConnectionOptions;

/**
 * A form that starts a Databricks job or a Fabric item, and the run as it happens: states on a time line, tasks or
 * activities as bars, the requests, its end.
 *
 * ```html
 * <pqrun-run store="orders" service="databricks" host="https://adb-1111222233334444.5.azuredatabricks.net" job-id="88001"></pqrun-run>
 * ```
 *
 * The client (`pqrun`) is loaded when the form is first touched, or at the start.
 *
 * CSS parts: `form`, its button `start`; of a run `state` (its head), `actions`, `timeline`, `tasks`, `requests`; and
 * `message`, what kept a run from starting.
 *
 * CSS variables, all with defaults for light and dark, which follow `color-scheme`: `--pqrun-font`, `--pqrun-font-mono`,
 * `--pqrun-font-size`; `--pqrun-background`, `--pqrun-surface` (panels), `--pqrun-raised` (buttons), `--pqrun-line`,
 * `--pqrun-line-strong` (borders of fields), `--pqrun-text`, `--pqrun-text-quiet`; `--pqrun-accent`,
 * `--pqrun-accent-hover`, `--pqrun-accent-soft`, `--pqrun-on-accent`; `--pqrun-good`, `--pqrun-bad`, `--pqrun-warn` with
 * `--pqrun-good-soft` and so on for the ground beneath; `--pqrun-radius`.
 */
export class PqrunRun extends HTMLElement {
  /**
   * What the form holds. When it is read, values of `secretParameters` are left out, and what a field has that can't be
   * read. The attributes `service`, `host`, `job-id`, `job-name`, `workspace-id`, `item-id`, `job-type` and `timeout` set
   * one member each. Setting it changes the form, not a run that is under way.
   */
  get settings(): RunSettings;
  set settings(settings: RunSettings);

  /** Left out, the form has a field for the token. */
  connection: RunConnection | undefined;

  /**
   * The attribute `store`: the name under which the snapshot of a run and the settings are kept in `localStorage`, never
   * a token, never the value of a secret parameter. A snapshot is kept until the run's end was seen; when the element
   * appears again, it offers to resume. Settings that a person filled in are kept at a start. Without it nothing is kept.
   * Elements of one name, in all tabs, follow one run at a time. Another name counts from the next run on.
   *
   * When the element is taken out of the document, it leaves a run that is kept, which can be found again. One that is not
   * kept is followed to its end all the same: its events reach listeners on the element, and {@link PqrunRun.start} settles.
   * To leave that, too, call {@link PqrunRun.detach}.
   */
  store: string | undefined;

  /** The attribute `no-form`: hides the form. The page starts runs by {@link PqrunRun.start}. */
  noForm: boolean;

  /** The attribute `autoresume`: a run that was kept is resumed without a question, once there is a `connection`. */
  autoresume: boolean;

  /**
   * The attribute `disabled`: a person can start and resume nothing, as while the page still finds out where it is to run.
   * What is under way can be left and cancelled, and {@link PqrunRun.start} and {@link PqrunRun.resume} work as ever.
   */
  disabled: boolean;

  /**
   * Starts a run of what the form holds.
   *
   * @returns How it ended. A run that failed, or was not started because the service refused, resolves, too.
   * @throws {TypeError} The form is not complete; its fields say what is missing.
   * @throws {PqrunError} The package refuses the settings.
   * @throws {Error} A run is being followed, or was kept and neither resumed nor forgotten; the client could not be
   * loaded; nothing can be stored although `store` asks for it.
   */
  start(): Promise<RunResult>;

  /** Stops the run. If others may rely on it, the person is asked first. */
  cancel(): void;

  /** Stops watching; the run goes on. Its result is `abandoned`, with the error code `detached`. */
  detach(): void;

  /**
   * Goes on with the run that was left, lost sight of, or kept. It starts no second run.
   *
   * @returns How it ended.
   * @throws {Error} There is none, or no token; it has ended or was forgotten in another tab; else as {@link PqrunRun.start}.
   */
  resume(): Promise<RunResult>;

  /**
   * Forgets the run that was kept. It is not stopped.
   *
   * @throws {Error} It is being followed, here or in another tab.
   */
  forget(): Promise<void>;

  addEventListener<K extends keyof PqrunRunEventMap>(
    type: K,
    listener: (this: PqrunRun, event: PqrunRunEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<K extends keyof PqrunRunEventMap>(
    type: K,
    listener: (this: PqrunRun, event: PqrunRunEventMap[K]) => unknown,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | EventListenerOptions,
  ): void;
}

/** The events of `<pqrun-run>`. They bubble, and leave shadow roots. */
export interface PqrunRunEventMap extends HTMLElementEventMap {
  /** The person changed the settings. They are as far as the fields can be read, without values of secret parameters. */
  "pqrun-settings": CustomEvent<{ settings: RunSettings }>;
  /** Something happened to the run. */
  "pqrun-event": CustomEvent<{ event: RunEvent }>;
  /** The sight of the run has ended; its `outcome` says how. */
  "pqrun-result": CustomEvent<{ result: RunResult }>;
  /** A run that was kept is not kept any more, and was not stopped. */
  "pqrun-forget": CustomEvent<Record<string, never>>;
  /** A run could not be started, resumed or cancelled: a {@link PqrunError}, whose members {@link ErrorInfo} lists, or another error. */
  "pqrun-error": CustomEvent<{ error: Error | PqrunError }>;
}

declare global {
  interface HTMLElementTagNameMap {
    "pqrun-run": PqrunRun;
  }
}

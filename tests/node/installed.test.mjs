/** The package as npm unpacks it: what can be imported, its types, its version. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";

import { BIN, MANIFEST, PACKAGE, folder } from "./support.mjs";

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const HERE = path.dirname(fileURLToPath(import.meta.url));

test("the version is the same everywhere", async () => {
  const { version } = await import("pqrun");
  assert.equal(version(), MANIFEST.version);
  const root = process.env.PQRUN_ROOT;
  if (root !== undefined) {
    const manifest = readFileSync(path.join(root, "Cargo.toml"), "utf8");
    assert.equal(/^version = "([^"]+)"/mu.exec(manifest)?.[1], MANIFEST.version);
  }
});

test("what exports and bin name is there", () => {
  const targets = (/** @type {unknown} */ value) =>
    typeof value === "string" ? [value] : Object.values(value ?? {}).flatMap(targets);
  for (const target of [...targets(MANIFEST.exports), ...targets(MANIFEST.bin)]) {
    assert.ok(existsSync(path.join(PACKAGE, target)), target);
  }
  assert.match(readFileSync(BIN, "utf8"), /^#!\/usr\/bin\/env node\n/u);
});

test("everything that the types name is exported, and nothing else", async () => {
  const types = readFileSync(path.join(PACKAGE, "index.d.ts"), "utf8");
  const named = [...types.matchAll(/export \{([^}]*)\} from/gu)]
    .flatMap(([, values = ""]) => values.split(","))
    .map((name) => name.trim())
    .filter((name) => name !== "" && !name.startsWith("type "))
    .sort();
  assert.deepEqual(Object.keys(await import("pqrun")).sort(), named);
});

test("the types of signing in name what it exports, in Node and on a page", async () => {
  const types = readFileSync(path.join(PACKAGE, "auth.d.ts"), "utf8");
  const [, values = ""] = /export \{([^}]*)\} from/u.exec(types) ?? [];
  const functions = [...types.matchAll(/export function (\w+)/gu)].map(([, name]) => name);
  const named = [...values.matchAll(/\w+/gu)].map(([name]) => name).concat(functions).sort();
  assert.ok(named.length > 5);
  const node = await import("pqrun/auth");
  assert.deepEqual(Object.keys(node).sort(), named);
  // As a bundler for pages finds it.
  const page = await import(pathToFileURL(path.join(PACKAGE, MANIFEST.exports["./auth"].default)).href);
  assert.deepEqual(
    named.filter((name) => !(name in page)),
    [],
  );
  for (const [name, refuse] of Object.entries(page)) {
    const call = () => (name === "Credential" ? new refuse() : refuse({}));
    assert.throws(call, { name: "PqrunError", code: "clientSecretInBrowser", message: new RegExp(`^${name}: `, "u") });
  }
});

test("the generator's types name what it exports", async () => {
  const generator = await import("pqrun/connector");
  assert.deepEqual(Object.keys(generator).sort(), ["generateConnector", "generateQuery", "packConnector"]);
  const types = readFileSync(path.join(PACKAGE, "connector.d.ts"), "utf8");
  for (const name of Object.keys(generator)) {
    assert.match(types, new RegExp(`export (?:function |\\{[^}]*\\b)${name}\\b`, "u"));
  }
});

test("the types of tables and of Arrow name what they export, in Node and for pages", async () => {
  for (const [name, expected] of /** @type {[string, string[]][]} */ ([
    ["table", ["Table", "TableReader", "readTable"]],
    ["arrow", ["toArrow", "toArrowIPC"]],
  ])) {
    assert.deepEqual(Object.keys(await import(`pqrun/${name}`)).sort(), expected);
    const types = readFileSync(path.join(PACKAGE, `${name}.d.ts`), "utf8");
    for (const value of expected) {
      assert.match(types, new RegExp(`export (?:function |\\{[^}]*\\b)${value}\\b`, "u"));
    }
  }
});

test("other people's code comes with its licence", () => {
  assert.match(readFileSync(path.join(PACKAGE, "vendor/zip.LICENSE"), "utf8"), /MIT License[^]*Arjun Barrett/u);
  assert.match(
    readFileSync(path.join(PACKAGE, "vendor/arrow.LICENSE"), "utf8"),
    /BSD 3-Clause[^]*UW Interactive Data Lab/u,
  );
});

test("what exports does not name can't be imported", async () => {
  for (const name of ["pqrun/node/main.js", "pqrun/wasm/pqrun.js", "pqrun/node.js", "pqrun/vendor/zip.js", "pqrun/vendor/arrow.js"]) {
    await assert.rejects(import(name), { code: "ERR_PACKAGE_PATH_NOT_EXPORTED" }, name);
  }
});

test("only what is needed comes along", () => {
  assert.deepEqual(Object.keys(MANIFEST.dependencies).sort(), ["cli-table3", "commander", "ini", "ora", "undici"]);
  assert.ok(!("devDependencies" in MANIFEST) && !("scripts" in MANIFEST));
});

test("no file of the package holds a path of the machine that built it", () => {
  const files = readdirSync(PACKAGE, { recursive: true }).map(String);
  const root = process.env.PQRUN_ROOT;
  for (const name of files) {
    const file = path.join(PACKAGE, name);
    if (statSync(file).isFile() && !name.includes("node_modules")) {
      const text = readFileSync(file, "latin1");
      assert.ok(root === undefined || !text.includes(`${root}/`), name);
      assert.ok(!text.includes("/.cargo/registry"), name);
    }
  }
});

const CONSUMER = `
import { runDatabricksJob, runFabricItem, resumeRun, Table, DatabricksClient, FabricClient } from "pqrun";
import type { AccessToken, ErrorCode, Outcome, PqrunError, RunEvent, RunHandle, RunResult, Snapshot } from "pqrun";
import { Simulator, simulatedFetch, startSimulator } from "pqrun/simulator";
import { Credential, azureCli, databricksOAuth, databricksToken, defaultCredential, entraClientSecret } from "pqrun/auth";
import { entraFederation } from "pqrun/auth";
import type { EntraClientSecretOptions } from "pqrun/auth";
import { generateConnector, generateQuery, packConnector } from "pqrun/connector";
import type { ConnectorOptions, GeneratedFile, QueryOptions } from "pqrun/connector";
import { TableReader, readTable, type ColumnData, type ReadOptions, type TableRow } from "pqrun";
import * as tables from "pqrun/table";
import { toArrow, toArrowIPC, type ArrowTable } from "pqrun/arrow";

const run: RunHandle = runDatabricksJob({
  host: "https://adb-1.2.azuredatabricks.net",
  token: async ({ refresh }) => (refresh ? "new" : "old"),
  jobId: 9223372036854775807n,
  jobParameters: { day: "2026-03-01" },
  timeout: "20m",
  reuse: { maxAge: "15m" },
  persist: async (snapshot: Snapshot) => void JSON.stringify(snapshot),
});
for await (const event of run) {
  const { phase, runId }: RunEvent = event;
  console.log(phase, runId?.length);
}
const result: RunResult = await run.result;
const outcome: Outcome = result.outcome;
for (const { key, table, error } of result.outputs) {
  const rows: Table | undefined = table;
  const code: ErrorCode | undefined = error?.code;
  console.log(key, rows?.rowCount, rows?.columns[0]?.type, code);
}
const pipeline = runFabricItem({
  workspaceId: "1f0c4b7e-52aa-4c0d-9b7e-0d6f3a1e8c21",
  itemId: "7a93e1d4-0f5b-4e0a-8d3c-64b2f9c7a510",
  credential: { getToken: async () => ({ token: "x", expiresOnTimestamp: 1 }) },
  parameters: { p_rows: 5, p_full: true },
});
const message = (error: PqrunError): string => error.hint ?? error.message;
resumeRun(pipeline.snapshot(), { token: "x", secretValues: { p_key: 1 } }).detach();
const client = new DatabricksClient({ host: "https://adb-1.2.azuredatabricks.net", token: "x" });
const { runId }: { runId: string } = await client.runNow({ jobName: "orders" });
new FabricClient({ workspaceId: "x", token: "x" }).listItems({ type: "Notebook" });
runDatabricksJob({ host: "", jobId: "1", token: "x", fetch: simulatedFetch(new Simulator(undefined, Date.now(), 1)) });
(await startSimulator({ speed: 2 })).close();
const application = { tenantId: "contoso.example", clientId: "b81e6d20-95c7-4f4a-8d13-6a0e27f9c354" };
const secret: EntraClientSecretOptions = { ...application, clientSecret: "keyvault://vault/name" };
const own: Credential = entraClientSecret({ ...secret, vaultCredential: entraFederation({ ...application, assertionFile: "f" }) });
const { headers }: AccessToken = await own.getToken("https://api.fabric.microsoft.com/.default");
new FabricClient({ credential: own, trustHost: false });
new DatabricksClient({ host: "x", token: async () => ({ token: "x", ...(headers && { headers }) }) });
// What @azure/identity declares.
interface GetTokenOptions { abortSignal?: AbortSignal; claims?: string; enableCae?: boolean; tenantId?: string }
interface AzureToken { token: string; expiresOnTimestamp: number; refreshAfterTimestamp?: number; tokenType?: "Bearer" | "pop" }
declare const azure: { getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AzureToken | null> };
new FabricClient({ credential: azure });
databricksToken({ token: "x", vaultCredential: azure }).free();
new FabricClient({ credential: await defaultCredential({ service: "fabric", env: process.env }) });
const { host, source }: { host: string | undefined; source: string } = await defaultCredential({ profile: "DEV" });
databricksToken({ token: "x", vaultCredential: azureCli({ tenantId: "contoso.example", timeout: 5_000 }) });
// @ts-expect-error A service principal has a secret.
databricksOAuth({ clientId: "x" });
// @ts-expect-error Only the functions make one.
new Credential();
const options: QueryOptions = { service: "databricks", job: { jobId: 1n }, freshness: "15m", pollSeconds: 5 };
const query: string = generateQuery(options);
const extension: ConnectorOptions = { service: "both", name: "Orders", jobs: [{ name: "Daily", job: { jobId: "1" } }] };
const files: GeneratedFile[] = generateConnector(extension);
const archive: Uint8Array = packConnector(files);
console.log(query.length, archive.length, new TextDecoder().decode(files[0]?.content));
// @ts-expect-error A query is for one service.
generateQuery({ service: "both" });
// @ts-expect-error There is no such option.
runDatabricksJob({ host: "x", token: "x", jobId: "1", timeOut: 5 });
// @ts-expect-error An item has an id.
runFabricItem({ workspaceId: "x", token: "x" });
console.log(outcome, message, runId);
const read: ReadOptions = { path: "$.rows", format: "jsonLines", shape: "split", schema: { day: "date" }, delimiter: ";" };
const small: tables.Table = tables.Table.read(new Uint8Array(), read);
const both: Table = Table.concat([{ name: "a", table: Table.read("[]") }], "task");
const rows: TableRow[] = both.toArray();
for (const row of small) console.log(row.day, rows[0]?.a);
const count: number = both.withViews((columns) => columns.length);
const data: ColumnData | undefined = both.columnData("a");
if (data?.type === "utf8") console.log(data.offsets.length, data.bytes.length, count);
if (data?.type === "int64") { const values: BigInt64Array = data.values; console.log(values, data.validity?.[0]); }
const reader = new TableReader({ flatten: true });
reader.push(new Uint8Array());
const arrow: ArrowTable = toArrow(reader.finish(), { useDate: true });
const ipc: Uint8Array = toArrowIPC(small, "file");
console.log(arrow.getChild("a")?.at(0), ipc.length, (await readTable(new Response(""), { header: true })).rowCount);
console.log((await tables.readTable(new Blob([]).stream())).toMarkdown(), Table.read(new ArrayBuffer(0)).column(0));
runDatabricksJob({ host: "x", token: "x", jobId: "1", outputPath: "$.rows", table: { flatten: true }, combineTables: true });
const combined: string | undefined = (await run.result).tableError?.column;
console.log(combined);
// @ts-expect-error The path has an option of its own.
runDatabricksJob({ host: "x", token: "x", jobId: "1", table: { path: "$.rows" } });
// @ts-expect-error There is no such type.
Table.read("[]", { schema: { a: "string" } });
// @ts-expect-error A column has no values of both kinds.
if (data?.type === "bool") console.log(data.offsets);
`;

test("a TypeScript program type-checks against the package, in Node and for bundlers", async (t) => {
  // Beside this file, where the package and the compiler are found as any program finds them.
  const place = path.join(HERE, `consumer-${process.pid}`);
  mkdirSync(place, { recursive: true });
  t.after(() => rmSync(place, { recursive: true, force: true }));
  writeFileSync(path.join(place, "consumer.mts"), CONSUMER);
  const tsc = path.join(path.dirname(require.resolve("typescript/package.json")), "bin/tsc");
  for (const [module, resolution] of [
    ["nodenext", "nodenext"],
    ["esnext", "bundler"],
  ]) {
    const flags = [
      "--noEmit",
      "--strict",
      "--exactOptionalPropertyTypes",
      "--skipLibCheck",
      "false",
      "--target",
      "es2022",
    ];
    const libraries = ["--lib", "es2022,esnext.disposable,dom,dom.iterable", "--types", "node"];
    const args = [
      tsc,
      ...flags,
      ...libraries,
      "--module",
      module,
      "--moduleResolution",
      resolution,
      path.join(place, "consumer.mts"),
    ];
    await run(process.execPath, args, { cwd: place }).catch((error) => {
      assert.fail(`${module}: ${error.stdout}${error.stderr}`);
    });
  }
});

test("a handle that nobody keeps still gives its result", async (t) => {
  // The collector runs while only a timer is under way.
  const script = `
    import { runDatabricksJob } from "pqrun";
    import { startSimulator } from "pqrun/simulator";
    const server = await startSimulator({ speed: 20 });
    const collector = setInterval(globalThis.gc, 20);
    const run = () => runDatabricksJob({ host: server.url, token: "dapi-simulated", jobName: "orders_daily" }).result;
    const limit = new Promise((resolve) => setTimeout(resolve, 20000, { outcome: "never settled" }).unref());
    console.log((await Promise.race([run(), limit])).outcome);
    clearInterval(collector);
    await server.close();
    process.exit();
  `;
  const file = path.join(HERE, `collected-${process.pid}.mjs`);
  writeFileSync(file, script);
  t.after(() => rmSync(file, { force: true }));
  const { stdout } = await run(process.execPath, ["--expose-gc", file], { cwd: folder(t), timeout: 40_000 });
  assert.equal(stdout.trim(), "succeeded");
});

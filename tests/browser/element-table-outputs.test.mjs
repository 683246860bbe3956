/** Outputs, downloads and the chart of `<pqrun-table>`, and what axe-core says of each state. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";

import { tableFromIPC } from "apache-arrow";
import { Table } from "pqrun/table";

import { announced, cells, download, show, summary, untilSummary } from "./element-table.support.mjs";
import { launch, shot } from "./support.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** @typedef {import("playwright-core").Page} Page */

/** @type {import("playwright-core").Browser} */
let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const CODE = {
  code: "outputUnreadable",
  message: "expected an array of objects, found a number at byte 7",
  hint: "check the output path",
};

const LOST = {
  code: "service",
  message: "runs/get-output: expected 200, found 503",
  hint: "try again",
  status: 503,
  requestId: "req-1",
};

/** An output of each kind, as `RunResult.outputs` has them. */
const OUTPUTS = `[
  { key: "nothing", kind: "none", truncated: false },
  { key: "failed", kind: "none", truncated: false, errorMessage: "Division by <b>zero</b>", errorTrace: "at line 1\\nat line 2" },
  { key: "cut", kind: "notebookResult", truncated: true, text: '[{"a": 1}, {"a"' },
  { key: "lost", kind: "none", truncated: false, error: ${JSON.stringify(LOST)} },
  { key: "text", kind: "logs", truncated: false, text: "one\\ntwo", pageUrl: "https://example.com/run/1" },
  { key: "data", kind: "data", truncated: false, data: { links: ["a"] } },
  { key: "odd", kind: "notebookResult", truncated: false, text: "7", tableError: ${JSON.stringify(CODE)} },
  { key: "rows", kind: "rows", truncated: false, table: Table.read('[{"a": 1}, {"a": 2}]') },
  { key: "file", kind: "rows", truncated: false, table: Table.read('[{"b": 3}]'), file: { path: "/Volumes/main/x/y.json", size: 12345 } },
]`;

test("of several outputs the first table is shown, and each of the others as what it is", async (t) => {
  const script = `
    element.tables = ${OUTPUTS};
    document.addEventListener("pqrun-output", ({ detail }) => (globalThis.key = detail.key));
  `;
  const { page, problems } = await show(t, browser, script);
  const choice = page.getByLabel("Output");
  assert.deepEqual(await choice.locator("option").allInnerTexts(), [
    "nothing: nothing",
    "failed: failed",
    "cut: cut by the service",
    "lost: could not be read",
    "text: text",
    "data: data",
    "odd: not a table",
    "rows: 2 rows",
    "file: 1 row",
  ]);
  assert.equal(await summary(page), "2 rows, 1 column");
  const content = async (/** @type {number} */ index) => {
    await choice.selectOption({ index });
    return page.evaluate(() => {
      const root = /** @type {ShadowRoot} */ (document.querySelector("pqrun-table")?.shadowRoot);
      const parts = /** @type {HTMLElement[]} */ ([...root.children]).filter((it) => !it.matches(".top"));
      return parts.map((it) => it.innerText).join("\n");
    });
  };
  assert.match(await content(0), /No output/u);
  assert.match(await content(1), /The task failed\s+Division by <b>zero<\/b>\s+Stack trace/u);
  await page.getByText("Stack trace").click();
  assert.equal(await page.getByRole("group", { name: "Stack trace" }).innerText(), "at line 1\nat line 2");
  assert.match(await content(2), /cut this output.*followPath.*\[\{"a": 1\}, \{"a"/su);
  assert.match(await content(3), /could not be read.*found 503 \(status 503, request req-1\).*Try again\./su);
  assert.match(await content(4), /one\ntwo/u);
  assert.equal(await page.getByRole("link").getAttribute("href"), "https://example.com/run/1");
  await page.getByRole("button", { name: "Copy" }).click();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "one\ntwo");
  assert.match(await content(5), /\{\n {2}"links": \[\n {4}"a"\n {2}\]\n\}/u);
  assert.match(await content(6), /not a table\s+expected an array of objects.*Check the output path\.\s.*7/su);
  assert.match(await content(8), /Read from \/Volumes\/main\/x\/y\.json, 12,345 bytes\./u);
  assert.equal(await summary(page), "1 row, 1 column");
  assert.equal(await page.evaluate(() => Reflect.get(globalThis, "key")), "file");
  // Who chose an output keeps it when there is news.
  await page.evaluate((outputs) => {
    const { Table, element } = /** @type {any} */ (globalThis);
    element.tables = [
      ...element.tables.slice(0, 8),
      { key: "file", table: Table.read('[{"b": 3}, {"b": 4}]') },
      { key: "more", text: outputs },
    ];
  }, "");
  await untilSummary(page, "2 rows, 1 column");
  assert.equal((await cells(page))[1]?.[1], "4");
  assert.deepEqual(problems, []);
});

test("the table of all outputs comes before them", async (t) => {
  const script = `
    const outputs = ["a", "b"].map((key) => ({ key, table: Table.read('[{"n": 1}]') }));
    element.tables = outputs;
    element.table = Table.concat(outputs.map(({ key, table }) => ({ name: key, table })), "task");
  `;
  const { page, problems } = await show(t, browser, script);
  assert.deepEqual(await page.getByLabel("Output").locator("option").allInnerTexts(), [
    "all outputs in one table: 2 rows",
    "a: 1 row",
    "b: 1 row",
  ]);
  assert.equal(await summary(page), "2 rows, 2 columns");
  assert.deepEqual(problems, []);
});

const JSON_TEXT = `[
  {"n": 9007199254740993, "x": 0.1, "t": "=1+1", "at": "2026-01-31T12:00:00.123456Z", "d": "2026-01-31", "j": {"a": 12345678901234567890}, "ok": true, "__proto__": "p"},
  {"n": null, "x": -0.0, "t": "a\\nb,\\"c\\" | d", "at": null, "d": null, "j": null, "ok": null, "__proto__": null},
  {"n": 3, "x": 1e300, "t": "", "at": "1969-12-31T23:59:59Z", "d": "1969-12-31", "j": [], "ok": false, "__proto__": ""},
  {"n": -4, "x": null, "t": "\\u0000 \\u2028", "at": "9999-12-31T23:59:59.999999Z", "d": "0001-01-01", "j": "s", "ok": false, "__proto__": "q"}
]`;

test("downloads are what the table itself writes, whatever is in it", async (t) => {
  const script = `element.heading = "Orders: day/1"; element.table = Table.read(${JSON.stringify(JSON_TEXT)});`;
  const { page, problems } = await show(t, browser, script);
  const table = Table.read(JSON_TEXT);
  /** @type {[string, string, string][]} */
  const written = [
    ["csv", "Orders-day-1.csv", table.toCsv()],
    ["json", "Orders-day-1.json", table.toJson()],
    ["jsonLines", "Orders-day-1.jsonl", table.toJsonLines()],
    ["markdown", "Orders-day-1.md", table.toMarkdown()],
  ];
  for (const [format, name, text] of written) {
    const { bytes, name: found } = await download(page, format);
    assert.equal(found, name);
    assert.equal(bytes.toString(), text, format);
  }
  assert.equal(await announced(page), "Orders-day-1.md, 4 rows");
  const { bytes } = await download(page, "csv", { defuse: true });
  assert.equal(bytes.toString(), table.toCsv({ defuseFormulas: true }));
  assert.match(bytes.toString(), /'=1\+1/u);
  const arrow = await download(page, "arrow");
  assert.equal(arrow.name, "Orders-day-1.arrow");
  assert.equal(arrow.bytes.subarray(0, 6).toString(), "ARROW1");
  const read = tableFromIPC(arrow.bytes);
  assert.deepEqual([...(read.getChild("n") ?? [])], [9007199254740993n, null, 3n, -4n]);
  assert.deepEqual([...(read.getChild("j") ?? [])], ['{"a":12345678901234567890}', null, "[]", '"s"']);
  assert.equal(await page.getByLabel("Rows").count(), 0, "nothing differs from the table");
  assert.deepEqual(problems, []);
});

test("rows that are filtered and sorted are downloaded so, with their types, by the same writers", async (t) => {
  const script = `element.fileName = "some"; element.table = Table.read(${JSON.stringify(JSON_TEXT)});`;
  const { page, problems } = await show(t, browser, script);
  await page.evaluate(() => {
    const { element } = /** @type {any} */ (globalThis);
    element.filters = { text: "", columns: { n: "not null" } };
    element.sort = { column: "n", direction: "descending" };
  });
  await untilSummary(page, "3 of 4 rows, 8 columns, sorted by n, descending");
  const lines = Table.read(JSON_TEXT).toJsonLines().split("\n");
  const [first, , third, fourth] = lines;
  assert.equal((await download(page, "jsonLines")).bytes.toString(), `${first}\n${third}\n${fourth}\n`);
  const arrow = await download(page, "arrow");
  const read = tableFromIPC(arrow.bytes);
  assert.deepEqual(
    read.schema.fields.map(({ name, type }) => [name, String(type)]),
    tableFromIPC((await download(page, "arrow", { rows: "all" })).bytes).schema.fields.map(({ name, type }) => [
      name,
      String(type),
    ]),
  );
  assert.deepEqual([...(read.getChild("n") ?? [])], [9007199254740993n, 3n, -4n]);
  assert.deepEqual([...(read.getChild("t") ?? [])], ["=1+1", "", "\u0000 \u2028"]);
  assert.deepEqual([...(read.getChild("__proto__") ?? [])], ["p", "", "q"]);
  assert.equal((await download(page, "csv", { rows: "all" })).bytes.toString(), Table.read(JSON_TEXT).toCsv());
  // No row that fits is a table without rows, with all columns.
  await page.evaluate(() =>
    Object.assign(Reflect.get(globalThis, "element"), { filters: { text: "nowhere", columns: {} } }),
  );
  await untilSummary(page, "0 of 4 rows, 8 columns, sorted by n, descending");
  const none = tableFromIPC((await download(page, "arrow", { rows: "shown" })).bytes);
  assert.deepEqual(
    [none.numRows, none.schema.fields.map(({ name }) => name)],
    [0, ["n", "x", "t", "at", "d", "j", "ok", "__proto__"]],
  );
  assert.equal((await download(page, "csv", { rows: "shown" })).bytes.toString(), "n,x,t,at,d,j,ok,__proto__\r\n");
  assert.deepEqual(problems, []);
});

test("columns whose names are numbers keep their places in a download of some rows", async (t) => {
  const script = `
    element.table = Table.read('[{"2024":1,"name":"a","2023":2.0,"-1":null},{"2024":3,"name":"b","2023":4.5,"-1":null}]');
    element.sort = { column: "2024", direction: "descending" };
  `;
  const { page, problems } = await show(t, browser, script);
  await untilSummary(page, "2 rows, 4 columns, sorted by 2024, descending");
  assert.equal((await download(page, "csv")).bytes.toString(), "2024,name,2023,-1\r\n3,b,4.5,\r\n1,a,2.0,\r\n");
  assert.deepEqual(problems, []);
});

test("what can't be written is said where it was asked for", async (t) => {
  const script = `globalThis.table = Table.read(${JSON.stringify(JSON_TEXT)}); element.table = globalThis.table;`;
  const { page, problems } = await show(t, browser, script);
  await page.getByRole("button", { name: "Download" }).click();
  await page.evaluate(() => Reflect.get(globalThis, "table").free());
  const form = page.getByRole("form", { name: "Download" });
  await form.getByRole("button", { name: "Download" }).click();
  assert.match(await form.getByRole("alert").innerText(), /freed/u);
  assert.equal(await form.getByRole("button", { name: "Download" }).isEnabled(), true);
  await shot(page, "table-download-problem");
  assert.deepEqual(problems, []);
});

test("the rows that are shown are copied with tabs, as spreadsheets take them", async (t) => {
  const { page, problems } = await show(
    t,
    browser,
    `element.table = Table.read('[{"a":"x\\\\ty","b":9007199254740993},{"a":"say \\\\"hi\\\\"","b":null}]');`,
  );
  await page.getByRole("button", { name: "Download" }).click();
  await page.getByRole("button", { name: "Copy for a spreadsheet" }).click();
  await page.waitForFunction(() =>
    /copied/u.test(
      document.querySelector("pqrun-table")?.shadowRoot?.querySelector("[role=status]")?.textContent ?? "",
    ),
  );
  assert.equal(
    await page.evaluate(() => navigator.clipboard.readText()),
    'a\tb\n"x\ty"\t9007199254740993\n"say ""hi"""\t',
  );
  assert.deepEqual(problems, []);
});

test("a chart is loaded when it is asked for, and says in words what it shows", async (t) => {
  const script = `
    const rows = Array.from({ length: 100000 }, (_, at) => ({
      id: at,
      at: at % 10 === 9 ? null : new Date(Date.UTC(2026, 0, 1) + ((at * 7919) % 100000) * 60000),
      v: at === 5000 ? 99.5 : at === 70001 ? -42 : at % 100 === 7 ? null : at % 10,
    }));
    element.table = Table.read(JSON.stringify(rows).replace('"id":5000,', '"id":9007199254740993,'));
  `;
  const { page, problems } = await show(t, browser, script);
  const scripts = () =>
    page.evaluate(() => performance.getEntriesByType("resource").filter(({ name }) => name.endsWith(".js")).length);
  const before = await scripts();
  assert.equal(await page.locator("canvas").count(), 0);
  await page.getByRole("button", { name: "Chart" }).click();
  await page.locator("figcaption", { hasText: "smallest" }).waitFor();
  assert.ok((await scripts()) > before, "it came in a file of its own");
  // Of each ten rows 45; without 7 in a thousand rows, and with two others.
  const mean = ((450_000 - 7000 + 99.5 - 43) / 99_000).toPrecision(8);
  assert.equal(
    await page.locator("figcaption").innerText(),
    `v, 100,000 rows: smallest -42 in row 70,002, largest 99.5 in row 5,001, mean ${mean}. 1,000 of the rows have no value.`,
  );
  assert.match((await page.getByRole("img", { name: /^v, 100,000 rows/u }).getAttribute("aria-label")) ?? "", /mean/u);
  await page.locator("canvas").waitFor();
  await shot(page, "table-chart");
  const figure = page.getByRole("figure", { name: "Chart" });
  await figure.getByLabel("Column").selectOption("id");
  await page.locator("figcaption", { hasText: "largest 9007199254740993 in row 5,001" }).waitFor();
  await figure.getByLabel("Column").selectOption("v");
  await figure.getByLabel("Along").selectOption("at");
  // Rows without a time are not on it.
  await page.locator("figcaption", { hasText: "v, 90,000 rows" }).waitFor();
  await page.evaluate(() =>
    Object.assign(Reflect.get(globalThis, "element"), { filters: { text: "", columns: { v: "8" } } }),
  );
  await page.locator("figcaption", { hasText: "v, 10,000 rows: smallest 8 in" }).waitFor();
  await page.locator(".u-over").hover();
  await page.locator(".reading", { hasText: /^row [\d,]+, \d\d-\d\d \d\d:\d\d: 8$/u }).waitFor();
  await page.getByRole("button", { name: "Chart" }).click();
  assert.equal(await page.locator("canvas").count(), 0);
  assert.deepEqual(problems, []);
});

test("the chart follows the page from light to dark", async (t) => {
  const { page, problems } = await show(t, browser, `element.table = Table.read("[1,2,3]");`);
  await page.getByRole("button", { name: "Chart" }).click();
  await page.locator("canvas").waitFor();
  const pixels = () => page.locator("canvas").evaluate((it) => /** @type {HTMLCanvasElement} */ (it).toDataURL());
  const light = await pixels();
  await page.evaluate(() => Object.assign(document.documentElement.style, { colorScheme: "dark" }));
  await page.waitForFunction(
    (before) => document.querySelector("pqrun-table")?.shadowRoot?.querySelector("canvas")?.toDataURL() !== before,
    light,
  );
  assert.deepEqual(problems, []);
});

/**
 * States: what the script sets, and what a person does then.
 *
 * @type {Record<string, [string, (page: Page) => Promise<unknown>]>}
 */
const STATES = {
  "no table": ["", async () => {}],
  loading: ["element.loading = true;", async () => {}],
  error: [`element.error = ${JSON.stringify(CODE)};`, async () => {}],
  empty: ["element.table = Table.read('{\"a\":{}}');", async () => {}],
  "nothing fits": [
    "element.table = Table.read('[{\"a\":1}]'); element.filters = { text: 'x', columns: {} };",
    (page) => untilSummary(page, "0 of 1 row, 1 column"),
  ],
  types: [`element.heading = "Orders"; element.table = Table.read(${JSON.stringify(JSON_TEXT)});`, async () => {}],
  filters: [
    `element.table = Table.read(${JSON.stringify(JSON_TEXT)}); element.sort = { column: "n", direction: "ascending" };`,
    async (page) => {
      await page.getByRole("button", { name: "Filter columns" }).click();
      await page.getByLabel("Filter n").fill("abc");
      await page.locator(".problem").waitFor();
      await page.locator('[data-at="0,2"]').click();
    },
  ],
  chart: [
    `const rows = Array.from({ length: 400 }, (_, at) => ({ n: at, x: Math.sin(at / 30) * 40 + at / 10, at: new Date(at * 3600000) }));
     element.table = Table.read(JSON.stringify(rows));`,
    async (page) => {
      await page.getByRole("button", { name: "Chart" }).click();
      await page.locator("canvas").waitFor();
    },
  ],
  download: [
    `element.table = Table.read(${JSON.stringify(JSON_TEXT)}); element.sort = { column: "n", direction: "ascending" };`,
    (page) => page.getByRole("button", { name: "Download" }).click(),
  ],
  cell: [
    `element.table = Table.read(${JSON.stringify(JSON_TEXT)});`,
    (page) => page.locator('[data-at="0,5"]').dblclick(),
  ],
  row: [
    `element.table = Table.read(${JSON.stringify(JSON_TEXT)});`,
    (page) => page.locator('[data-at="0,-1"]').dblclick(),
  ],
  ...Object.fromEntries(
    ["nothing", "failed", "cut", "lost", "text", "data", "odd", "rows", "file"].map((key, at) => [
      `output ${key}`,
      [
        `element.heading = "The run"; element.tables = ${OUTPUTS};`,
        (/** @type {Page} */ page) => page.getByLabel("Output").selectOption({ index: at }),
      ],
    ]),
  ),
};

for (const dark of [false, true]) {
  test(`axe-core finds nothing in any state, ${dark ? "dark" : "light"}`, async (t) => {
    for (const [state, [script, act]] of Object.entries(STATES)) {
      const { page, problems } = await show(t, browser, script, { dark });
      await act(page);
      // It is put in by the browser itself, which no policy of the page keeps from it.
      await page.evaluate(AXE);
      const { violations } = await page.evaluate(() => Reflect.get(globalThis, "axe").run(document));
      assert.deepEqual(
        violations.map((/** @type {any} */ { id, nodes }) => [
          id,
          nodes.map((/** @type {any} */ node) => [node.html, node.failureSummary]),
        ]),
        [],
        state,
      );
      await shot(page, `table-${state.replaceAll(" ", "-")}-${dark ? "dark" : "light"}`);
      assert.deepEqual(problems, [], state);
      await page.close();
    }
  });
}

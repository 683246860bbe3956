/** Outputs, downloads and the chart of `<pqrun-table>`. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { tableFromIPC } from "apache-arrow";
import { Table } from "pqrun/table";

import {
  JSON_TEXT,
  OUTPUTS,
  announced,
  cells,
  download,
  show,
  summary,
  untilSummary,
} from "./element-table.support.mjs";
import { copied, copiedLines, launch, shot } from "./support.mjs";

const browser = await launch();

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
  await copied(page, "one\ntwo");
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
  await announced(page, "Orders-day-1.md, 4 rows");
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

test("what the browser does not let be copied is said where it was asked for", async (t) => {
  const script = `
    Object.defineProperty(navigator, "clipboard", { value: { writeText: () => Promise.reject(new DOMException("no", "NotAllowedError")) } });
    document.execCommand = () => false;
    element.tables = [{ key: "rows", table: Table.read('[{"a":1}]') }, { key: "text", text: "one" }];
  `;
  const { page, problems } = await show(t, browser, script);
  const said = /does not let this page write to the clipboard/u;
  await page.getByRole("button", { name: "Download" }).click();
  await page.getByRole("button", { name: "Copy for a spreadsheet" }).click();
  assert.match(await page.getByRole("form", { name: "Download" }).getByRole("alert").innerText(), said);
  await page.locator('[data-at="0,0"]').dblclick();
  const dialog = page.getByRole("dialog", { name: "a, row 1" });
  assert.equal(await dialog.getByRole("alert").count(), 0);
  await dialog.getByRole("button", { name: "Copy" }).click();
  assert.match(await dialog.getByRole("alert").innerText(), said);
  await page.keyboard.press("Escape");
  await page.getByLabel("Output").selectOption({ label: "text: text" });
  await page.getByRole("button", { name: "Copy" }).click();
  assert.match(await page.getByRole("alert").innerText(), said);
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
  await page.locator("[role=status]").filter({ hasText: /copied/u }).waitFor({ state: "attached" });
  await copied(page, 'a\tb\n"x\ty"\t9007199254740993\n"say ""hi"""\t');
  assert.deepEqual(problems, []);
});

test("what is copied for a spreadsheet is defused as a CSV file is, whatever format is chosen", async (t) => {
  const cells = ["=1+1", "+1", "-1", "-1+1", "@x", "＝1", "\tx", "\n=1", "-x", "x=1", "-12.5e3", "-"];
  const rows = `${JSON.stringify(cells.map((text) => ({ "=a": text, n: -1 })))}`;
  const { page, problems } = await show(t, browser, `element.table = Table.read(${JSON.stringify(rows)});`);
  await page.getByRole("button", { name: "Download" }).click();
  const form = page.getByRole("form", { name: "Download" });
  const csv = await page.evaluate(() => Reflect.get(globalThis, "element").table.toCsv({ defuseFormulas: true }));
  for (const format of ["csv", "arrow"]) {
    await form.getByLabel("Format").selectOption(format);
    await form.getByRole("checkbox").check();
    await page.evaluate(() => navigator.clipboard.writeText("other"));
    await form.getByRole("button", { name: "Copy for a spreadsheet" }).click();
    await page.waitForFunction(async () => (await navigator.clipboard.readText()) !== "other");
    const pasted = (await page.evaluate(() => navigator.clipboard.readText())).replaceAll("\r\n", "\n");
    assert.match(pasted, /^'=a\tn\n'=1\+1\t-1\n/u);
    // The table writes no more and no fewer of them.
    assert.equal(pasted.split("'").length, csv.split("'").length);
    assert.equal(pasted.split("\t-1").length, cells.length + 1);
    assert.ok(pasted.includes("\n-1\t") && pasted.includes("\n-12.5e3\t") && pasted.includes("\n'-1+1\t"), pasted);
  }
  await form.getByRole("checkbox").uncheck();
  await form.getByRole("button", { name: "Copy for a spreadsheet" }).click();
  await page.waitForFunction(async () => !(await navigator.clipboard.readText()).includes("'"));
  assert.deepEqual(problems, []);
});

test("where the clipboard is not open the older way is, also within a dialog", async (t) => {
  const { page, problems } = await show(t, browser, `element.table = Table.read('[{"a":"one"}]');`);
  await page.evaluate(async () => {
    await navigator.clipboard.writeText("other");
    navigator.clipboard.writeText = () => Promise.reject(new DOMException("no", "NotAllowedError"));
  });
  await page.getByRole("button", { name: "Download" }).click();
  await page.getByRole("button", { name: "Copy for a spreadsheet" }).click();
  await copiedLines(page, "a\none");
  await page.locator('[data-at="0,0"]').dblclick();
  await page.getByRole("dialog").getByRole("button", { name: "Copy" }).click();
  await copied(page, "one");
  assert.equal(await page.getByRole("dialog").getByRole("alert").count(), 0);
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

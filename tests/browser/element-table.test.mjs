/** `<pqrun-table>` on a page with a strict policy: what it shows, sorts and filters, by pointer and by keyboard. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { announced, cells, show, shownLines, summary, untilSummary } from "./element-table.support.mjs";
import { copied, launch, shot } from "./support.mjs";

const browser = await launch();

/** Puts JSON into a page's script. @param {string} json */
const table = (json) => `element.table = Table.read(${JSON.stringify(json)});`;

test("without a table, while one is awaited, and where there is none because of an error, it says so", async (t) => {
  const { page, problems } = await show(t, browser, "");
  assert.match(await page.locator(".state").innerText(), /No table yet/u);
  await page.evaluate(() => Object.assign(Reflect.get(globalThis, "element"), { loading: true }));
  assert.match(await page.locator(".state[aria-busy=true]").innerText(), /Waiting for the table/u);
  await shot(page, "table-loading");
  await page.evaluate(() => {
    const error = Object.assign(new Error("expected JSON, found <b>nothing</b>"), { hint: "check the output path" });
    Object.assign(Reflect.get(globalThis, "element"), { error });
  });
  assert.match(
    await page.locator(".notice.bad").innerText(),
    /expected JSON, found <b>nothing<\/b>\s+Check the output path\./u,
  );
  await page.evaluate(() => Object.assign(Reflect.get(globalThis, "element"), { error: null, loading: false }));
  assert.equal(await page.locator(".notice").count(), 0);
  assert.deepEqual(problems, []);
});

test("a table that was freed is an error that says what to do, before and after it was shown", async (t) => {
  const script = `
    const table = Table.read('[{"a": 1}]');
    table.free();
    element.table = table;
  `;
  const { page, problems } = await show(t, browser, script);
  assert.match(await page.locator(".notice.bad").innerText(), /was freed.*Read it again/su);
  await page.evaluate(() => {
    const { Table, element } = /** @type {any} */ (globalThis);
    // More columns than fit: those that are out of sight are read later.
    element.table = Table.read(
      JSON.stringify([Object.fromEntries(Array.from({ length: 400 }, (_, at) => [`c${at}`, at]))]),
    );
  });
  await page.getByRole("gridcell").first().waitFor();
  await page.evaluate(() => Reflect.get(globalThis, "element").table.free());
  await page.locator(".scroller").evaluate((scroller) => scroller.scrollTo({ left: 1e6, behavior: "instant" }));
  await page.locator(".notice.bad").waitFor();
  assert.match(await page.locator(".notice.bad").innerText(), /was freed/u);
  await page.evaluate(() => {
    const { Table, element } = /** @type {any} */ (globalThis);
    element.table = Table.read('[{"a": 1}]');
  });
  await page.getByRole("gridcell", { name: "1" }).waitFor();
  assert.deepEqual(problems, []);
});

test("tables without columns, without rows, and without rows that fit, each say so", async (t) => {
  const { page, problems } = await show(t, browser, table("[]"));
  assert.match(await page.locator(".state").innerText(), /neither columns nor rows/u);
  await page.evaluate(() =>
    Object.assign(Reflect.get(globalThis, "element"), { table: Reflect.get(globalThis, "Table").read("[{},{}]") }),
  );
  assert.match(await page.locator(".state").innerText(), /2 rows, but no columns/u);
  await page.evaluate(() =>
    Object.assign(Reflect.get(globalThis, "element"), {
      table: Reflect.get(globalThis, "Table").read('{"a":{},"b":{}}'),
    }),
  );
  assert.match(await page.locator(".state").innerText(), /No rows/u);
  assert.deepEqual(
    await page
      .getByRole("columnheader")
      .allInnerTexts()
      .then((all) => all.length),
    3,
  );
  assert.equal(await page.getByRole("button", { name: "Chart" }).count(), 0);
  await page.evaluate(() =>
    Object.assign(Reflect.get(globalThis, "element"), { table: Reflect.get(globalThis, "Table").read('[{"a":1}]') }),
  );
  await page.getByLabel("Find in all columns").fill("nowhere");
  await untilSummary(page, "0 of 1 row, 1 column");
  assert.match(await page.locator(".state").innerText(), /No row fits the filters/u);
  await page.locator(".state").getByRole("button", { name: "Clear filters" }).click();
  await untilSummary(page, "1 row, 1 column");
  assert.equal(
    await page.evaluate(() => Reflect.get(globalThis, "element").shadowRoot.activeElement.className),
    "search",
  );
  assert.deepEqual(problems, []);
});

const TYPES = [
  '{"ok":true,"n":9007199254740993,"x":0.1,"at":"2026-01-31T12:00:00.123456Z","local":"2026-01-31T12:00:00","day":"2026-01-31","t":"one\\ntwo\\tthree\\u0000","j":{"n":12345678901234567890,"s":"a\\"b"}}',
  '{"ok":false,"n":-9223372036854775808,"x":-1e300,"at":"0001-01-01T00:00:00Z","local":"9999-12-31T23:59:59","day":"0001-01-01","t":"","j":[]}',
  '{"ok":null,"n":null,"x":null,"at":null,"local":null,"day":null,"t":null,"j":null}',
  `{"ok":true,"n":1,"x":1e21,"at":"2026-01-31T12:00:00Z","local":"2026-01-31T12:00:00.5","day":"1969-12-31","t":"null${"é😀".repeat(300)}","j":"text"}`,
];

test("every type is shown with all its digits, and null apart from the empty text and from the word", async (t) => {
  const { page, problems } = await show(t, browser, table(`[${TYPES.join(",")}]`), { width: 1600 });
  const [first, second, third, fourth] = await cells(page);
  assert.deepEqual(first, [
    "1",
    "true",
    "9007199254740993",
    "0.1",
    "2026-01-31T12:00:00.123456Z",
    "2026-01-31T12:00:00.000",
    "2026-01-31",
    "one↵two⇥three␀",
    '{"n":12345678901234567890,"s":"a\\"b"}',
  ]);
  assert.deepEqual(second?.slice(2, 4), ["-9223372036854775808", "-1e+300"]);
  assert.equal(second?.[7], "empty");
  assert.deepEqual(third?.slice(1), Array(8).fill("null"));
  assert.equal(fourth?.[3], "1e+21");
  // Cut, and no half of a character left.
  assert.match(fourth?.[7] ?? "", /^nullé😀.*…$/u);
  assert.ok((fourth?.[7].length ?? 0) <= 241);
  assert.doesNotMatch(fourth?.[7] ?? "", /\uFFFD|[\uD800-\uDFFF]/u);
  // The word is text, null is none.
  assert.equal(await page.locator('[data-at="2,6"] .none').count(), 1);
  assert.equal(await page.locator('[data-at="3,6"] .none').count(), 0);
  const headers = await page.getByRole("columnheader").allInnerTexts();
  assert.deepEqual(
    headers.slice(1).map((text) => text.split("\n").at(-1)),
    ["bool", "int64", "float64", "timestamp", "datetime", "date", "utf8", "json"],
  );
  const align = (/** @type {string} */ at) =>
    page.locator(`[data-at="${at}"]`).evaluate((cell) => getComputedStyle(cell).textAlign);
  assert.equal(await align("0,1"), "end");
  assert.equal(await align("0,6"), "start");
  await shot(page, "table-types");
  assert.deepEqual(problems, []);
});

test("a cell is shown in whole: JSON on lines with every digit, a text with its lines, a row with all columns", async (t) => {
  const { page, problems } = await show(t, browser, table(`[${TYPES.join(",")}]`), { width: 1600 });
  await page.locator('[data-at="0,7"]').dblclick();
  const dialog = page.getByRole("dialog", { name: "j, row 1" });
  assert.equal(await dialog.locator("pre").innerText(), '{\n  "n": 12345678901234567890,\n  "s": "a\\"b"\n}');
  await dialog.getByRole("button", { name: "Copy" }).click();
  await copied(page, '{"n":12345678901234567890,"s":"a\\"b"}');
  await dialog.getByRole("button", { name: "Close" }).click();
  await page.locator('[data-at="3,6"]').dblclick();
  assert.equal(await page.getByRole("dialog").locator("pre").innerText(), `null${"é😀".repeat(300)}`);
  assert.match(await page.getByRole("dialog").locator(".hint").innerText(), /utf8, 904 characters/u);
  await page.keyboard.press("Escape");
  await page.locator('[data-at="2,-1"]').dblclick();
  const row = page.getByRole("dialog", { name: "Row 3" });
  const [frame, buttons] = await Promise.all([
    row.boundingBox(),
    row.getByRole("button", { name: "Close" }).boundingBox(),
  ]);
  assert.ok(frame && buttons && frame.height <= 800 && buttons.y >= frame.y, "the buttons are in sight");
  assert.deepEqual(await row.locator("dd").allInnerTexts(), Array(8).fill("null"));
  await shot(page, "table-row");
  assert.deepEqual(problems, []);
});

test("whatever names and values hold, they are text", async (t) => {
  const bad = '<img src=x onerror="globalThis.hit=1">';
  const json = JSON.stringify([{ [bad]: bad, __proto__x: { [bad]: bad }, "": "‮abc", constructor: "${1}" }]);
  const script = `
    const table = Table.read(${JSON.stringify(json.replace("__proto__x", "__proto__"))});
    element.heading = ${JSON.stringify(bad)};
    element.fileName = "../../\\u0000etc/<passwd>";
    element.tables = [
      { key: ${JSON.stringify(bad)}, table, pageUrl: "javascript:globalThis.hit=1" },
      { key: "x", text: ${JSON.stringify(bad)} },
    ];
  `;
  const { page, problems } = await show(t, browser, script);
  await page.getByRole("gridcell").first().dblclick();
  assert.equal(await page.getByRole("dialog").locator("pre").innerText(), bad);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Filter columns" }).click();
  await page.getByLabel("Filter constructor").fill("=${1}");
  await untilSummary(page, "1 of 1 row, 4 columns");
  await page.getByLabel("Filter __proto__").fill("nothing");
  await untilSummary(page, "0 of 1 row, 4 columns");
  await page.getByRole("button", { name: "Clear filters" }).first().click();
  await page.getByLabel("Output").selectOption({ index: 1 });
  assert.equal(await page.locator("pre").innerText(), bad);
  assert.equal(await page.getByRole("link").count(), 0);
  assert.deepEqual(
    await page.evaluate(() => [
      Reflect.get(globalThis, "hit"),
      Reflect.get(globalThis, "element").shadowRoot.querySelectorAll("img").length,
    ]),
    [undefined, 0],
  );
  assert.deepEqual(problems, []);
});

/** Rows with every type, ties, nulls and awkward texts; the same at every run. */
function many(/** @type {number} */ count) {
  let seed = 7;
  const next = (/** @type {number} */ below) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * below);
  };
  const texts = [
    "",
    "a",
    "A",
    "ä",
    "á",
    "b",
    "😀",
    "ﬀ",
    "\u{10FFFF}",
    "\uE000",
    "a\u0000",
    "a\u0000\u0000",
    "null",
    "10",
    "9",
  ];
  const long = "https://example.com/a/long/part/that/all/of/them/begin/with/";
  return Array.from({ length: count }, (_, row) => ({
    id: row,
    ok: [true, false, null][next(3)] ?? null,
    n: next(9) === 0 ? null : 9_007_199_254_740_990n * BigInt(next(3) - 1) + BigInt(next(9)),
    x: next(9) === 0 ? null : ([next(100) / 7, -next(50), 0, -0, 1e-300, -1e300][next(6)] ?? 0),
    at: next(9) === 0 ? null : new Date(Date.UTC(1960 + next(90), next(12), 1 + next(28))).toISOString(),
    day: next(9) === 0 ? null : new Date(Date.UTC(2026, next(3), 1 + next(28))).toISOString().slice(0, 10),
    t: next(9) === 0 ? null : next(2) ? (texts[next(texts.length)] ?? "") : `${long}${next(40)}${next(4) ? "" : "/x"}`,
    j: next(9) === 0 ? null : { a: [next(5)] },
  }));
}

/** @typedef {ReturnType<typeof many>[number]} Row */

/** JSON with bigints as numbers. @param {Row[]} rows */
const toJson = (rows) =>
  JSON.stringify(rows, (_, value) => (typeof value === "bigint" ? `\u0001${value}\u0001` : value)).replaceAll(
    /"\\u0001|\\u0001"/gu,
    "",
  );

/** The order that sorting promises, by the plainest means. */
function plainlySorted(/** @type {Row[]} */ rows, /** @type {keyof Row} */ column, /** @type {1 | -1} */ sign) {
  const key = (/** @type {Row} */ row) => {
    const value = row[column];
    return column === "j" ? Buffer.from(JSON.stringify(value)) : typeof value === "string" ? Buffer.from(value) : value;
  };
  return rows.toSorted((one, other) => {
    const [a, b] = [key(one), key(other)];
    if (one[column] === null || other[column] === null) {
      return Number(one[column] === null) - Number(other[column] === null);
    }
    const order =
      Buffer.isBuffer(a) && Buffer.isBuffer(b)
        ? Buffer.compare(a, b)
        : a === b || (Number(a) - Number(b) === 0 && a == b)
          ? 0
          : /** @type {any} */ (a) < /** @type {any} */ (b)
            ? -1
            : 1;
    return order * sign;
  });
}

test("sorting is exact, stable, and puts nulls last, for every type in both directions", async (t) => {
  const rows = many(3000);
  const { page, problems } = await show(t, browser, table(toJson(rows)));
  for (const column of /** @type {(keyof Row)[]} */ (["ok", "n", "x", "at", "day", "t", "j"])) {
    const header = page.getByRole("columnheader", { name: new RegExp(`^${column} `, "u") });
    for (const [direction, sign] of /** @type {["ascending" | "descending", 1 | -1][]} */ ([
      ["ascending", 1],
      ["descending", -1],
    ])) {
      await header.getByRole("button").click();
      await untilSummary(page, `3,000 rows, 8 columns, sorted by ${column}, ${direction}`);
      assert.equal(await header.getAttribute("aria-sort"), direction);
      const found = (await shownLines(page)).map((line) => JSON.parse(line).id);
      assert.deepEqual(
        found,
        plainlySorted(rows, column, sign).map(({ id }) => id),
        `${column}, ${direction}`,
      );
    }
    await header.getByRole("button").click();
    await untilSummary(page, "3,000 rows, 8 columns");
    assert.equal(await header.getAttribute("aria-sort"), "none");
  }
  assert.deepEqual(problems, []);
});

/** What is typed for a column, and what a plain reading of it is. @type {[keyof Row, string, (row: Row) => boolean][]} */
const FILTERS = [
  ["n", "9007199254740993", ({ n }) => n === 9_007_199_254_740_993n],
  ["n", "> 9007199254740992", ({ n }) => n !== null && n > 9_007_199_254_740_992n],
  ["n", "<= 2.5", ({ n }) => n !== null && n <= 2],
  ["n", "≥-9007199254740990", ({ n }) => n !== null && n >= -9_007_199_254_740_990n],
  ["n", "2..4", ({ n }) => n !== null && n >= 2n && n <= 4n],
  ["n", "..3", ({ n }) => n !== null && n <= 3n],
  ["n", "9007199254740991..", ({ n }) => n !== null && n >= 9_007_199_254_740_991n],
  ["n", "!= 4", ({ n }) => n !== 4n],
  ["x", "= 0", ({ x }) => x === 0],
  ["x", ".5 .. 1e1", ({ x }) => x !== null && x >= 0.5 && x <= 10],
  ["x", "NULL", ({ x }) => x === null],
  ["x", "not null", ({ x }) => x !== null],
  ["at", "2000", ({ at }) => at?.startsWith("2000") ?? false],
  ["at", "<= 1969", ({ at }) => at !== null && at < "1970"],
  ["at", "1990..1999-06", ({ at }) => at !== null && at >= "1990" && at < "1999-07"],
  ["day", "> 2026-02", ({ day }) => day !== null && day >= "2026-03"],
  ["day", "2026-01-05 .. 2026-01-07", ({ day }) => ["2026-01-05", "2026-01-06", "2026-01-07"].includes(day ?? "")],
  ["t", "A", ({ t }) => t?.toLowerCase().includes("a") ?? false],
  ["t", "=a", ({ t }) => t === "a"],
  ["t", '= ""', ({ t }) => t === ""],
  ["t", '"null"', ({ t }) => t === "null"],
  ["t", "null", ({ t }) => t === null],
  ["t", "!= a", ({ t }) => t !== "a"],
  ["t", "😀", ({ t }) => t?.includes("😀") ?? false],
  ["j", '"a":[3]', ({ j }) => j?.a[0] === 3],
  ["ok", "true", ({ ok }) => ok === true],
  ["ok", "null", ({ ok }) => ok === null],
];

test("filters of columns let through what a plain reading of them does", async (t) => {
  const rows = many(2000);
  const { page, problems } = await show(
    t,
    browser,
    `${table(toJson(rows))} element.sort = { column: "n", direction: "descending" };`,
  );
  for (const [column, typed, fits] of FILTERS) {
    const expected = plainlySorted(rows.filter(fits), "n", -1).map(({ id }) => id);
    assert.ok(
      expected.length > 0 && expected.length < rows.length,
      `${column} ${typed}: a filter that shows something`,
    );
    await page.evaluate(
      (columns) => {
        Reflect.get(globalThis, "element").filters = { text: "", columns };
      },
      { [column]: typed },
    );
    await untilSummary(
      page,
      `${expected.length.toLocaleString("en")} of 2,000 rows, 8 columns, sorted by n, descending`,
    );
    assert.deepEqual(
      (await shownLines(page)).map((line) => JSON.parse(line).id),
      expected,
      `${column} ${typed}`,
    );
  }
  assert.deepEqual(problems, []);
});

test("what can't be read as a filter is said at its box, and lets all rows through", async (t) => {
  const { page, problems } = await show(t, browser, table(toJson(many(50))));
  await page.getByRole("button", { name: "Filter columns" }).click();
  for (const [column, typed, said] of [
    ["n", "abc", "n: Expected a number such as 10, > 10 or 10..20"],
    ["x", "..", "x: Expected a number such as 10, > 10 or 10..20"],
    ["day", "> 2026-1", "day: Expected a day such as 2026-01-31, > 2026-01 or 2026-01..2026-03"],
  ]) {
    const box = page.getByLabel(`Filter ${column}`, { exact: true });
    await box.fill(typed);
    await page.locator(".problem", { hasText: said }).waitFor();
    assert.equal(await box.getAttribute("aria-invalid"), "true");
    await box.fill("");
    await page.locator(".problem").waitFor({ state: "detached" });
  }
  await untilSummary(page, "50 rows, 8 columns");
  assert.deepEqual(problems, []);
});

test("one box finds in all columns, together with the others, and one button clears all", async (t) => {
  const rows = many(500);
  const { page, problems } = await show(t, browser, table(toJson(rows)));
  await page.getByLabel("Find in all columns").fill("  LONG/part ");
  const long = rows.filter(({ t }) => t?.includes("long/part"));
  await untilSummary(page, `${long.length} of 500 rows, 8 columns`);
  await page.getByRole("button", { name: "Filter columns" }).click();
  await page.getByLabel("Filter ok").selectOption("true");
  const both = long.filter(({ ok }) => ok === true);
  await untilSummary(page, `${both.length} of 500 rows, 8 columns`);
  await announced(page, `${both.length} of 500 rows, 8 columns`);
  await shot(page, "table-filtered");
  await page.getByRole("button", { name: "Clear filters" }).click();
  await untilSummary(page, "500 rows, 8 columns");
  assert.equal(await page.getByLabel("Filter ok").inputValue(), "");
  assert.equal(await page.getByLabel("Find in all columns").inputValue(), "");
  assert.deepEqual(problems, []);
});

test("what the person sorts and filters is told to the page, and the page may set it", async (t) => {
  const script = `
    ${table(toJson(many(20)))}
    globalThis.heard = [];
    for (const name of ["pqrun-sort", "pqrun-filter"]) {
      document.addEventListener(name, ({ detail }) => globalThis.heard.push(detail));
    }
    element.sort = { column: "id", direction: "descending" };
  `;
  const { page, problems } = await show(t, browser, script);
  await untilSummary(page, "20 rows, 8 columns, sorted by id, descending");
  assert.equal((await cells(page))[0]?.[1], "19");
  const header = page.getByRole("columnheader", { name: "id" }).getByRole("button");
  await header.click();
  await header.click();
  await page.getByLabel("Find in all columns").fill("1");
  await page.waitForFunction(() => Reflect.get(globalThis, "heard").length === 3);
  const heard = await page.evaluate(() => Reflect.get(globalThis, "heard"));
  // Filters are heard once typing has paused, so their place is not fixed.
  assert.deepEqual(
    heard.filter((/** @type {object} */ detail) => "sort" in detail),
    [{ sort: null }, { sort: { column: "id", direction: "ascending" } }],
  );
  assert.deepEqual(
    heard.filter((/** @type {object} */ detail) => "filters" in detail),
    [{ filters: { text: "1", columns: {} } }],
  );
  // Another table begins anew.
  await page.evaluate(() =>
    Object.assign(Reflect.get(globalThis, "element"), { table: Reflect.get(globalThis, "Table").read('[{"id":5}]') }),
  );
  await untilSummary(page, "1 row, 1 column");
  assert.deepEqual(problems, []);
});

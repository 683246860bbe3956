/** The grid of `<pqrun-table>`: large and wide tables, the keyboard, the focus, narrow pages. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { announced, cells, show, untilSummary } from "./element-table.support.mjs";
import { copied, launch, shot } from "./support.mjs";

/** @typedef {import("playwright-core").Page} Page */

const browser = await launch();

/** A table of many rows, made on the page: `n` counts down, `t` says the row, `x` goes up and down. */
const large = (/** @type {number} */ rows) => `
  const rows = Array.from({ length: ${rows} }, (_, at) => ({
    n: ${rows} - at, t: "row " + at, x: Math.sin(at / 1000), at: new Date(at * 60000),
  }));
  element.table = Table.read(JSON.stringify(rows));
`;

/** How many rows and cells there are in the document. @param {Page} page */
const there = (page) =>
  page.evaluate(() => {
    const root = /** @type {ShadowRoot} */ (document.querySelector("pqrun-table")?.shadowRoot);
    return [".row", ".cell"].map((name) => root.querySelectorAll(name).length);
  });

/** The cell that has the focus, as row and column. @param {Page} page */
const active = (page) =>
  page.evaluate(() => {
    const element = /** @type {HTMLElement} */ (document.querySelector("pqrun-table")?.shadowRoot?.activeElement);
    return element?.dataset.at;
  });

/** Waits until a cell has the focus. @param {Page} page @param {string} at */
const untilActive = (page, at) =>
  page
    .waitForFunction(
      (wanted) =>
        /** @type {HTMLElement | null | undefined} */ (document.querySelector("pqrun-table")?.shadowRoot?.activeElement)
          ?.dataset.at === wanted,
      at,
      { timeout: 10_000 },
    )
    .catch(async () => assert.equal(await active(page), at));

/** Scrolls the grid, and lets it be drawn. @param {Page} page @param {ScrollToOptions} to */
const scroll = (page, to) =>
  page.locator(".scroller").evaluate(
    (scroller, given) =>
      new Promise((resolve) => {
        scroller.scrollTo({ ...given, behavior: "instant" });
        requestAnimationFrame(() => requestAnimationFrame(() => resolve(undefined)));
      }),
    to,
  );

test("100,000 rows are scrolled through from the first to the last with few of them in the document", async (t) => {
  const { page, problems } = await show(t, browser, large(100_000));
  const grid = page.getByRole("grid");
  assert.deepEqual(
    [await grid.getAttribute("aria-rowcount"), await grid.getAttribute("aria-colcount")],
    ["100001", "5"],
  );
  assert.deepEqual((await cells(page))[0]?.slice(0, 3), ["1", "100000", "row 0"]);
  const { height, view } = await page
    .locator(".scroller")
    .evaluate((it) => ({ height: it.scrollHeight, view: it.clientHeight }));
  for (let step = 0; step <= 20; step += 1) {
    await scroll(page, { top: ((height - view) * step) / 20 });
    const [rows = 0] = await there(page);
    assert.ok(rows < 100, `${rows} rows`);
    const seen = await page.evaluate(() => {
      const root = /** @type {ShadowRoot} */ (document.querySelector("pqrun-table")?.shadowRoot);
      const scroller = /** @type {HTMLElement} */ (root.querySelector(".scroller"));
      const head = /** @type {HTMLElement} */ (root.querySelector(".head"));
      const middle = scroller.getBoundingClientRect().top + (scroller.clientHeight + head.offsetHeight) / 2;
      const row = [...root.querySelectorAll(".row")].find((it) => {
        const { top, bottom } = it.getBoundingClientRect();
        return top <= middle && middle < bottom;
      });
      // Where the middle of the view should be among all rows.
      const at = Math.floor(
        (scroller.scrollTop + (scroller.clientHeight - head.offsetHeight) / 2) /
          (row?.getBoundingClientRect().height ?? 1),
      );
      return { index: row?.getAttribute("aria-rowindex"), text: row?.querySelectorAll(".cell")[1]?.textContent, at };
    });
    assert.equal(seen.text, `row ${seen.at}`, "the row that belongs there");
    assert.equal(seen.index, String(seen.at + 2), "and its index, the head being the first");
  }
  assert.deepEqual((await cells(page)).at(-1)?.slice(0, 3), ["100,000", "1", "row 99999"]);
  assert.deepEqual(problems, []);
});

test("more rows than a browser can have pixels are all reached", async (t) => {
  const script = `
    const lines = ["n"];
    for (let at = 0; at < 1200000; at += 1) lines.push(at);
    element.table = Table.read(lines.join("\\n"), { format: "csv" });
  `;
  const { page, problems } = await show(t, browser, script);
  await page.getByRole("columnheader", { name: "n int64" }).getByRole("button").focus();
  await page.keyboard.press("Control+End");
  await untilActive(page, "1199999,0");
  const last = page.locator('[data-at="1199999,0"]');
  assert.equal((await last.innerText()).trim(), "1199999");
  const [row, frame] = await Promise.all([last.boundingBox(), page.locator(".scroller").boundingBox()]);
  assert.ok(
    row && frame && row.y + row.height <= frame.y + frame.height + 1 && row.y > frame.y,
    "the last row is in sight",
  );
  await page.keyboard.press("ArrowUp");
  await untilActive(page, "1199998,0");
  await page.keyboard.press("Control+Home");
  await untilActive(page, "0,0");
  assert.ok((await there(page))[0] ?? 0 < 100);
  assert.deepEqual(problems, []);
});

test("100,000 rows are sorted and filtered while the page goes on, and only the last wish counts", async (t) => {
  const { page, problems } = await show(t, browser, large(100_000));
  const longest = await page.evaluate(async () => {
    const { element } = /** @type {any} */ (globalThis);
    const gaps = [];
    let last = performance.now();
    let going = true;
    const tick = () => {
      const now = performance.now();
      gaps.push(now - last);
      last = now;
      if (going) {
        setTimeout(tick);
      }
    };
    tick();
    const rest = () => new Promise((resolve) => setTimeout(resolve, 20));
    for (const text of ["5", "55", "row 5", "row 99"]) {
      element.filters = { text, columns: {} };
      await rest();
    }
    element.sort = { column: "t", direction: "descending" };
    await new Promise((resolve) => {
      const look = () => {
        const said = element.shadowRoot.querySelector(".summary > span").textContent;
        said.startsWith("1,111 of") && !element.shadowRoot.querySelector(".busy")
          ? resolve(undefined)
          : setTimeout(look, 10);
      };
      look();
    });
    going = false;
    return Math.max(...gaps);
  });
  t.diagnostic(`the page waited at most ${Math.round(longest)} ms`);
  // On a machine with nothing else to do it is about 40 ms.
  assert.ok(longest < 1000, `the page waited ${longest} ms`);
  await untilSummary(page, "1,111 of 100,000 rows, 4 columns, sorted by t, descending");
  assert.deepEqual(
    (await cells(page)).slice(0, 3).map((row) => row[2]),
    ["row 99999", "row 99998", "row 99997"],
  );
  assert.equal(await page.getByRole("grid").getAttribute("aria-rowcount"), "1112");
  assert.deepEqual(problems, []);
});

test("of hundreds of columns a few are in the document, and all are reached", async (t) => {
  const script = `element.table = Table.read(JSON.stringify(Array.from({ length: 50 }, (_, row) =>
    Object.fromEntries(Array.from({ length: 600 }, (_, at) => ["c" + at, row * 1000 + at])))));`;
  const { page, problems } = await show(t, browser, script);
  assert.equal(await page.getByRole("grid").getAttribute("aria-colcount"), "601");
  const [rows = 0, shown = 0] = await there(page);
  assert.ok(shown <= rows * 30, `${shown} cells`);
  await page.getByRole("gridcell").first().click();
  await page.keyboard.press("End");
  await untilActive(page, "0,599");
  const cell = page.locator('[data-at="0,599"]');
  assert.deepEqual([await cell.innerText(), await cell.getAttribute("aria-colindex")], ["599", "601"]);
  const [box, frame] = await Promise.all([cell.boundingBox(), page.locator(".scroller").boundingBox()]);
  assert.ok(box && frame && box.x >= frame.x && box.x + box.width <= frame.x + frame.width + 1, "it is in sight");
  await page.keyboard.press("Control+End");
  await untilActive(page, "49,599");
  await page.keyboard.press("Home");
  await untilActive(page, "49,0");
  await page.keyboard.press("ArrowLeft");
  await untilActive(page, "49,-1");
  assert.deepEqual(problems, []);
});

test("everything is done by keyboard: into the grid, sorting, widths, cells, copying, and out", async (t) => {
  const { page, problems } = await show(t, browser, large(300));
  for (const name of ["Find in all columns", "Filter columns", "Chart", "Download"]) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate(() => {
      const element = /** @type {HTMLElement} */ (document.querySelector("pqrun-table")?.shadowRoot?.activeElement);
      return element.getAttribute("aria-label") ?? element.textContent?.trim();
    });
    assert.equal(focused, name);
  }
  await page.keyboard.press("Tab");
  await untilActive(page, "-1,0");
  await page.keyboard.press("Enter");
  await untilSummary(page, "300 rows, 4 columns, sorted by n, ascending");
  await announced(page, "300 rows, 4 columns, sorted by n, ascending");
  assert.equal(await active(page), "-1,0");
  await page.keyboard.press("Space");
  await untilSummary(page, "300 rows, 4 columns, sorted by n, descending");
  const width = () => page.locator('.name:has([data-at="-1,0"])').evaluate((it) => it.getBoundingClientRect().width);
  const before = await width();
  await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press("Shift+ArrowLeft");
  assert.equal(await width(), before + 16);
  await announced(page, `n: ${before + 16} pixels wide`);
  for (const [key, at] of [
    ["ArrowUp", "-1,0"],
    ["ArrowDown", "0,0"],
    ["ArrowRight", "0,1"],
    ["PageDown", /** @type {any} */ (null)],
    ["Control+End", "299,3"],
    ["ArrowDown", "299,3"],
    ["ArrowRight", "299,3"],
    ["Control+ArrowUp", "0,3"],
    ["Control+ArrowLeft", "0,0"],
    ["End", "0,3"],
    ["Control+Home", "0,0"],
    ["ArrowRight", "0,1"],
    ["ArrowDown", "1,1"],
  ]) {
    await page.keyboard.press(key);
    if (at !== null) {
      await untilActive(page, at);
    } else {
      const [row = 0] = ((await active(page)) ?? "").split(",").map(Number);
      assert.ok(row > 5 && row < 20, `a page is ${row} rows`);
    }
  }
  // One stop for Tab, whatever was visited.
  assert.equal(await page.locator('.scroller [tabindex="0"]').count(), 1);
  await page.keyboard.press("Control+c");
  await copied(page, "row 1");
  await announced(page, "Cell copied");
  await page.keyboard.press("Control+ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await untilActive(page, "1,-1");
  await page.keyboard.press("Control+c");
  await page.waitForFunction(async () => (await navigator.clipboard.readText()) !== "row 1");
  assert.match(
    await page.evaluate(() => navigator.clipboard.readText()),
    /^299\trow 1\t0\.00099\d+\t1970-01-01T00:01:00\.000Z$/u,
  );
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: "n, row 2" }).waitFor();
  assert.equal(
    await page.evaluate(() => document.querySelector("pqrun-table")?.shadowRoot?.activeElement?.textContent),
    "Close",
  );
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await untilActive(page, "1,0");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Shift+Tab");
  assert.notEqual(await active(page), "1,0");
  assert.deepEqual(problems, []);
});

test("what has the focus keeps it when it is scrolled away, and when its row goes", async (t) => {
  const { page, problems } = await show(t, browser, large(5000));
  await page.locator('[data-at="3,1"]').click();
  await scroll(page, { top: 60_000 });
  assert.equal(await active(page), "3,1");
  await page.keyboard.press("ArrowDown");
  await untilActive(page, "4,1");
  const [cell, frame] = await Promise.all([
    page.locator('[data-at="4,1"]').boundingBox(),
    page.locator(".scroller").boundingBox(),
  ]);
  assert.ok(cell && frame && cell.y >= frame.y && cell.y < frame.y + frame.height, "it is in sight again");
  await page.evaluate(() =>
    Object.assign(Reflect.get(globalThis, "element"), { filters: { text: "row 7", columns: {} } }),
  );
  await untilSummary(page, "111 of 5,000 rows, 4 columns");
  await untilActive(page, "4,1");
  await page.evaluate(() =>
    Object.assign(Reflect.get(globalThis, "element"), { filters: { text: "row 77", columns: {} } }),
  );
  await untilSummary(page, "11 of 5,000 rows, 4 columns");
  await page.evaluate(() =>
    Object.assign(Reflect.get(globalThis, "element"), { filters: { text: "row 4777", columns: {} } }),
  );
  await untilSummary(page, "1 of 5,000 rows, 4 columns");
  await untilActive(page, "0,1");
  assert.deepEqual(problems, []);
});

test("a column is as wide as its content, is dragged, and fits again after two clicks", async (t) => {
  const { page, problems } = await show(
    t,
    browser,
    `element.table = Table.read('[{"short":1,"text":"a text of some length"}]');`,
  );
  const widths = () =>
    page.locator(".name").evaluateAll((names) => names.map((name) => Math.round(name.getBoundingClientRect().width)));
  const fitted = await widths();
  assert.ok((fitted[1] ?? 0) > (fitted[0] ?? 0));
  const cell = page.locator('[data-at="0,1"]');
  assert.ok(await cell.evaluate((it) => it.scrollWidth <= it.clientWidth), "nothing is cut");
  const box = await page.locator('[data-resize="1"]').boundingBox();
  assert.ok(box);
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 50, y, { steps: 3 });
  await page.mouse.up();
  assert.deepEqual(await widths(), [fitted[0], (fitted[1] ?? 0) + 50]);
  await page.locator('[data-resize="1"]').dblclick();
  assert.deepEqual(await widths(), fitted);
  // Neither was a click on the name.
  await untilSummary(page, "1 row, 2 columns");
  assert.deepEqual(problems, []);
});

test("at 360 pixels the page has no sideways scroll, whatever is open", async (t) => {
  const script = `${large(200)} element.heading = "Orders of the first quarter, by customer and region";`;
  for (const dark of [false, true]) {
    const { page, problems } = await show(t, browser, script, { width: 360, height: 740, dark });
    const isNarrow = async (/** @type {string} */ state) => {
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.equal(width, 360, state);
      await shot(page, `table-360-${state}-${dark ? "dark" : "light"}`);
    };
    await isNarrow("plain");
    await page.getByRole("button", { name: "Filter columns" }).click();
    await page.getByLabel("Find in all columns").fill("row 1");
    await untilSummary(page, "111 of 200 rows, 4 columns");
    await isNarrow("filtered");
    await page.getByRole("button", { name: "Chart" }).click();
    await page.locator(".u-over").waitFor();
    await isNarrow("chart");
    await page.getByRole("button", { name: "Download" }).click();
    await isNarrow("download");
    await page.locator('[data-at="2,-1"]').dblclick();
    await page.getByRole("dialog").waitFor();
    await isNarrow("row");
    assert.deepEqual(problems, []);
  }
});

test("an element that was taken out looks for nothing and tells nothing, and goes on when it is put back", async (t) => {
  const script = `
    const rows = Array.from({ length: 5000 }, (_, n) => ({ n }));
    element.table = Table.read(JSON.stringify(rows));
    globalThis.told = [];
    document.addEventListener("pqrun-filter", ({ detail }) => told.push(detail.filters.text));
    element.addEventListener("pqrun-filter", () => told.push("the element"));
  `;
  const { page, problems } = await show(t, browser, script);
  const found = await page.evaluate(async () => {
    const { element, told } = /** @type {any} */ (globalThis);
    const place = element.parentNode;
    // Timers by hand, and work that is interrupted wherever it can be.
    const later = globalThis.setTimeout;
    /** @type {Map<number, () => void>} */
    const timers = new Map();
    let count = 0;
    Object.assign(globalThis, {
      setTimeout: (/** @type {() => void} */ act) => timers.set((count += 1), act) && count,
      clearTimeout: (/** @type {number} */ id) => timers.delete(id),
    });
    let now = 0;
    performance.now = () => (now += 100);
    const settle = () => new Promise((resolve) => later(resolve));
    const run = async () => {
      for (const [id, act] of timers) {
        timers.delete(id);
        act();
        await settle();
      }
    };
    const type = (/** @type {string} */ text) => {
      const box = element.shadowRoot.querySelector(".search");
      box.value = text;
      box.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true }));
    };
    const steps = [];
    const step = () => steps.push([element.rows.length, [...told]]);
    type("12");
    element.remove();
    await run();
    step();
    place.append(element);
    await settle();
    // The pause of typing is over, and the work has begun.
    const [[id, act]] = timers;
    timers.delete(id);
    act();
    await settle();
    const begun = timers.size;
    element.remove();
    await run();
    step();
    place.append(element);
    await settle();
    await run();
    step();
    return { steps, begun };
  });
  const fitting = Array.from({ length: 5000 }, (_, n) => String(n)).filter((text) => text.includes("12")).length;
  assert.ok(found.begun > 0, "there is work to end");
  assert.deepEqual(found.steps, [
    [5000, []],
    [5000, ["the element", "12"]],
    [fitting, ["the element", "12"]],
  ]);
  assert.deepEqual(problems, []);
});

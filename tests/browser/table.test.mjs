/** Tables on a page: the module by itself, views, streams, Arrow. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { tableFromIPC } from "apache-arrow";
import { Table } from "pqrun/table";

import { launch, open, page, serve } from "./support.mjs";

const browser = await launch();

const ROWS = '[{"n": 9007199254740993, "t": "é😀", "at": "2026-01-31T12:00:00Z", "j": [1]}, {"n": null, "t": ""}]';

test("a page reads what Node reads, and loads nothing but the module of tables", async (t) => {
  const script = `
    import { Table, TableReader, readTable } from "pqrun/table";
    import { toArrowIPC } from "pqrun/arrow";
    const plain = (value) => JSON.parse(JSON.stringify(value, (_, v) => (typeof v === "bigint" ? String(v) : v)));
    const table = Table.read(${JSON.stringify(ROWS)});
    const reader = new TableReader();
    for (const byte of new TextEncoder().encode(${JSON.stringify(ROWS)})) reader.push(Uint8Array.of(byte));
    const chosen = new File([${JSON.stringify(ROWS)}], "rows.json");
    globalThis.answer = {
      rows: plain(table.toArray()),
      iterated: plain([...table]),
      mapped: table.toArray().map(({ t }) => t),
      chunked: plain(reader.finish().toArray()),
      fetched: plain((await readTable(await fetch("/rows.json"), { format: "json" })).toArray()),
      file: plain((await readTable(chosen)).toArray()),
      streamed: plain((await readTable(chosen.stream())).toArray()),
      missing: await readTable(await fetch("/none.wasm")).catch(({ name, code, status }) => ({ name, code, status })),
      views: table.withViews((columns) => columns.map((c) => [c.name, c.type, c.nullCount, (c.values ?? c.offsets).length])),
      promise: (() => { try { table.withViews(async () => {}); } catch ({ code }) { return code; } })(),
      arrow: [...toArrowIPC(table, "file")],
      freed: (() => { table.free(); try { return table.rowCount; } catch ({ name }) { return name; } })(),
      loaded: performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname).filter((name) => name.endsWith(".wasm")),
    };
  `;
  const origin = await serve(t, { "/": page(script), "/rows.json": ROWS });
  const { answer, problems } = await open(t, browser, `${origin}/`);
  const expected = JSON.parse(JSON.stringify(Table.read(ROWS)));
  for (const way of ["rows", "iterated", "chunked", "fetched", "file", "streamed"]) {
    assert.deepEqual(answer[way], expected, way);
  }
  assert.deepEqual(answer.mapped, ["é😀", ""]);
  assert.deepEqual(answer.missing, { name: "PqrunError", code: "outputUnavailable", status: 404 });
  assert.deepEqual(answer.views, [
    ["n", "int64", 1, 2],
    ["t", "utf8", 0, 3],
    ["at", "timestamp", 1, 2],
    ["j", "json", 1, 3],
  ]);
  assert.equal(answer.promise, "invalidOptions");
  assert.equal(answer.freed, "TypeError");
  const arrow = tableFromIPC(Uint8Array.from(answer.arrow));
  assert.deepEqual([...(arrow.getChild("n") ?? [])], [9007199254740993n, null]);
  assert.deepEqual([...(arrow.getChild("t") ?? [])], ["é😀", ""]);
  assert.deepEqual(answer.loaded, ["/node_modules/pqrun/wasm/table_bg.wasm"]);
  assert.deepEqual(
    problems.filter((problem) => !problem.includes("404")),
    [],
  );
});

test("a page's client has the same tables", async (t) => {
  const script = `
    import { Table, readTable } from "pqrun";
    const table = Table.concat([{ name: "a", table: Table.read("[1]") }, { name: "b", table: await readTable(new Response("[2]")) }]);
    globalThis.answer = [table.toArray(), table.toMarkdown()];
  `;
  const origin = await serve(t, { "/": page(script) });
  const { answer, problems } = await open(t, browser, `${origin}/`);
  assert.deepEqual(answer[0], [
    { name: "a", value: 1 },
    { name: "b", value: 2 },
  ]);
  assert.match(answer[1], /\| a \| 1 \|/u);
  assert.deepEqual(problems, []);
});

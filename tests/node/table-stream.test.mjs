/** Tables that come in chunks. */

import assert from "node:assert/strict";
import { createReadStream, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { test } from "node:test";

import * as client from "pqrun";
import { Table, TableReader, readTable } from "pqrun/table";

import { PACKAGE, folder } from "./support.mjs";

const TEXT = '[{"é": "a€", "n": 12345678901234567890, "j": {"😀": [1.5e3]}}, {"é": null}]';
const BYTES = new TextEncoder().encode(TEXT);
const ROWS = [...Table.read(BYTES)];

/** @param {Iterable<Uint8Array>} chunks */
async function* later(chunks) {
  for (const chunk of chunks) {
    await undefined;
    yield chunk;
  }
}

test("a chunk may end anywhere, also within a character, a number or an escape", () => {
  for (let cut = 0; cut <= BYTES.length; cut += 1) {
    const reader = new TableReader();
    reader.push(BYTES.subarray(0, cut));
    reader.push(BYTES.subarray(cut));
    assert.deepEqual([...reader.finish()], ROWS, `cut at ${cut}`);
  }
});

test("byte by byte it is the same, with room and without, in buffers as well", () => {
  for (const room of [undefined, 0, 3, 1e6, -5, Number.NaN, Infinity]) {
    const reader = new TableReader({ format: "json" });
    if (room !== undefined) {
      reader.reserve(room);
    }
    for (const byte of BYTES) {
      reader.push(/** @type {any} */ (Uint8Array.of(byte).buffer));
    }
    assert.deepEqual([...reader.finish()], ROWS);
  }
});

test("a reader that is done, was freed, or gets what is no bytes, says so", () => {
  const reader = new TableReader();
  for (const chunk of ["[1]", [1], null, undefined, new Uint32Array(1)]) {
    assert.throws(() => reader.push(/** @type {any} */ (chunk)), { code: "invalidOptions", message: /Uint8Array/u });
  }
  reader.push(BYTES);
  reader.finish();
  assert.throws(() => reader.finish(), { code: "invalidOptions" });
  assert.throws(() => reader.push(BYTES), { code: "invalidOptions" });
  reader.free();
  reader.free();
  assert.throws(() => reader.push(BYTES), { name: "TypeError", message: /freed/u });
  assert.throws(() => new TableReader(/** @type {any} */ ({ fromat: "csv" })), { code: "invalidOptions" });
});

test("what is cut or broken is told at the end, with its place", () => {
  const cut = new TableReader();
  cut.push(BYTES.subarray(0, 20));
  assert.throws(() => cut.finish(), { code: "outputTruncated", offset: 20 });
  const broken = new TableReader({ format: "csv" });
  broken.push(Uint8Array.of(0x61, 0xff));
  assert.throws(() => broken.finish(), { code: "outputUnreadable", offset: 1 });
});

test("nothing at all is one row of no text, and no JSON", () => {
  assert.deepEqual([...new TableReader().finish()], [...Table.read("")]);
  assert.throws(() => new TableReader({ format: "json" }).finish(), { name: "PqrunError" });
});

test("readTable takes an answer, a file, a stream, and whatever gives bytes one by one", async (t) => {
  const file = path.join(folder(t), "rows.json");
  writeFileSync(file, BYTES);
  const halves = () => later([BYTES.subarray(0, 7), BYTES.subarray(7)]);
  const sources = {
    answer: () => new Response(BYTES),
    blob: () => new Blob([BYTES]),
    stream: () => /** @type {ReadableStream<Uint8Array>} */ (new Blob([BYTES]).stream()),
    generator: halves,
    file: () => createReadStream(file, { highWaterMark: 5 }),
    cut: () => createReadStream(file, { highWaterMark: 1 }),
  };
  for (const [name, source] of Object.entries(sources)) {
    assert.deepEqual([...(await readTable(source()))], ROWS, name);
    assert.deepEqual([...(await client.readTable(source(), { format: "json" }))], ROWS, name);
  }
  assert.deepEqual([...(await readTable(halves(), { path: "$[0].j" }))], [{ "😀": 1500 }]);
  assert.deepEqual([...(await readTable(new Response(null)))], [...Table.read("")]);
});

test("readTable reads over HTTP, and no page of an error", async (t) => {
  const server = createServer((request, response) => {
    response.writeHead(request.url === "/rows" ? 200 : 404, { "Content-Type": "application/json" });
    response.end(request.url === "/rows" ? BYTES : "[]");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  t.after(() => server.close());
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  assert.deepEqual([...(await readTable(await fetch(`http://127.0.0.1:${port}/rows`)))], ROWS);
  await assert.rejects(readTable(await fetch(`http://127.0.0.1:${port}/none`)), {
    name: "PqrunError",
    code: "outputUnavailable",
    status: 404,
  });
});

test("readTable rejects what is no source, what was read before, and options that are wrong", async () => {
  for (const source of [undefined, null, 5, "[1]", {}, [BYTES], BYTES]) {
    await assert.rejects(readTable(/** @type {any} */ (source)), { code: "invalidOptions", message: /Table\.read/u });
  }
  const answer = new Response(BYTES);
  await answer.arrayBuffer();
  await assert.rejects(readTable(answer), TypeError);
  await assert.rejects(readTable(new Response(BYTES), /** @type {any} */ ({ formt: 1 })), { code: "invalidOptions" });
  await assert.rejects(readTable(/** @type {any} */ (later(/** @type {any} */ (["[1]"])))), { code: "invalidOptions" });
});

test("a source that breaks is what readTable rejects with, and one that is not needed any more is let go of", async () => {
  const broken = async function* () {
    yield BYTES.subarray(0, 5);
    throw new RangeError("gone");
  };
  await assert.rejects(readTable(broken()), { name: "RangeError", message: "gone" });
  let isCancelled = false;
  const stream = new ReadableStream({
    pull: (controller) => controller.enqueue("no bytes"),
    cancel: () => {
      isCancelled = true;
    },
  });
  await assert.rejects(readTable(stream), { code: "invalidOptions" });
  assert.ok(isCancelled && !stream.locked);
});

test("what is refused in JavaScript has the hint that WebAssembly gives", async () => {
  const caught = (/** @type {() => unknown} */ call) => Promise.resolve().then(call).catch((error) => error);
  const [here, there] = await Promise.all([
    caught(() => readTable(/** @type {any} */ (5))),
    caught(() => new TableReader(/** @type {any} */ ({ fromat: "csv" }))),
  ]);
  assert.equal(here.hint, there.hint);
  assert.equal(here.retryable, there.retryable);
  const answer = await caught(() => readTable(new Response("", { status: 404 })));
  assert.ok(answer.hint.length > 0);
});

test("when WebAssembly breaks down, that is told, and not that the reader can't be freed", async () => {
  const { streamReader } = await import(pathToFileURL(path.join(PACKAGE, "table.stream.js")).href);
  class Broken {
    reserve() {}
    push() {
      throw new WebAssembly.RuntimeError("unreachable");
    }
    free() {
      throw new Error("attempted to take ownership of Rust value while it was borrowed");
    }
  }
  await assert.rejects(streamReader(Broken)(later([BYTES])), { name: "RuntimeError", message: "unreachable" });
});

test("bytes beyond the limit are refused before they are copied", () => {
  // Nobody touches it, so the system gives no memory for it.
  const large = new Uint8Array(2 ** 31);
  const refusal = { name: "PqrunError", code: "outputUnreadable", message: /2147483647 bytes/u };
  assert.throws(() => Table.read(large), refusal);
  assert.throws(() => Table.read(large.buffer), refusal);
  const reader = new TableReader();
  reader.push(BYTES);
  assert.throws(() => reader.push(large), refusal);
  assert.deepEqual([...reader.finish()], ROWS);
});

// Tables out of streams.
import { problem } from "./table.problem.js";

/**
 * @import { ReadOptions, Table, TableReader } from "./wasm/table.js"
 */

/**
 * A module's `readTable`.
 *
 * @param {typeof TableReader} Reader The module's own.
 */
export function streamReader(Reader) {
  /**
   * @param {Response | Blob | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>} source
   * @param {ReadOptions} [options]
   * @returns {Promise<Table>}
   */
  return async function readTable(source, options) {
    const reader = new Reader(options);
    let table;
    try {
      const chunks = chunksOf(source);
      reader.reserve(lengthOf(source));
      for await (const chunk of chunks) {
        reader.push(chunk);
      }
      table = reader.finish();
    } catch (error) {
      try {
        reader.free();
      } catch {
        // WebAssembly that broke down lends the reader for ever. Why it broke down is what has to be told.
      }
      throw error;
    }
    reader.free();
    return table;
  };
}

/**
 * @param {unknown} source
 * @returns {AsyncIterable<Uint8Array> | Iterable<Uint8Array>}
 */
function chunksOf(source) {
  const { body, ok, status, stream } = /** @type {Partial<Response & Blob>} */ (Object(source));
  if (typeof ok === "boolean" && typeof status === "number") {
    if (!ok) {
      throw problem("outputUnavailable", `readTable: expected an answer that is ok, found status ${status}`, { status });
    }
    return body ? chunksOf(body) : [];
  }
  if (typeof stream === "function") {
    return chunksOf(stream.call(source));
  }
  if (typeof Reflect.get(Object(source), "getReader") === "function") {
    return streamed(/** @type {ReadableStream<Uint8Array>} */ (source));
  }
  if (typeof Reflect.get(Object(source), Symbol.asyncIterator) === "function") {
    return /** @type {AsyncIterable<Uint8Array>} */ (source);
  }
  throw problem(
    "invalidOptions",
    "readTable: expected a Response, a Blob, a ReadableStream or an async iterable of bytes; Table.read takes what is there",
  );
}

/**
 * A stream's chunks. Not all browsers let a stream be iterated.
 *
 * @param {ReadableStream<Uint8Array>} stream
 */
async function* streamed(stream) {
  const reader = stream.getReader();
  let isWhole = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        isWhole = true;
        return;
      }
      yield value;
    }
  } finally {
    // Whoever sends need not go on; that the stream broke is told already.
    await (isWhole ? undefined : reader.cancel().catch(() => {}));
    reader.releaseLock();
  }
}

/**
 * How many bytes will come, if that is told: what an answer tells may be of its compressed form.
 *
 * @param {unknown} source
 */
function lengthOf(source) {
  const { headers, size } = /** @type {Partial<Response & Blob>} */ (Object(source));
  const length = Number(size ?? headers?.get?.("content-length") ?? 0);
  return Number.isFinite(length) ? length : 0;
}

import { brotliCompressSync, brotliDecompressSync, deflateRawSync, gunzipSync, gzipSync, inflateRawSync } from "node:zlib";
import { MBinary, MList, MRecord, raise, unsupported } from "../value.mjs";
import { outOfRange, whole } from "./arguments.mjs";
import { binaryFrom, fromBase64 } from "./convert.mjs";
import { family } from "./signature.mjs";

/**
 * @import { Value } from "../value/slot.mjs"
 */

const HEX = 1;

/** @param {string} text @param {number | null} encoding */
function fromText(text, encoding) {
  if (encoding !== HEX) return fromBase64(text);
  const digits = text.replace(/\s/g, "");
  if (!/^([0-9A-Fa-f]{2})*$/.test(digits)) raise("DataFormat.Error", "We couldn't convert to Binary.", text);
  return MBinary.of(Buffer.from(digits, "hex"));
}

/** @param {Value} value */
function byte(value) {
  if (!(typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 255)) {
    raise("Expression.Error", "The value is outside the range of a byte.", value);
  }
  return value;
}

/** What the numbers of `Compression` do. @type {Record<number, (bytes: Uint8Array) => Uint8Array>} */
const COMPRESS = { [-1]: (bytes) => bytes, 0: (bytes) => gzipSync(bytes), 1: (bytes) => deflateRawSync(bytes), 3: (bytes) => brotliCompressSync(bytes) };

/** @type {Record<number, (bytes: Uint8Array) => Uint8Array>} */
const DECOMPRESS = { [-1]: (bytes) => bytes, 0: (bytes) => gunzipSync(bytes), 1: (bytes) => inflateRawSync(bytes), 3: (bytes) => brotliDecompressSync(bytes) };

/**
 * @param {MBinary} binary
 * @param {(bytes: Uint8Array) => Uint8Array} change
 */
const changed = (binary, change) => new MBinary(() => change(binary.bytes));

/**
 * @param {MBinary} binary
 * @param {number} offset
 * @param {number | null} count
 */
function range(binary, offset, count) {
  whole("offset", offset);
  if (count !== null) whole("count", count);
  return changed(binary, (bytes) => bytes.subarray(offset, count === null ? undefined : offset + count));
}

/** @param {MBinary} binary */
function inferContentType(binary) {
  const { bytes } = binary;
  const text = Buffer.from(bytes.subarray(0, 1024)).toString("utf8");
  const trimmed = text.trimStart();
  let type = "application/octet-stream";
  let more = {};
  if (!/[\u0000-\u0008\ufffd]/.test(text)) {
    if (/^[[{]/.test(trimmed)) type = "application/json";
    else if (/^<\?xml|^<[A-Za-z]/.test(trimmed)) type = /<html/i.test(text) ? "text/html" : "text/xml";
    else if (/^[^\n]*,[^\n]*(\r?\n|$)/.test(text)) {
      type = "text/csv";
      more = {
        "Csv.PotentialDelimiter": ",",
      };
    } else type = "text/plain";
  }
  return MRecord.from({ "Content.Type": type, "Content.Encoding": bytes.length === 0 ? null : 65001, ...more });
}

export const binary = family({
  "Binary.From(value as any, optional encoding as nullable number) as nullable binary": (value, encoding) =>
    typeof value === "string" ? fromText(value, encoding) : binaryFrom(value),

  "Binary.FromText(text as nullable text, optional encoding as nullable number) as nullable binary": (text, encoding) =>
    text === null ? null : fromText(text, encoding),

  "Binary.ToText(binary as nullable binary, optional encoding as nullable number) as nullable text": (
    /** @type {MBinary | null} */ binary,
    encoding,
  ) => (binary === null ? null : Buffer.from(binary.bytes).toString(encoding === HEX ? "hex" : "base64")),

  "Binary.FromList(list as list) as binary": (/** @type {MList} */ list) =>
    MBinary.of(Uint8Array.from(list.toValues(), byte)),

  "Binary.ToList(binary as binary) as list": (binary) =>
    MList.generated(function* () {
      yield* binary.bytes;
    }),

  "Binary.Buffer(binary as nullable binary) as nullable binary": (binary) => {
    if (binary === null) return null;
    const buffered = MBinary.of(binary.bytes);
    buffered.meta = binary.meta;
    return buffered;
  },

  "Binary.Length(binary as nullable binary) as nullable number": (binary) => (binary === null ? null : binary.bytes.length),

  "Binary.ApproximateLength(binary as nullable binary) as nullable number": (binary) =>
    binary === null ? null : binary.bytes.length,

  "Binary.Combine(binaries as list) as binary": (/** @type {MList} */ binaries) =>
    new MBinary(() => Buffer.concat(binaries.toValues().map((one) => one.bytes))),

  "Binary.Range(binary as binary, offset as number, optional count as nullable number) as binary": range,

  "Binary.Split(binary as binary, pageSize as number) as list": (binary, size) => {
    if (!(size > 0)) outOfRange("pageSize", size);
    return MList.generated(function* () {
      const { bytes } = binary;
      for (let at = 0; at < bytes.length; at += size) yield MBinary.of(bytes.subarray(at, at + size));
    });
  },

  "Binary.Compress(binary as nullable binary, compressionType as number) as nullable binary": (binary, kind) => {
    if (binary === null) return null;
    return changed(binary, COMPRESS[kind] ?? (() => unsupported(`compression ${kind}`)));
  },

  "Binary.Decompress(binary as nullable binary, compressionType as number) as nullable binary": (binary, kind) => {
    if (binary === null) return null;
    const decompress = DECOMPRESS[kind] ?? (() => unsupported(`compression ${kind}`));
    return changed(binary, (bytes) => {
      try {
        return decompress(bytes);
      } catch (error) {
        if (error instanceof Error && error.name !== "MError") {
          raise("DataFormat.Error", "The input couldn't be decompressed.", null);
        }
        throw error;
      }
    });
  },

  "Binary.InferContentType(source as binary) as record": inferContentType,
});


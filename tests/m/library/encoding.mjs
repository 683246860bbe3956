// Texts to bytes and back, by the numbers of `TextEncoding`.

import { unsupported } from "../value.mjs";

const UTF_8 = 65001;
const UTF_16 = 1200;
const UTF_16_BIG = 1201;
const ASCII = 20127;
const LATIN_1 = 28591;

/** Code pages by their names of the web. @type {Record<number, string>} */
const PAGES = {
  874: "windows-874", 932: "shift_jis", 936: "gbk", 949: "euc-kr", 950: "big5",
  1250: "windows-1250", 1251: "windows-1251", 1252: "windows-1252", 1253: "windows-1253", 1254: "windows-1254",
  1255: "windows-1255", 1256: "windows-1256", 1257: "windows-1257", 1258: "windows-1258", 28592: "iso-8859-2",
  28597: "iso-8859-7", 28605: "iso-8859-15", 54936: "gb18030",
};

/** What code page 1252 has from 0x80 on, where Latin 1 has control characters. */
const WINDOWS_1252 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

/**
 * All characters of a code page of single bytes. Node decodes 1252 as Latin 1.
 *
 * @param {string} name
 */
function charactersOf(name) {
  const bytes = Uint8Array.from({ length: 256 }, (_, at) => at);
  if (name !== "windows-1252") return new TextDecoder(name).decode(bytes);
  const latin = Buffer.from(bytes).toString("latin1");
  return latin.slice(0, 0x80) + WINDOWS_1252 + latin.slice(0xa0);
}

/**
 * @param {Uint8Array} bytes
 * @param {number | null} encoding UTF-8 if null. A byte order mark is dropped, and decides if there is no encoding.
 * @returns {string}
 */
export function decodeText(bytes, encoding) {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const marked = encoding === null || encoding === UTF_16 ? markedUtf16(buffer) : null;
  switch (marked ?? encoding ?? UTF_8) {
    case UTF_8:
      return new TextDecoder("utf-8").decode(buffer);
    case UTF_16:
      return new TextDecoder("utf-16le").decode(buffer);
    case UTF_16_BIG:
      return new TextDecoder("utf-16le").decode(Buffer.from(buffer).swap16());
    case ASCII:
      return buffer.toString("latin1").replace(/[\u0080-\u00ff]/g, "?");
    case LATIN_1:
      return buffer.toString("latin1");
    default: {
      const name = PAGES[/** @type {number} */ (encoding)];
      if (name === undefined) return unsupported(`text encoding ${encoding}`);
      if (!name.startsWith("windows")) return new TextDecoder(name).decode(buffer);
      const characters = charactersOf(name);
      return Array.from(buffer, (byte) => characters[byte]).join("");
    }
  }
}

/** @param {Buffer} buffer */
function markedUtf16(buffer) {
  if (buffer[0] === 0xff && buffer[1] === 0xfe) return UTF_16;
  return buffer[0] === 0xfe && buffer[1] === 0xff ? UTF_16_BIG : null;
}

/**
 * @param {string} text
 * @param {number | null} encoding
 * @param {boolean} mark Whether a byte order mark comes first.
 * @returns {Uint8Array}
 */
export function encodeText(text, encoding, mark) {
  const marked = mark ? `\ufeff${text}` : text;
  switch (encoding ?? UTF_8) {
    case UTF_8:
      return Buffer.from(marked, "utf8");
    case UTF_16:
      return Buffer.from(marked, "utf16le");
    case UTF_16_BIG:
      return Buffer.from(marked, "utf16le").swap16();
    case ASCII:
      return Buffer.from(text.replace(/[^\0-\u007f]/g, "?"), "latin1");
    case LATIN_1:
      return Buffer.from(text.replace(/[^\0-\u00ff]/g, "?"), "latin1");
    default: {
      const name = PAGES[/** @type {number} */ (encoding)];
      if (name === undefined || !name.startsWith("windows")) return unsupported(`text encoding ${encoding}`);
      return encodeByTable(text, name);
    }
  }
}

/**
 * @param {string} text
 * @param {string} name Of a code page of single bytes.
 */
function encodeByTable(text, name) {
  const all = charactersOf(name);
  return Uint8Array.from([...text], (character) => {
    const at = all.indexOf(character);
    return at < 0 ? 0x3f : at;
  });
}

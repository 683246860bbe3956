/** The page's files: those of the package that a page can load, found when the server starts. */

import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

import { FILE_HEADERS, refuse } from "./answers.js";

/**
 * @import { IncomingMessage, ServerResponse } from "node:http"
 */

/** Folders of the package that are for pages. The command's own files are not. */
const FOLDERS = Object.freeze(["page", "elements", "vendor", "wasm"]);

/** What a page loads, by the end of the name. Nothing else is served. */
const TYPES = Object.freeze({
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".woff2": "font/woff2",
});

/** What is small already. */
const COMPRESSED = new Set([".ico", ".png", ".woff2"]);

/** Where the page is. */
export const PAGE = "/page/";

/**
 * A file, and what has been made of it.
 *
 * @typedef {object} Served
 * @property {string} file
 * @property {string} type
 * @property {boolean} isCompressible
 * @property {Map<string, Promise<{ body: Buffer, tag: string }>>} made By how it is encoded.
 */

/** @typedef {Map<string, Served>} Files By the path in a URL, which is compared as it is written. */

/**
 * Looks for the files. What is added later is not served, so no path can lead anywhere else.
 *
 * @param {string} folder The package's.
 * @returns {Files}
 */
export function findFiles(folder) {
  /** @type {Files} */
  const files = new Map();
  /** @param {string} below @param {boolean} isRoot */
  const look = (below, isRoot) => {
    for (const entry of entries(path.join(folder, below))) {
      const name = below === "" ? entry.name : `${below}/${entry.name}`;
      const isHidden = entry.name.startsWith(".");
      if (entry.isDirectory() && !isHidden && (!isRoot || FOLDERS.includes(entry.name))) {
        look(name, false);
      }
      const extension = path.extname(entry.name);
      const type = /** @type {Record<string, string>} */ (TYPES)[extension];
      // Links are neither files nor directories here. At the top are the package's modules, and its manifest.
      if (entry.isFile() && !isHidden && type !== undefined && (!isRoot || extension === ".js")) {
        const served = { file: path.join(folder, name), type, isCompressible: !COMPRESSED.has(extension), made: new Map() };
        files.set(`/${name}`, served);
      }
    }
  };
  look("", true);
  const index = files.get(`${PAGE}index.html`);
  if (index !== undefined) {
    files.set(PAGE, index);
  }
  return files;
}

/** @param {string} folder */
function entries(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

const ENCODERS = Object.freeze({
  br: (/** @type {Buffer} */ body) =>
    promisify(brotliCompress)(body, {
      params: {
        // Higher ones take seconds for the modules, and spare little.
        [constants.BROTLI_PARAM_QUALITY]: 6,
        [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
      },
    }),
  gzip: (/** @type {Buffer} */ body) => promisify(gzip)(body),
  identity: async (/** @type {Buffer} */ body) => body,
});

/**
 * Answers a request for a file.
 *
 * @param {IncomingMessage} request
 * @param {ServerResponse} response
 * @param {Served | undefined} served
 */
export async function sendFile(request, response, served) {
  const { method, headers } = request;
  if (served === undefined) {
    refuse(request, response, { status: 404, message: "expected a file of the page, found no such file" });
    return;
  }
  if (method !== "GET" && method !== "HEAD") {
    const message = "expected GET or HEAD, found another method";
    refuse(request, response, { status: 405, message, headers: { Allow: "GET, HEAD" } });
    return;
  }
  const encoding = served.isCompressible ? chosen(String(headers["accept-encoding"] ?? "")) : "identity";
  let made = served.made.get(encoding);
  if (made === undefined) {
    made = make(served, encoding);
    served.made.set(encoding, made);
    // It may come back, such as after the package was built anew.
    made.catch(() => served.made.delete(encoding));
  }
  const { body, tag } = await made;
  const head = {
    ...FILE_HEADERS,
    "Content-Type": served.type,
    ETag: tag,
    ...(served.isCompressible && { Vary: "Accept-Encoding" }),
    ...(encoding !== "identity" && { "Content-Encoding": encoding }),
  };
  if (isKnown(String(headers["if-none-match"] ?? ""), tag)) {
    response.writeHead(304, head).end();
    return;
  }
  response.writeHead(200, { ...head, "Content-Length": body.length });
  response.end(method === "HEAD" ? undefined : body);
}

/**
 * @param {Served} served
 * @param {keyof typeof ENCODERS} encoding
 */
async function make({ file }, encoding) {
  const body = await ENCODERS[encoding](await readFile(file));
  const hash = createHash("sha256").update(body).digest("base64url").slice(0, 22);
  return { body, tag: `"${hash}"` };
}

/**
 * The best encoding that is accepted.
 *
 * @param {string} accepted
 * @returns {keyof typeof ENCODERS}
 */
function chosen(accepted) {
  const names = accepted.split(",").map((one) => {
    const [name = "", ...parameters] = one.split(";").map((part) => part.trim().toLowerCase());
    return parameters.some((parameter) => /^q=0(?:\.0*)?$/u.test(parameter)) ? "" : name;
  });
  return (/** @type {const} */ (["br", "gzip"])).find((encoding) => names.includes(encoding)) ?? "identity";
}

/**
 * @param {string} known The value of `If-None-Match`.
 * @param {string} tag
 */
function isKnown(known, tag) {
  return known.split(",").some((one) => ["*", tag].includes(one.trim().replace(/^W\//u, "")));
}

// Prints the sizes of the files named as arguments as JSON: [{raw, gzip, brotli}]. Of a tarball, the tar in it counts.
import { readFileSync } from "node:fs";
import { brotliCompressSync, constants, gunzipSync, gzipSync } from "node:zlib";

const sizes = process.argv.slice(1).map((path) => {
  const file = readFileSync(path);
  const content = path.endsWith(".tgz") ? gunzipSync(file) : file;
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
  return {
    raw: content.length,
    gzip: gzipSync(content, { level: 9 }).length,
    brotli: brotliCompressSync(content, { params }).length,
  };
});
console.log(JSON.stringify(sizes));

// Bundles the custom elements and the page, as `node bundles.mjs FROM TO` from the root: of the elements an entry for each, and
// what they share in files of its own; of the page its script, what that loads later, and its style sheet. The package's other
// modules stay outside, at their relative paths, which are the same from both; to the page the elements are such modules.
import { build } from "esbuild";

const [from, to] = process.argv.slice(2);

/** Where each module is, seen from `elements/` and from `page/` in the package. */
const OUTSIDE = {
  pqrun: "../browser.js",
  "pqrun/arrow": "../arrow.js",
  "pqrun/connector": "../connector.browser.js",
  "pqrun/simulator": "../simulator.browser.js",
  "pqrun/table": "../table.browser.js",
  // No entry of the package: what reads single values, which comes with every table.
  "pqrun/table.values": "../table.values.js",
  "pqrun/vendor/zip": "../vendor/zip.js",
};

/** @type {import("esbuild").BuildOptions} */
const BOTH = {
  bundle: true,
  splitting: true,
  chunkNames: "shared-[hash]",
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "none",
  logLevel: "warning",
};

/** @type {import("esbuild").Plugin} */
const own = {
  name: "the package's own modules",
  setup({ onResolve }) {
    // Go compiles it: no flag `u`.
    onResolve({ filter: /^pqrun(\/|$)/ }, ({ path }) => {
      const outside = OUTSIDE[path];
      return outside ? { path: outside, external: true } : { errors: [{ text: `${path} is not in the package` }] };
    });
  },
};

/** @type {import("esbuild").Plugin} */
const elements = {
  name: "the elements, as they are in the package",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.\/elements\/[a-z]+\.js$/ }, ({ path }) => ({ path, external: true }));
  },
};

await build({
  ...BOTH,
  entryPoints: ["index", "run", "table", "connector"].map((entry) => `${from}/elements/${entry}.js`),
  outdir: `${to}/elements`,
  loader: { ".css": "text" },
  plugins: [own],
});

await build({
  ...BOTH,
  entryPoints: ["page.js", "page.css"].map((entry) => `${from}/page/${entry}`),
  outdir: `${to}/page`,
  // Browsers with `light-dark()` have all else that the style sheets are written in.
  target: ["chrome123", "firefox120", "safari17.5"],
  plugins: [own, elements],
});

// Bundles the custom elements with what they are made of, as `node elements.mjs FROM TO` from the root: an entry for each,
// and what they share in files of its own. The package's other modules stay outside, at their relative paths.
import { build } from "esbuild";

const [from, to] = process.argv.slice(2);

/** Where each module is, seen from `elements/` in the package. */
const OUTSIDE = {
  pqrun: "../browser.js",
  "pqrun/arrow": "../arrow.js",
  "pqrun/connector": "../connector.browser.js",
  "pqrun/simulator": "../simulator.browser.js",
  "pqrun/table": "../table.browser.js",
  // No entry of the package: what reads single values, which comes with every table.
  "pqrun/table.values": "../table.values.js",
};

await build({
  entryPoints: ["index", "run", "table", "connector"].map((entry) => `${from}/${entry}.js`),
  outdir: to,
  bundle: true,
  splitting: true,
  chunkNames: "shared-[hash]",
  format: "esm",
  target: "es2022",
  minify: true,
  // The names of the classes are part of what users see.
  keepNames: false,
  legalComments: "none",
  loader: { ".css": "text" },
  logLevel: "warning",
  plugins: [
    {
      name: "the package's own modules",
      setup({ onResolve }) {
        // Go compiles it: no flag `u`.
        onResolve({ filter: /^pqrun(\/|$)/ }, ({ path }) => {
          const outside = OUTSIDE[path];
          return outside ? { path: outside, external: true } : { errors: [{ text: `${path} is not in the package` }] };
        });
      },
    },
  ],
});

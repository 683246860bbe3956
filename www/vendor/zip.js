// What the package needs of fflate, and nothing else: bundled into this file while packing, since a page without a
// bundler can't find a package by name.
export { zipSync } from "fflate";

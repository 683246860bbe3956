import { defineConfig } from "vite";

export default defineConfig({
  // Works below any path.
  base: "./",
  // The modules of the package wait for their WebAssembly while they load.
  build: { target: "es2022", modulePreload: { polyfill: false } },
  // The development server must leave the package as it is: its modules find their WebAssembly beside themselves.
  optimizeDeps: { exclude: ["pqrun"] },
});

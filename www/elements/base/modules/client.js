import { once } from "./once.js";

/** Runs, clients and tables: `pqrun`. */
export const client = /* @__PURE__ */ once(() => import("pqrun"));

import { once } from "./once.js";

/** The generator of Power Query: `pqrun/connector`. */
export const generator = /* @__PURE__ */ once(() => import("pqrun/connector"));

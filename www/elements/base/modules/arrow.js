import { once } from "./once.js";

/** What writes Arrow: `pqrun/arrow`. */
export const arrow = /* @__PURE__ */ once(() => import("pqrun/arrow"));

import { unsafeCSS } from "lit";

import text from "./run.css";

/** The style sheet of `<pqrun-run>`, behind those of every element. */
export const STYLE = unsafeCSS(text);

import { unsafeCSS } from "lit";

import controls from "./controls.css";
import host from "./host.css";
import tokens from "./tokens.css";

/** The style sheets of every element, before its own. The page has the first and the last as files. */
export const BASE = [tokens, host, controls].map((text) => unsafeCSS(text));

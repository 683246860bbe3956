import { define } from "./base/element.js";
import { PqrunRun } from "./run/element.js";

define("pqrun-run", PqrunRun);

export { PqrunRun };

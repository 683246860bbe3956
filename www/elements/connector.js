import { define } from "./base/element.js";
import { PqrunConnector } from "./connector/element.js";

define("pqrun-connector", PqrunConnector);

export { PqrunConnector };

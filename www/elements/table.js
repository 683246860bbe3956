import { define } from "./base/element.js";
import { PqrunTable } from "./table/element.js";

define("pqrun-table", PqrunTable);

export { PqrunTable };

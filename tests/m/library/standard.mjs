// The families of the standard library.

import { binaryFormat } from "./binary-format.mjs";
import { binary } from "./binary.mjs";
import { comparer } from "./comparer.mjs";
import { date } from "./date.mjs";
import { dateTime, dateTimeZone, duration, time } from "./datetime.mjs";
import { enumerations } from "./enumerations.mjs";
import { html } from "./html.mjs";
import { json } from "./json.mjs";
import { lines } from "./lines.mjs";
import { listMake } from "./list-make.mjs";
import { listSet } from "./list-set.mjs";
import { list } from "./list.mjs";
import { number } from "./number.mjs";
import { record } from "./record.mjs";
import { splitters } from "./splitter.mjs";
import { tableColumns } from "./table-columns.mjs";
import { tableExpand } from "./table-expand.mjs";
import { tableFuzzy } from "./table-fuzzy.mjs";
import { tableGroup } from "./table-group.mjs";
import { tableJoin } from "./table-join.mjs";
import { tableMake } from "./table-make.mjs";
import { tableRows } from "./table-rows.mjs";
import { tableSchema } from "./table-schema.mjs";
import { tableTransform } from "./table-transform.mjs";
import { tableView } from "./table-view.mjs";
import { textSearch } from "./text-search.mjs";
import { text } from "./text.mjs";
import { type } from "./type.mjs";
import { uri } from "./uri.mjs";
import { valueFunctions } from "./value-functions.mjs";

/**
 * @import { Family } from "./signature.mjs"
 * @import { Engine } from "../engine.mjs"
 */

/** @type {(Family | ((engine: Engine) => Family))[]} */
export const STANDARD = [
  binary, binaryFormat, comparer, date, dateTime, dateTimeZone, duration, enumerations, html, json, lines, list, listMake, listSet,
  number, record, splitters, tableColumns, tableExpand, tableFuzzy, tableGroup, tableJoin, tableMake, tableRows, tableSchema,
  tableTransform, tableView, text, textSearch, time, type, uri, valueFunctions,
];

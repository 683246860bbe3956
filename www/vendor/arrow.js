// What the package needs of @uwdata/flechette, and nothing else: bundled into this file while packing, since a page
// without a bundler can't find a package by name.
export {
  Batch,
  Column,
  batchType,
  bool,
  dateDay,
  field,
  float64,
  int64,
  tableFromColumns,
  tableToIPC,
  timestamp,
  utf8,
  TimeUnit,
} from "@uwdata/flechette";

/** Random CSV, and texts that nearly are CSV. */

const FIELDS = [
  ["1", "-5", "42", "9223372036854775807"],
  ["1.5", "0", "-2E-3", "1e400", "9007199254740993", "-0"],
  ["1.500000000000000000", "12345678901234567890.123456789012345678", "7", "1e-400"],
  ["true", "False", "true"],
  ["true", "1", "x"],
  ["a", "b c", "é😀", "007", "NaN", "5\" pipe", "x\"y\"", "[1]", "{}"],
  ["2026-01-31", "2024-02-29"],
  ["2026-01-31", "2026-01-31 12:00:00", "soon"],
  ["2026-01-31 12:00:00", "2026-01-31T23:59:59.5"],
  ["2026-01-31 12:00:00+01:00", "2026-01-31T23:59:59.123456Z"],
];
/** What only quotes can hold. */
const QUOTED = ["a,b", "x\r\ny", "", " ", "say \"no\"", "\"", "1", "true", "2026-01-31"];
const NAMES = ["a", "b", "c", "d e", "f.g", "größe", "A", "column1", "x-1"];
const ODD_NAMES = ["", "1", "a", " a", "-1.5"];

/**
 * @param {() => number} random
 * @returns {() => string}
 */
export function csvMaker(random) {
  /** @template T @param {T[]} items @returns {T} */
  const one = (items) => items[Math.floor(random() * items.length)];
  /** @param {string} field */
  const quote = (field) => `"${field.replaceAll('"', '""')}"`;

  return () => {
    const width = 1 + Math.floor(random() * 4);
    const kinds = Array.from({ length: width }, () => one(FIELDS));
    const habit = random();
    /** @param {string} field */
    const written = (field) => (habit < 0.2 || random() < 0.05 ? quote(field) : field);
    const names = [...NAMES].sort(() => random() - 0.5).slice(0, width);
    if (random() < 0.15) names[Math.floor(random() * width)] = one(ODD_NAMES);
    if (random() < 0.1) names[0] = "";
    const records = Array.from({ length: Math.floor(random() * 5) }, () => {
      const fields = kinds.map((kind) => {
        if (random() < 0.1) return "";
        return random() < 0.08 ? quote(one(QUOTED)) : written(one(kind));
      });
      if (random() < 0.02) fields.push("more");
      if (random() < 0.02) fields.pop();
      if (random() < 0.02) return fields.join(", ");
      return fields.join(",");
    });
    const lineEnd = one(["\n", "\r\n", "\r"]);
    const end = random() < 0.6 ? lineEnd : random() < 0.1 ? lineEnd + lineEnd : "";
    return [names.map(written).join(","), ...records].join(lineEnd) + end;
  };
}
